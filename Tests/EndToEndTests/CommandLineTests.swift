import Testing
import TunedSpace
import TunedTestSupport

/// The command's own face: help, completion, version.
@Suite(.timeLimit(.minutes(5))) struct CommandLineTests {
    private static let verbs = [
        "load", "unload", "plugins", "run", "studies", "show", "trials", "best", "pause", "resume", "stop", "delete",
        "enqueue",
        "ask", "tell", "verify", "importance", "narrow", "space", "slots", "status", "export", "serve", "completion",
    ]

    @Test(arguments: verbs)
    func everyVerbHasHelpWithExamplesAndJSON(verb: String) async throws {
        try await Lab.with { lab in
            let run = try await lab.tunedOK(verb, "--help")
            #expect(run.output.contains("Example"))
            #expect(run.output.contains("tuned \(verb)"))
            #expect(run.output.contains("--json"))
            #expect(run.error.isEmpty)
        }
    }

    @Test func helpNamesEveryVerbAndExitCode() async throws {
        try await Lab.with { lab in
            let output = try await lab.tunedOK("--help").output
            for verb in Self.verbs { #expect(output.contains("\n  \(verb)")) }
            for code in ["0", "1", "2", "3", "4", "5", "6", "7", "130"] { #expect(output.contains("\n  \(code)  ")) }
            #expect(!output.contains("bench-suggest"))
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async throws {
        try await Lab.with { lab in
            let script = try await lab.tunedOK("completion", shell).output
            #expect(script.contains("tuned"))
            #expect(script.contains("enqueue"))
        }
    }

    @Test func anUnknownShell() async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned("completion", "csh")
            #expect(run.status == 2)
        }
    }

    @Test func suggestionsAreTimed() async throws {
        try await Lab.with { lab in
            let result = try await lab.tunedOK(
                "bench-suggest", "--trials", "50", "--parameters", "4", "--repeats", "5", "--json"
            ).json()
            #expect((result["ms"]?.doubleValue ?? 0) > 0)
        }
    }

    @Test func theGPUProbeAnswersWithoutADriver() async throws {
        try await Lab.with { lab in
            let run = try await lab.tunedOK("probe-gpus", "--library", "\(lab.folder)/no-such-driver.so")
            #expect(run.output.hasPrefix("tuned-gpus/1"))
        }
    }
}
