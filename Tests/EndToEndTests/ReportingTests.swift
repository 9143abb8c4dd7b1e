import Foundation
import Testing
import TunedSpace
import TunedTestSupport

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Reports as they should not be, through the daemon: what trials are worth, who is pruned and what is shown stays right.
@Suite(.timeLimit(.minutes(10))) struct ReportingTests {
    enum Manner: String, CaseIterable, Sendable {
        case backwards, repeated, skipped, nan, strange, late, short
    }

    private func run(_ lab: Lab, _ manner: String, _ more: String...) async throws {
        try await lab.tunedOK("load", TestPlugins.path("reporter"))
        let arguments = ["run", "reporter", "--config", "how=\(manner)", "--study", "s", "--sampler", "random", "--seed", "6"]
        let run = try await lab.finish(try lab.start(arguments + more))
        #expect(run.status == 0, "\(run.error)")
    }

    private func trials(_ lab: Lab) async throws -> [JSONValue] {
        try await lab.tunedOK("trials", "s", "--limit", "1000", "--json").json()["trials"]?.arrayValue ?? []
    }

    /// All reports of the log, as programs outside are told them.
    private func reports(_ lab: Lab) async throws -> [JSONValue] {
        try await lab.events("s").filter { $0["type"]?.stringValue == "reported" }
    }

    private func check(_ lab: Lab, _ manner: Manner) async throws {
        let trials = try await trials(lab)
        #expect(trials.count == 14)
        let x = trials.compactMap { $0["configuration"]?["x"]?.doubleValue }
        var best: Double?
        for (index, trial) in trials.enumerated() {
            guard trial["state"]?.stringValue == "complete" else {
                #expect(trial["state"]?.stringValue == "pruned", "\(trial)")
                continue
            }
            // What a trial is worth is what it ended with, whatever it reported.
            let value = try #require(trial["values"]?.arrayValue?.first?.doubleValue)
            #expect(abs(value - x[index] - (manner == .short ? 1 : 1.0 / 9)) < 1e-12, "\(trial)")
            best = min(best ?? value, value)
        }
        // The order is the same at every step, so the best is among those that came to their end.
        #expect(best.map { abs($0 - (x.min() ?? 0) - (manner == .short ? 1 : 1.0 / 9)) < 1e-12 } == true)
        try await lab.tunedOK("verify", "s")
        #expect(try await lab.tunedOK("show", "s").output.contains("best"))
        let svg = try await lab.tunedOK("plot", "s", "--kind", "intermediate").output
        #expect(XMLParser(data: Data(svg.utf8)).parse() && !svg.contains("nan") && !svg.contains("inf\""))
    }

    @Test(arguments: Manner.allCases) func whatTheyAreWorthIsJudgedByTheMedian(_ manner: Manner) async throws {
        try await Lab.with { lab in
            try await run(lab, manner.rawValue, "--trials", "14", "--pruner", "median", "--pruner-setting", "startup=3")
            try await check(lab, manner)
            let reports = try await reports(lab)
            #expect(!reports.isEmpty && !reports.contains { $0["value"]?.doubleValue == -1000 }, "nothing comes after the end")
            let first = reports.filter { $0["trial"]?.integerValue == 0 && $0["metric"]?.stringValue == "loss" }.compactMap { $0["step"]?.integerValue }
            switch manner {
            case .backwards: #expect(first == Array((1...9).reversed()))
            case .repeated: #expect(first == (1...9).flatMap { [$0, $0] })
            case .skipped: #expect(first == [1, 5, 9])
            case .nan, .late: #expect(first == Array(1...9))
            case .strange: #expect(first == [.min, -1, 0] + Array(1...9) + [.max])
            case .short: #expect(first == [1])
            }
        }
    }

    @Test(arguments: Manner.allCases) func rungsGoByWhatTrialsEndWith(_ manner: Manner) async throws {
        try await Lab.with { lab in
            try await run(lab, manner.rawValue, "--trials", "14", "--pruner", "asha")
            try await check(lab, manner)
            #expect(try await trials(lab).contains { $0["state"]?.stringValue == "pruned" })
        }
    }

    /// The short form of ten million: neither the log nor what is drawn of it grows with them, and the end is known.
    @Test func manyReportsOfOneTrialAreThinned() async throws {
        try await Lab.with { lab in
            try await run(lab, "many", "--config", "count=100003", "--space", "x=1", "--trials", "1")
            let steps = try await reports(lab).compactMap { $0["step"]?.integerValue }
            let expected = Array(1...10_000) + stride(from: 10_002, through: 30_000, by: 2) + stride(from: 30_004, through: 70_000, by: 4)
                + stride(from: 70_008, through: 100_000, by: 8) + [100_003]
            #expect(steps == expected.map(Int64.init))
            let trial = try #require(try await trials(lab).first)
            #expect(trial["state"]?.stringValue == "complete", "\(trial)")
            let svg = try await lab.tunedOK("plot", "s", "--kind", "intermediate").output
            #expect(svg.utf8.count < 200_000)
            try await lab.tunedOK("verify", "s")
            lab.killDaemon()
            #expect(try await lab.tunedOK("show", "s/0").output.contains("complete"), "also after a restart")
        }
    }
}
