import Testing
import TunedSpace
import TunedTestSupport

/// What people do to a study while its slots are busy.
@Suite(.timeLimit(.minutes(5))) struct BusyTests {
    private func withBusyStudy(_ trials: Int = 100_000, _ body: (Lab) async throws -> Void) async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK(
                "run", "noop", "--trainable", "sleep", "--config", "ms=40", "--trials", "\(trials)", "--sampler",
                "random",
                "--parallel", "2", "--study", "busy", "--detach")
            try await lab.until("trials are complete") { try await lab.count("complete", of: "busy") >= 2 }
            try await body(lab)
        }
    }

    @Test func pauseAndResume() async throws {
        try await withBusyStudy { lab in
            try await lab.tunedOK("pause", "busy")
            #expect(try await lab.state("busy") == "paused")
            try await lab.until("running trials have ended") { try await lab.count("running", of: "busy") == 0 }
            let complete = try await lab.count("complete", of: "busy")
            try await Task.sleep(for: .milliseconds(300))
            #expect(try await lab.count("complete", of: "busy") == complete)
            try await lab.tunedOK("resume", "busy")
            try await lab.until("it goes on") { try await lab.count("complete", of: "busy") > complete }
        }
    }

    @Test func enqueuedConfigurationsComeNext() async throws {
        try await withBusyStudy { lab in
            try await lab.tunedOK("enqueue", "busy", "x=0.125")
            try await lab.until("it was tried") {
                let trials = try await lab.tunedOK("export", "busy", "--json").json().arrayValue ?? []
                return trials.contains {
                    $0["origin"]?.stringValue == "enqueued" && $0["configuration"]?["x"]?.doubleValue == 0.125
                        && $0["state"]?.stringValue == "complete"
                }
            }
        }
    }

    @Test(arguments: ["x=7", "z=1", "x=abc"])
    func enqueuedNonsenseIsRefused(value: String) async throws {
        try await withBusyStudy { lab in
            let run = try await lab.tuned("enqueue", "busy", value)
            #expect(run.status == 2)
            #expect(run.error.contains(String(value.prefix(1))))
        }
    }

    @Test func askAndTellBesideTheDaemonsOwnTrials() async throws {
        try await withBusyStudy { lab in
            let asked = try await lab.tunedOK("ask", "busy", "--json").json()
            let number = try #require(asked["number"]?.integerValue)
            try await lab.tunedOK("tell", "busy/\(number)", "--value", "-1")
            let best = try await lab.tunedOK("best", "busy", "--json").json()["best"]?.arrayValue?.first
            #expect(best?["trial"]?.integerValue == number)
        }
    }

    @Test func stopEndsItAtOnce() async throws {
        try await withBusyStudy { lab in
            try await lab.tunedOK("stop", "busy")
            #expect(try await lab.state("busy") == "stopped")
            try await lab.until("no trial is running") { try await lab.count("running", of: "busy") == 0 }
            try await lab.until("the slots are free") {
                try await lab.tunedOK("slots", "--json").json()["holders"]?.arrayValue?.isEmpty == true
            }
        }
    }

    @Test func slotsSayWhoHasWhatAndWhoWaits() async throws {
        try await withBusyStudy { lab in
            try await lab.until("both trials hold a slot") {
                let slots = try await lab.tunedOK("slots", "--json").json()
                let holders = slots["holders"]?.arrayValue ?? []
                return !holders.isEmpty && holders.allSatisfy { $0["study"]?.stringValue == "busy" }
            }
        }
    }

    @Test func cleanShutdownMakesRunningTrialsAgain() async throws {
        try await withBusyStudy(60) { lab in
            try await lab.tunedOK("serve", "--stop")
            try await lab.tunedOK("show", "busy", "--follow")
            #expect(try await lab.state("busy") == "completed")
            #expect(try await lab.count("complete", of: "busy") == 60)
        }
    }
}
