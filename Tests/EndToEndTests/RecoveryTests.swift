import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// kill -9 of the daemon at any moment loses no result that anybody was told of, and counts no trial twice.
@Suite(.timeLimit(.minutes(10))) struct RecoveryTests {
    @Test func tenKillsAndTheStudyCompletesByItself() async throws {
        var random = SeededGenerator(seed: 20)
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK(
                "run", "noop", "--trainable", "sleep", "--config", "ms=15", "--trials", "400", "--sampler", "random",
                "--study", "s", "--detach")
            var acknowledged: [Int64: JSONValue] = [:]
            for _ in 0..<10 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...300, using: &random)))
                for (number, values) in try await completeTrials(lab) {
                    #expect(acknowledged[number] == nil || acknowledged[number] == values, "trial \(number) changed")
                    acknowledged[number] = values
                }
                lab.killDaemon()
            }
            try await lab.tunedOK("show", "s", "--follow")
            let final = try await completeTrials(lab)
            for (number, values) in acknowledged { #expect(final[number] == values, "trial \(number) was lost") }
            let study = try await lab.study("s")
            #expect(study["state"]?.stringValue == "completed")
            #expect(study["counts"]?["complete"]?.integerValue == 400)
            #expect(study["counts"]?["running"]?.integerValue == 0)
            #expect(study["counts"]?["total"]?.integerValue == 400)
            #expect(Set(final.keys) == Set(0..<400))
            try await lab.tunedOK("verify", "s")
        }
    }

    @Test func workersEndWithTheirDaemon() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK(
                "run", "noop", "--trainable", "sleep", "--config", "ms=60000", "--trials", "10", "--study", "s",
                "--detach")
            let daemon = try #require(lab.daemon)
            try await lab.until("workers run") { try await !workers(of: daemon, lab).isEmpty }
            let pids = try await workers(of: daemon, lab)
            lab.killDaemon()
            try await lab.until("they are gone") { pids.allSatisfy { kill($0, 0) != 0 } }
        }
    }

    @Test func toldResultsSurvive() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            for number in 0..<5 {
                try await lab.tunedOK("ask", "mine")
                try await lab.tunedOK("tell", "mine/\(number)", "--value", "\(number)")
                lab.killDaemon()
            }
            let trials = try await lab.tunedOK("trials", "mine", "--json").json()["trials"]?.arrayValue ?? []
            #expect(trials.compactMap { $0["values"]?.arrayValue?.first?.doubleValue } == [0, 1, 2, 3, 4])
        }
    }

    private func completeTrials(_ lab: Lab) async throws -> [Int64: JSONValue] {
        let run = try await lab.tunedOK("export", "s", "--json")
        var trials: [Int64: JSONValue] = [:]
        for trial in try run.json().arrayValue ?? [] where trial["state"]?.stringValue == "complete" {
            let number = try #require(trial["number"]?.integerValue)
            #expect(trials[number] == nil, "trial \(number) is there twice")
            trials[number] = trial["values"]
        }
        return trials
    }

    private func workers(of daemon: pid_t, _ lab: Lab) async throws -> [pid_t] {
        let run = try await lab.shell("cat /proc/\(daemon)/task/*/children")
        return run.output.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    }
}
