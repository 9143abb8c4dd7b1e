import Foundation
import Testing
import TunedSpace
import TunedTestSupport

/// Plain C functions, tuned as they are.
@Suite(.timeLimit(.minutes(5))) struct FunctionTests {
    private static func pow(_ function: String = "double pow(double x, double y)", id: String = "pow") -> String {
        """
        {"id": "\(id)", "function": "\(function)",
         "parameters": [{"name": "x", "type": "float", "low": 0.5, "high": 2}, {"name": "y", "type": "float", "low": -3, "high": 3}],
         "metrics": [{"name": "value", "goal": "minimize"}]}
        """
    }

    @Test func aFunctionOfTheSystemIsTuned() async throws {
        try await Lab.with { lab in
            let schema = try lab.file("pow.json", Self.pow())
            let loaded = try await lab.tunedOK("load", "libm.so.6", "--schema", schema)
            #expect(loaded.output.hasPrefix("loaded pow ("))
            let result = try await lab.tunedOK("run", "pow", "--trials", "40", "--seed", "3", "--json").json()
            #expect(result["complete"]?.integerValue == 40)
            let best = try #require(result["best"])
            let x = try #require(best["configuration"]?["x"]?.doubleValue)
            let y = try #require(best["configuration"]?["y"]?.doubleValue)
            #expect(best["values"]?.arrayValue?.first?.doubleValue == Foundation.pow(x, y))
            #expect(Foundation.pow(x, y) < 0.5)
        }
    }

    /// The commands of the guide, as it prints them.
    @Test func theGuidesCommandsWork() async throws {
        try await Lab.with { lab in
            let text = try String(contentsOfFile: "\(TestPlugins.root)/sdk/README.md", encoding: .utf8)
            let section = try #require(text.range(of: "## No SDK at all")).upperBound
            let start = try #require(text.range(of: "```sh\n", range: section..<text.endIndex)).upperBound
            let end = try #require(text.range(of: "```", range: start..<text.endIndex)).lowerBound
            let run = try await lab.shell(
                "cd '\(lab.folder)' && tuned() { '\(TestPlugins.executable("tuned"))' \"$@\"; } && set -e\n\(text[start..<end])")
            #expect(run.status == 0, "\(run.error)")
            #expect(run.output.contains("pow-1 is completed") && run.output.contains("best: value "), "\(run.output)")
        }
    }

    @Test func aFunctionStaysLoadedOverARestart() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", "libm.so.6", "--schema", try lab.file("pow.json", Self.pow()))
            try await lab.tunedOK("serve", "--stop")
            #expect(try await lab.tunedOK("run", "pow", "--trials", "5", "--json").json()["complete"]?.integerValue == 5)
        }
    }

    /// `functions.tuned.json` beside `functions.so` is found by itself; another content is another plugin.
    @Test func theSchemaBesideALibraryIsFound() async throws {
        try await Lab.with { lab in
            let library = "\(lab.folder)/functions.so"
            try await lab.shell("cp '\(TestPlugins.path("functions_abi"))' '\(library)'")
            let schema = { (goal: String) in
                """
                {"plugin": "echo", "version": "1.0", "trainables": [
                  {"id": "echo", "function": "double echo_float(float x)", "metrics": [{"name": "value", "goal": "\(goal)"}],
                   "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}]}]}
                """
            }
            var hashes: [String] = []
            for goal in ["minimize", "maximize"] {
                _ = try lab.file("functions.tuned.json", schema(goal))
                let result = try await lab.tunedOK("run", library, "--trials", "20", "--sampler", "random", "--json").json()
                #expect(result["complete"]?.integerValue == 20)
                hashes.append(try #require(try await lab.tunedOK("plugins", "echo", "--json").json()["hash"]?.stringValue))
            }
            #expect(hashes[0] != hashes[1])
        }
    }

    @Test func aFunctionIsGivenTheRowsOfItsFold() async throws {
        try await Lab.with { lab in
            let data = try lab.file("data.csv", "a,b\n" + (0..<9).map { "\($0),1\n" }.joined())
            let schema = try lab.file(
                "rows.json",
                """
                {"id": "rows", "function": "double rows(const uint32_t *train, size_t n, const uint32_t *evaluate, int m)",
                 "arguments": {"train": "train_rows", "n": "train_count", "evaluate": "evaluate_rows", "m": "evaluate_count"},
                 "parameters": [], "dataset": {"rows": "lines"}, "metrics": [{"name": "value"}]}
                """)
            try await lab.tunedOK("load", TestPlugins.path("functions_abi"), "--schema", schema)
            let result = try await lab.tunedOK(
                "run", "rows", "--data", data, "--folds", "3", "--trials", "1", "--json").json()
            // Each row is evaluated in one fold and trained on in two: (1000 * 2 * 36 + 36) / 3.
            #expect(result["best"]?["values"]?.arrayValue?.first?.doubleValue == 24012)
        }
    }

    // MARK: Wrong declarations

    struct Case: Sendable, CustomTestStringConvertible {
        var function: String
        /// What the error must name.
        var parts: [String]
        var testDescription: String { function }
    }

    @Test(arguments: [
        Case(function: "double pwo(double x, double y)", parts: ["libm.so.6", "exports no function pwo", "did you mean pow?"]),
        Case(function: "double pow(double x, ...)", parts: ["variable arguments", "column 22"]),
        Case(function: "double pow(struct point x, double y)", parts: ["a struct cannot be passed"]),
        Case(function: "double pow(double x, long double y)", parts: ["take a double"]),
        Case(function: "double pow(double x, int y)", parts: ["argument 2 (int y)", "which is a float"]),
        Case(function: "double pow(double x)", parts: ["parameter \"y\" goes to no argument"]),
        Case(function: "double pow(double x, double y, double z)", parts: ["argument 3 (double z) has no role"]),
        Case(function: "double pow(double x, double y", parts: ["a comma or )"]),
        Case(function: "double signgam(double x, double y)", parts: ["signgam", "variable"]),
        Case(function: "int pow(double x, double y)", parts: ["metric \"value\" comes from nowhere"]),
    ])
    func aWrongDeclarationIsRefusedAtLoad(wrong: Case) async throws {
        try await Lab.with { lab in
            let schema = try lab.file("wrong.json", Self.pow(wrong.function))
            let run = try await lab.tuned("load", "libm.so.6", "--schema", schema, "--json")
            #expect(run.status == 1)
            let error = try #require(try? JSONValue(parsing: run.error), "\(run.error)")["error"]
            #expect(error?["code"]?.stringValue == "plugin")
            let message = error?["message"]?.stringValue ?? ""
            for part in wrong.parts { #expect(message.contains(part), "\"\(message)\" does not name \(part)") }
        }
    }

    @Test func aSchemaThatIsNoJSONIsNamedWithItsPlace() async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned("load", "libm.so.6", "--schema", try lab.file("bad.json", "{\n  \"id\" \"pow\"}"))
            #expect(run.status == 2)
            #expect(run.error.contains("bad.json:2:8"), "\(run.error)")
            let missing = try await lab.tuned("load", "libm.so.6", "--schema", "\(lab.folder)/none.json")
            #expect(missing.status == 2 && missing.error.contains("none.json"))
        }
    }

    @Test func aLibraryThatTheLoaderDoesNotFindIsNamed() async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned("load", "libnothing.so.7")
            #expect(run.status == 1)
            #expect(run.error.contains("libnothing.so.7") && run.error.contains("/usr/lib"))
        }
    }

    /// The declaration says int where the function takes a pointer: every trial dies of it, the daemon does not.
    @Test func aCrashOfAWrongDeclarationIsContained() async throws {
        try await Lab.with { lab in
            let schema = try lab.file(
                "wrong.json",
                """
                {"id": "wrong", "function": "double length(int text)", "metrics": [{"name": "value"}],
                 "parameters": [{"name": "text", "type": "int", "low": 1, "high": 9}]}
                """)
            try await lab.tunedOK("load", TestPlugins.path("functions_abi"), "--schema", schema)
            let run = try await lab.tuned("run", "wrong", "--trials", "3", "--study", "w")
            #expect(run.status != 0)
            #expect(run.error.contains("without a complete trial"), "\(run.error)")
            let trial = try await lab.tunedOK("show", "w/0")
            #expect(trial.output.contains("SIGSEGV"), "\(trial.output)")
            try await lab.tunedOK("load", "libm.so.6", "--schema", try lab.file("pow.json", Self.pow()))
            #expect(try await lab.tunedOK("run", "pow", "--trials", "5", "--json").json()["complete"]?.integerValue == 5)
        }
    }
}
