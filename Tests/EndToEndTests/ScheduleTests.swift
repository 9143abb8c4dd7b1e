import Testing
import TunedSpace
import TunedTestSupport

/// Scheduled parameters through the daemon: fixed by a study, followed by a plugin, the same on every rung.
@Suite(.timeLimit(.minutes(5))) struct ScheduleTests {
    @Test func aStudyFixesTheShapeAndSearchesTheRest() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("scheduled"))
            let shown = try await lab.tunedOK("plugins", "scheduled").output
            #expect(shown.contains("logarithmic, scheduled") && shown.contains("rate.shape"), "\(shown)")
            try await lab.tunedOK(
                "run", "scheduled", "--trainable", "stepwise", "--space", "rate.shape=exponential", "--space", "rate=1", "--trials", "6",
                "--seed", "3", "--study", "s")
            for number in 0..<6 {
                let trial = try await lab.tunedOK("show", "s/\(number)", "--json").json()
                let configuration = try #require(trial["configuration"]?.objectValue)
                // Those of the other shapes are not there.
                #expect(configuration.keys.sorted() == ["kind", "offset", "rate", "rate.final", "rate.shape", "width", "width.final", "width.power"])
                // What the plugin ends with is its rate before the last of 20 epochs.
                let (final, last) = (try #require(configuration["rate.final"]?.doubleValue), trial["values"]?.arrayValue?.first?.doubleValue)
                let schedule = Schedule.exponential(final: final)
                #expect(last == schedule.factor(at: 19.0 / 20), "\(trial)")
            }
            try await lab.tunedOK("verify", "s")
        }
    }

    @Test func aRungDoesNotChangeTheSchedule() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("scheduled"))
            try await lab.tunedOK(
                "run", "scheduled", "--trainable", "stepwise", "--space", "rate.shape=cosine", "--space", "rate=1", "--pruner", "asha",
                "--pruner-setting", "reduction=2", "--trials", "12", "--seed", "3", "--study", "s")
            // Where its runs ended: one that has 4 of 20 epochs ends with the rate of the fourth of 20, not with that of the last.
            var ended: Set<Int> = []
            for number in 0..<12 {
                let trial = try await lab.tunedOK("show", "s/\(number)", "--json").json()
                let final = try #require(trial["configuration"]?["rate.final"]?.doubleValue)
                for attempt in trial["attempts"]?.arrayValue ?? [] {
                    guard let rate = attempt["outcome"]?["metrics"]?["rate"]?.doubleValue else { continue }
                    let epoch = (1...20).first { Schedule.cosine(final: final).factor(at: Double($0 - 1) / 20) == rate }
                    ended.insert(try #require(epoch, "trial \(number): \(rate)"))
                }
            }
            #expect(ended.isSuperset(of: [1, 2, 4]), "\(ended)")
            try await lab.tunedOK("verify", "s")
        }
    }

    @Test func aStudyThatTrainsLessInFullEndsTheScheduleThere() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("scheduled"))
            try await lab.tunedOK(
                "run", "scheduled", "--trainable", "plain", "--space", "rate.shape=polynomial", "--space", "rate=1", "--space", "rate.power=1",
                "--space", "rate.final=0.001", "--budget", "10", "--trials", "1", "--study", "s")
            let value = try await lab.tunedOK("show", "s/0", "--json").json()["values"]?.arrayValue?.first?.doubleValue
            // A tenth is left to go after nine of ten epochs.
            #expect(abs((value ?? 0) - (0.1 * 0.999 + 0.001)) < 1e-15)
        }
    }

    @Test func aCommandIsGivenTheShapeAndItsSettings() async throws {
        try await Lab.with { lab in
            let declaration = try lab.file(
                "mine.json", """
                    {"abi": "plugin", "plugin": "mine", "id": "print",
                     "parameters": [{"name": "lr", "type": "float", "low": 0.001, "high": 1, "log": true, "schedule": ["constant", "cosine", "step"]},
                                    {"name": "depth", "type": "int", "low": 3, "high": 3}],
                     "metrics": [{"name": "value"}],
                     "command": {"argv": ["printf", "%s\\n", "value {lr}", "shape {lr.shape}, depth {depth}", "final {lr.final}", "drops {lr.drops}"],
                                 "metrics": {"value": {"pattern": "value ([0-9.e-]+)"}}}}
                    """)
            try await lab.tunedOK("load", TestPlugins.path("command"), "--schema", declaration)
            try await lab.tunedOK(
                "run", "mine", "--space", "lr=0.5", "--space", "lr.shape=cosine", "--space", "lr.final=0.25", "--trials", "1", "--study", "s")
            let trial = try await lab.tunedOK("show", "s/0", "--json").json()
            let log = trial["attempts"]?.arrayValue?.first?["log"]?.stringValue ?? ""
            // A setting that the shape does not have is inactive: its argument is left out.
            #expect(log.contains("value 0.5\nshape cosine, depth 3\nfinal 0.25\n") && !log.contains("drops"), "\(log)")
        }
    }

    @Test func aWrongShapeIsToldWithTheNearest() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("scheduled"))
            let run = try await lab.tuned("run", "scheduled", "--trainable", "plain", "--space", "rate.shape=cosin", "--trials", "1", "--study", "s")
            #expect(run.status != 0 && run.error.contains("rate.shape") && run.error.contains("cosine"), "\(run.error)")
        }
    }
}
