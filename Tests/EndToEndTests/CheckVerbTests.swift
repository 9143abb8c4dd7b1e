import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// `tuned check` as a person and a build server use it: no daemon is started.
@Suite struct CheckVerbTests {
    private func plugin(_ name: String) -> String { TestPlugins.path(name) }

    @Test(.timeLimit(.minutes(5))) func aHealthyPluginPassesAndItsVerdictIsKept() async throws {
        try await Lab.with { lab in
            let run = try await lab.tunedOK("check", plugin("noop"), "--trainable", "noop", "--timeout", "2", "--seed", "5", "--json")
            let report = try run.json()
            #expect(report["errors"]?.integerValue == 0 && report["complete"]?.booleanValue == true)
            #expect(report["seed"]?.integerValue == 5)
            #expect(report["trainables"]?["noop"]?["fit_for_inprocess"]?.booleanValue == true)
            #expect(report["tests"]?.arrayValue?.count == 31)
            let hash = try #require(report["hash"]?.stringValue)
            let record = try await lab.shell("cat '\(lab.home)/plugins/\(hash).check.json'").json()
            #expect(record["passed"]?.booleanValue == true && record["fitForInprocess"]?.booleanValue == true)
            #expect(record["hash"]?.stringValue == hash && record["trainables"]?["noop"]?["seed"]?.integerValue == 5)
            #expect(lab.daemon == nil)
        }
    }

    @Test func errorsAreToldWithWhatToDoAndACode() async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned("check", plugin("misbehave"), "--only", "run/corners", "--seed", "7")
            #expect(run.status == 8)
            #expect(run.error == "error: 1 error found\n")
            for part in ["run/corners  ERROR", "error: run/corners crashed", "SIGSEGV", "\n  -> ", "--reproduce 7", "misbehave: failed"] {
                #expect(run.output.contains(part), "\(part) in \(run.output)")
            }
            let again = try await lab.tuned("check", plugin("misbehave"), "--only", "run/corners", "--reproduce", "7")
            #expect(again.status == 8 && again.output.contains("SIGSEGV"))
        }
    }

    @Test(arguments: [(false, Int32(0)), (true, 9)]) func warningsFailWhereTheyShall(isStrict: Bool, status: Int32) async throws {
        try await Lab.with { lab in
            let arguments = ["check", plugin("unhealthy"), "--trainable", "steady", "--config", "how=change_umask", "--only", "hygiene/state"]
            let run = try await lab.finish(try lab.start(arguments + (isStrict ? ["--strict"] : [])))
            #expect(run.status == status)
            #expect(run.output.contains("steady: passed with warnings"), "\(run.output)")
        }
    }

    @Test func aPartOfTheTestsKeepsNoVerdict() async throws {
        try await Lab.with { lab in
            let report = try await lab.tunedOK("check", plugin("noop"), "--trainable", "noop", "--only", "structure", "--json").json()
            #expect(report["complete"]?.booleanValue == false)
            #expect(report["tests"]?.arrayValue?.compactMap { $0["test"]?.stringValue } == [
                "structure/tables", "structure/schema", "structure/extensions",
            ])
            #expect(try await lab.shell("ls '\(lab.home)/plugins'").output.contains("check.json") == false)
        }
    }

    @Test func theListNamesEveryTest() async throws {
        try await Lab.with { lab in
            let tests = try await lab.tunedOK("check", "--list", "--json").json()
            #expect(tests.arrayValue?.count == 31)
            let text = try await lab.tunedOK("check", "--list").output
            for item in tests.arrayValue ?? [] { #expect(text.contains(item["test"]?.stringValue ?? "?")) }
        }
    }

    @Test(arguments: [
        (["check"], Int32(2), "give the path"),
        (["check", "/nowhere.so"], 3, "cannot be found"),
        (["check", "PLUGIN", "--only", "run/rnadom"], 2, "did you mean run/random"),
        (["check", "PLUGIN", "--seed", "1", "--reproduce", "1"], 2, "give one"),
        (["check", "PLUGIN", "--timeout", "0"], 2, "--timeout"),
        (["check", "PLUGIN", "--evaluations", "0"], 2, "--evaluations"),
        (["check", "PLUGIN", "--data", "/nowhere.csv"], 2, "data file"),
        (["check", "PLUGIN", "--config", "nothing"], 2, "NAME=VALUE"),
        (["check", "TEXT"], 8, "not an ELF file"),
    ])
    func aWrongCommandLineSaysWhatIsWrong(arguments: [String], status: Int32, says: String) async throws {
        try await Lab.with { lab in
            let names = ["PLUGIN": plugin("noop"), "TEXT": plugin("not_elf")]
            let run = try await lab.finish(try lab.start(arguments.map { names[$0] ?? $0 }))
            #expect(run.status == status, "\(run.error)")
            #expect(run.error.contains(says), "\(run.error)")
        }
    }
}
