import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// kill -9 of the daemon in every phase of a use of the test rows: the use counts once, is made again, and brings the same.
@Suite(.timeLimit(.minutes(10))) struct FinalizeRecoveryTests {
    enum Phase: String, CaseIterable {
        /// The use is in the log, and every slot belongs to others.
        case begun
        case training
        /// The rows are being scored, and nobody knows yet how it went.
        case scoring
        /// The final run has ended; what came of the use may not be in the log yet.
        case made
        case ended
    }

    /// What finalizing brings where nothing goes wrong.
    private func undisturbed() async throws -> JSONValue {
        var values = JSONValue.null
        try await Lab.with { lab in
            try await study(lab, "ms=0")
            values = try await lab.tunedOK("finalize", "s", "--json").json()["final"]?["values"] ?? .null
        }
        return values
    }

    private func study(_ lab: Lab, _ setting: String) async throws {
        let run = try await lab.witness(
            "--data", try lab.witnessData(), "--test", "0.25", "--trials", "3", "--seed", "5", "--config", setting)
        #expect(run.status == 0, "\(run.error)")
    }

    @Test(arguments: Phase.allCases)
    func killed(in phase: Phase) async throws {
        let expected = try await undisturbed()
        try await Lab.with { lab in
            try await study(lab, phase == .training ? "ms=1500" : phase == .scoring ? "score_ms=300000" : "ms=0")
            if phase == .begun {
                try await lab.tunedOK("load", TestPlugins.path("noop"))
                try await lab.tunedOK("run", "noop", "--trainable", "sleep", "--config", "ms=600000", "--trials", "100", "--study", "busy", "--detach")
                try await lab.until("no slot is left") {
                    try await lab.study("busy")["live"]?["running"]?.integerValue == Int64(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
                }
            }
            let child = try lab.start(["finalize", "s"])
            switch phase {
            case .begun: try await lab.until("the use is in the log") { try await lab.final()["state"]?.stringValue == "running" }
            case .training: try await lab.until("it trains") { !lab.testimony.lines("final train").isEmpty }
            case .scoring: try await lab.until("it scores") { !lab.testimony.lines("final score").isEmpty }
            case .made:
                try await lab.until("the final run has ended") {
                    try await lab.events("s").contains { $0["type"]?.stringValue == "attempt_ended" && $0["purpose"]?.stringValue == "final" }
                }
            case .ended: #expect(try await lab.finish(child).status == 0)
            }
            lab.killDaemon()
            if phase == .begun { #expect(lab.testimony.lines("final train").isEmpty) }
            let after = try await lab.final()
            #expect(after["uses"]?.arrayValue?.count == 1, "a use that was begun counts")
            if phase == .begun {
                #expect(after["state"]?.stringValue == "running")
                try await lab.tunedOK("stop", "busy")
            }
            try await lab.until("the use has ended") { try await lab.final()["state"]?.stringValue == "complete" }
            let final = try await lab.final()
            #expect(final["values"] == expected)
            #expect(final["uses"]?.arrayValue?.count == 1)
            // What was scored and not kept is scored again, by the same use.
            #expect(lab.testimony.lines("final score").count == (phase == .scoring ? 2 : 1), "the rows are scored once")
            #expect(try await lab.tuned("finalize", "s").status == 10)
            try await lab.tunedOK("verify", "s")
            if phase != .ended { _ = try await lab.finish(child) }
        }
    }
}
