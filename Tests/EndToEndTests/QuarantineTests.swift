import Testing
import TunedSpace
import TunedTestSupport

/// A plugin that only crashes is not run any more, until it is rebuilt or a person lets it.
@Suite(.timeLimit(.minutes(5))) struct QuarantineTests {
    /// Two studies in which every trial crashes: each gives up after ten.
    private func crashOnly(_ lab: Lab) async throws {
        try await lab.tunedOK("load", TestPlugins.path("misbehave"))
        for study in ["first", "second"] {
            _ = try await lab.tuned(
                "run", "misbehave", "--space", "how=segfault", "--trials", "30", "--parallel", "1", "--study", study)
        }
        try await lab.until("the quarantine") {
            try await lab.tunedOK("plugins", "misbehave", "--json").json()["quarantine"] != nil
        }
    }

    @Test func aPluginThatOnlyCrashesIsNotRunAnyMore() async throws {
        try await Lab.with { lab in
            try await crashOnly(lab)
            let shown = try await lab.tunedOK("plugins", "misbehave")
            #expect(shown.output.contains("in quarantine: 20 attempts in a row crashed; the last: crashed with SIGSEGV"))
            let refused = try await lab.tuned("run", "misbehave", "--trials", "1")
            #expect(refused.status != 0 && refused.error.contains("is in quarantine") && refused.error.contains("SIGSEGV"))
            let again = try await lab.tuned("load", TestPlugins.path("misbehave"))
            #expect(again.status != 0 && again.error.contains("has not changed since"))

            // It holds over a restart of the daemon.
            lab.killDaemon()
            #expect(try await lab.tuned("run", "misbehave", "--trials", "1").error.contains("is in quarantine"))

            try await lab.tunedOK("plugins", "misbehave", "--release")
            try await lab.tunedOK("run", "misbehave", "--space", "how=ok", "--trials", "3")
        }
    }

    @Test func aRebuiltPluginIsRunAndItsPausedStudyGoesOn() async throws {
        try await Lab.with { lab in
            // Before a study gives up of its own accord, which it does after ten failures in a row.
            try lab.configure("quarantine_after: 5")
            try await lab.tunedOK("load", TestPlugins.path("misbehave"))
            try await lab.tunedOK("run", "misbehave", "--space", "how=segfault", "--trials", "1000", "--parallel", "1", "--study", "bad", "--detach")
            try await lab.until("the quarantine") { try await lab.state("bad") != "running" }
            let study = try await lab.study("bad")
            #expect(study["state"]?.stringValue == "paused")
            #expect(study["reason"]?.stringValue?.hasPrefix("its plugin is in quarantine") == true)
            let before = try await lab.count("failed", of: "bad")
            #expect(before == 5)
            #expect(try await lab.tuned("resume", "bad").error.contains("cannot go on"))

            try await lab.shell("cp '\(TestPlugins.path("misbehave"))' \(lab.folder)/new.so && printf x >> \(lab.folder)/new.so")
            try await lab.tunedOK("load", "\(lab.folder)/new.so")
            try await lab.until("the study goes on") { try await lab.count("failed", of: "bad") > before }
        }
    }
}
