import Testing
import TunedSpace
import TunedTestSupport

/// Libraries that cannot be loaded get an error that says why, and the daemon goes on as if they had not been tried.
@Suite(.timeLimit(.minutes(5))) struct BadPluginTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var library: String
        /// What the error must name.
        var parts: [String]
        var testDescription: String { library }
    }

    @Test(arguments: [
        Case(library: "not_elf", parts: ["not an ELF"]),
        Case(library: "empty", parts: ["is empty"]),
        Case(library: "wrong_arch", parts: ["AArch64", "x86-64"]),
        Case(library: "missing_symbol", parts: ["tuned_plugin_v1"]),
        Case(library: "newer_major", parts: ["version 2", "version 1"]),
        Case(library: "undefined_symbol", parts: ["function_that_no_library_has"]),
        Case(library: "crash_in_constructor", parts: ["SIG"]),
        Case(library: "crash_in_entry", parts: ["SIG"]),
        Case(library: "hang_in_load", parts: ["10", "hang"]),
        Case(library: "bad_schema_not_json", parts: ["schema", "line"]),
        Case(library: "bad_schema_unknown_key", parts: ["schema", "unknown"]),
        Case(library: "bad_schema_low_high", parts: ["schema", "low", "high"]),
        Case(library: "bad_schema_log_low", parts: ["schema", "log"]),
        Case(library: "bad_schema_missing_parent", parts: ["schema", "when"]),
        Case(library: "bad_schema_cycle", parts: ["schema", "cycl"]),
        Case(library: "bad_schema_duplicate", parts: ["schema", "taken"]),
    ])
    func isRefusedWithItsReason(bad: Case) async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned("load", TestPlugins.path(bad.library), "--json")
            #expect(run.status == 1)
            #expect(run.output.isEmpty)
            let error = try #require(try? JSONValue(parsing: run.error), "\(run.error)")["error"]
            #expect(error?["code"]?.stringValue == "plugin")
            let message = error?["message"]?.stringValue ?? ""
            for part in bad.parts + ["\(bad.library).so"] {
                #expect(message.lowercased().contains(part.lowercased()), "\"\(message)\" does not name \(part)")
            }
            #expect(try await lab.tunedOK("plugins", "--json").json()["plugins"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test func aFileThatIsNotThere() async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned("load", "\(lab.folder)/nowhere.so")
            #expect(run.status == 1)
            #expect(run.error.contains("nowhere.so"))
            #expect(run.error.contains("No such file"))
        }
    }

    @Test func aGoodPluginStaysLoadedAfterABadOne() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tuned("load", TestPlugins.path("crash_in_entry"))
            let run = try await lab.tunedOK("run", "noop", "--trainable", "noop", "--trials", "5", "--json")
            #expect(try run.json()["complete"]?.integerValue == 5)
        }
    }
}
