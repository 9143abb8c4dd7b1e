import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// Budgets, rungs and populations with real workers and real checkpoints, through kill -9 of the daemon.
///
/// The trainable adds `rate` times the step at each step up to 20, and tells how many steps this process made of them.
@Suite(.timeLimit(.minutes(10))) struct FidelityTests {
    private func begin(_ lab: Lab, _ name: String, ms: Int, _ more: String...) async throws {
        try await lab.tunedOK("load", TestPlugins.path("keeper"))
        let arguments = ["run", "keeper", "--trainable", "stepper", "--study", name, "--config", "ms=\(ms)", "--seed", "4", "--detach"]
        let run = try await lab.finish(try lab.start(arguments + more))
        #expect(run.status == 0, "\(run.error)")
    }

    private func trials(_ lab: Lab, _ study: String) async throws -> [JSONValue] {
        try await lab.tunedOK("trials", study, "--limit", "1000", "--json").json()["trials"]?.arrayValue ?? []
    }

    private func rate(_ trial: JSONValue) throws -> Double { try #require(trial["configuration"]?["rate"]?.doubleValue) }

    @Test func rungsSurviveTenKills() async throws {
        var random = SeededGenerator(seed: 31)
        try await Lab.with { lab in
            try await begin(lab, "s", ms: 10, "--pruner", "asha", "--trials", "27", "--sampler", "random")
            for _ in 0..<10 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 30...400, using: &random)))
                lab.killDaemon()
            }
            try await lab.tunedOK("show", "s", "--follow")
            let trials = try await trials(lab, "s")
            #expect(trials.count == 27)
            let complete = trials.filter { $0["state"]?.stringValue == "complete" }
            #expect(!complete.isEmpty && complete.count < 14)
            #expect(trials.allSatisfy { ["complete", "pruned"].contains($0["state"]?.stringValue ?? "") })
            for trial in complete { #expect(abs((trial["values"]?.arrayValue?.first?.doubleValue ?? 0) - 210 * (try rate(trial))) < 1e-9) }
            // Less is better, and the order is the same at every budget.
            let lowest = try trials.map(rate).min()
            #expect(try complete.map(rate).min() == lowest)
            try await lab.tunedOK("verify", "s")
        }
    }

    @Test(arguments: [("sha", "trials=9"), ("hyperband", "pace=in-step")])
    func bracketsInStepSurviveKills(_ pruner: String, _ setting: String) async throws {
        var random = SeededGenerator(seed: 33)
        try await Lab.with { lab in
            try await begin(lab, "s", ms: 10, "--trials", "24", "--sampler", "random", "--pruner", pruner, "--pruner-setting", setting)
            for _ in 0..<4 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 30...300, using: &random)))
                lab.killDaemon()
            }
            try await lab.tunedOK("show", "s", "--follow")
            let trials = try await trials(lab, "s")
            #expect(trials.count == 24)
            #expect(trials.contains { $0["state"]?.stringValue == "complete" } && trials.contains { $0["state"]?.stringValue == "pruned" })
            try await lab.tunedOK("verify", "s")
        }
    }

    /// Kills the daemon as soon as the log has another event of each of these kinds, one after the other, and follows the study to its end.
    ///
    /// - Returns: the log.
    private func follow(_ lab: Lab, _ study: String, killingAt phases: [(name: String, isIt: (JSONValue) -> Bool)]) async throws -> [JSONValue] {
        let log = try lab.start(["show", study, "--follow", "--json"])
        for phase in phases {
            let before = Lab.events(log.output).count { phase.isIt($0) }
            var isOver = false
            try await lab.until(phase.name) {
                let events = Lab.events(log.output)
                isOver = events.contains { $0["type"]?.stringValue == "study_state_changed" && $0["state"]?.stringValue == "completed" }
                return isOver || events.count { phase.isIt($0) } > before
            }
            // A busy machine looks so seldom that the study may be through.
            if isOver { break }
            lab.killDaemon()
            try await lab.tunedOK("studies")
        }
        try await lab.tunedOK("show", study, "--follow")
        log.signal(SIGTERM)
        _ = await log.wait()
        return try await lab.events(study)
    }

    private static func of(_ type: String, _ name: String, _ isIt: @escaping (JSONValue) -> Bool = { _ in true }) -> (name: String, isIt: (JSONValue) -> Bool) {
        (name, { $0["type"]?.stringValue == type && isIt($0) })
    }

    private static func segment(_ event: JSONValue) -> Int64 { event["segment"]?.integerValue ?? 0 }

    /// No run that has brought its result is made again.
    private func nothingIsMadeTwice(_ events: [JSONValue]) {
        let done = events.filter { $0["type"]?.stringValue == "attempt_ended" && $0["outcome"]?["metrics"] != nil }
            .map { "\($0["trial"]?.integerValue ?? -1).\(Self.segment($0))" }
        #expect(!done.isEmpty && Set(done).count == done.count)
    }

    @Test func aKillInEveryPhaseOfARungLosesNothing() async throws {
        try await Lab.with { lab in
            try await begin(lab, "s", ms: 25, "--pruner", "asha", "--trials", "27", "--sampler", "random")
            let events = try await follow(
                lab, "s",
                killingAt: [
                    Self.of("budget_given", "a trial has its first budget") { Self.segment($0) == 0 }, Self.of("attempt_started", "it runs"),
                    Self.of("reported", "it reports"), Self.of("attempt_ended", "its run has ended"),
                    Self.of("trial_ended", "it stands at its rung") { $0["state"]?.stringValue == "paused" },
                    Self.of("budget_given", "it is to go on") { Self.segment($0) > 0 },
                    Self.of("attempt_started", "it goes on") { Self.segment($0) > 0 },
                    Self.of("reported", "it reports from the next rung") { Self.segment($0) > 0 },
                    Self.of("trial_ended", "it is at its end") { $0["state"]?.stringValue == "complete" },
                ])
            nothingIsMadeTwice(events)
            let trials = try await trials(lab, "s")
            #expect(trials.count == 27 && trials.allSatisfy { ["complete", "pruned"].contains($0["state"]?.stringValue ?? "") })
            let complete = trials.filter { $0["state"]?.stringValue == "complete" }
            for trial in complete { #expect(abs((trial["values"]?.arrayValue?.first?.doubleValue ?? 0) - 210 * (try rate(trial))) < 1e-9) }
            let lowest = try trials.map(rate).min()
            #expect(try complete.map(rate).min() == lowest)
            try await lab.tunedOK("verify", "s")
        }
    }

    @Test func aTrialGoesOnFromItsRungAndTheSavingIsSaid() async throws {
        try await Lab.with { lab in
            try await begin(lab, "s", ms: 0, "--pruner", "asha", "--trials", "9", "--sampler", "random")
            let shown = try await lab.tunedOK("show", "s", "--follow")
            let last = try await lab.tunedOK("show", "s").output
            #expect(last.contains("asynchronous successive halving") && last.contains("% of training in full"), "\(shown.output)\(last)")
            let complete = try #require(try await trials(lab, "s").first { $0["state"]?.stringValue == "complete" })
            let number = complete["number"]?.integerValue ?? -1
            let attempts = try await lab.tunedOK("show", "s/\(number)", "--json").json()["attempts"]?.arrayValue ?? []
            let steps = attempts.compactMap { $0["outcome"]?["metrics"]?["steps"]?.doubleValue }
            // Each segment makes the steps that the one before had not made.
            #expect(steps.count >= 2 && steps.reduce(0, +) == 20, "\(steps)")
            try await lab.until("no checkpoint is left") { try await lab.shell("ls \(lab.home)/runs/*/*/checkpoint*").status != 0 }
        }
    }

    /// Everything that a study needs is in the data directory, wherever that is: on another disk, or copied to another machine.
    @Test func trialsGoOnFromTheirRungsWhereTheDataDirectoryHasMoved() async throws {
        try await Lab.with { lab in
            let data = try lab.witnessData()
            let run = try await lab.witness("--data", data, "--folds", "3", "--trials", "3")
            #expect(run.status == 0, "\(run.error)")
            try await begin(lab, "k", ms: 100, "--pruner", "asha", "--trials", "27", "--sampler", "random")
            try await lab.until("some stand at rungs") {
                let (standing, state) = (try await lab.count("paused", of: "k"), try await lab.state("k"))
                return standing > 3 || state != "running"
            }
            let moved = try await lab.moved()
            defer { moved.killDaemon() }
            try await moved.tunedOK("show", "k", "--follow")
            let complete = try await trials(moved, "k").filter { $0["state"]?.stringValue == "complete" }
            #expect(!complete.isEmpty)
            for trial in complete { #expect(abs((trial["values"]?.arrayValue?.first?.doubleValue ?? 0) - 210 * (try rate(trial))) < 1e-9) }
            #expect(try await moved.events("k").contains { $0["log"]?.stringValue?.contains("goes on from the checkpoint") ?? false })
            try await moved.tunedOK("resume", "s", "--trials", "5")
            try await moved.tunedOK("show", "s", "--follow")
            #expect(try await moved.count("complete", of: "s") == 5)
            for study in ["k", "s"] { try await moved.tunedOK("verify", study) }
        }
    }

    /// Samplers that look at budgets bring rungs with them; every suggestion follows from the log.
    @Test(arguments: [("bohb", "asha"), ("dehb", "hyperband"), ("priorband", "hyperband")])
    func samplersBesideBudgetsSurviveKills(sampler: String, brings: String) async throws {
        var random = SeededGenerator(seed: 33)
        try await Lab.with { lab in
            try await begin(
                lab, "s", ms: 4, "--sampler", sampler, "--trials", "60", "--space", "rate={prior: 0.7}")
            for _ in 0..<5 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 50...500, using: &random)))
                lab.killDaemon()
            }
            try await lab.tunedOK("show", "s", "--follow")
            let shown = try await lab.tunedOK("show", "s").output
            #expect(shown.contains(sampler) && shown.contains("pruner"), "\(shown)")
            #expect(try await lab.study("s")["specification"]?["pruner"]?["name"]?.stringValue == brings)
            let trials = try await trials(lab, "s")
            #expect(trials.count == 60)
            #expect(trials.contains { $0["state"]?.stringValue == "complete" } && trials.contains { $0["state"]?.stringValue == "pruned" })
            let verified = try await lab.tunedOK("verify", "s")
            #expect(verified.output.contains("60"), "\(verified.output)")
        }
    }

    @Test func membersGoOnFromEachOthersCheckpointsThroughKills() async throws {
        var random = SeededGenerator(seed: 32)
        try await Lab.with { lab in
            try await begin(
                lab, "p", ms: 8, "--pruner", "pbt", "--pruner-setting", "population=6", "--pruner-setting", "interval=4",
                "--pruner-setting", "mutable=rate")
            for _ in 0..<6 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 100...500, using: &random)))
                lab.killDaemon()
            }
            try await lab.tunedOK("show", "p", "--follow")
            try await checkPopulation(lab)
            try await lab.tunedOK("verify", "p")
        }
    }

    /// Six members came to their end, each with what it and those that it went on from had added up.
    private func checkPopulation(_ lab: Lab) async throws {
        let trials = try await trials(lab, "p")
        let complete = trials.filter { $0["state"]?.stringValue == "complete" }
        #expect(complete.count == 6)
        #expect(trials.contains { $0["origin"]?.stringValue == "continued" })
        /// What a trial and those it went on from have added up to this step.
        func sum(_ number: Int, _ step: Double) throws -> Double {
            let trial = trials[number]
            let start = trial["continues_at"]?.doubleValue ?? 0
            let before = try trial["continues"]?.integerValue.map { try sum(Int($0), start) } ?? 0
            return before + (try rate(trial)) * (step * (step + 1) - start * (start + 1)) / 2
        }
        for trial in complete {
            let number = Int(trial["number"]?.integerValue ?? -1)
            #expect(abs((trial["values"]?.arrayValue?.first?.doubleValue ?? 0) - (try sum(number, 20))) < 1e-9, "trial \(number)")
        }
    }

    @Test func aKillInEveryPhaseOfAnExchangeLosesNothing() async throws {
        try await Lab.with { lab in
            try await begin(
                lab, "p", ms: 20, "--pruner", "pbt", "--pruner-setting", "population=6", "--pruner-setting", "interval=4",
                "--pruner-setting", "mutable=rate")
            var successors: Set<Int64> = []
            func continued(_ event: JSONValue) -> Bool {
                if event["origin"]?.stringValue == "continued" { successors.insert(event["trial"]?.integerValue ?? -1) }
                return successors.contains(event["trial"]?.integerValue ?? -1)
            }
            /// Of a trial that went on from another one.
            func of(_ type: String, _ name: String) -> (name: String, isIt: (JSONValue) -> Bool) {
                (name, { event in continued(event) && event["type"]?.stringValue == type })
            }
            let events = try await follow(
                lab, "p",
                killingAt: [
                    Self.of("trial_ended", "a member stands at its exchange") { $0["state"]?.stringValue == "paused" },
                    of("trial_asked", "one is to go on from another"), of("attempt_started", "it runs"),
                    of("reported", "it reports"), of("trial_ended", "it stands at the next exchange"),
                    Self.of("budget_given", "one that stays is to go on") { Self.segment($0) > 0 },
                    Self.of("attempt_started", "it goes on") { Self.segment($0) > 0 },
                    of("trial_asked", "another exchange"),
                ])
            nothingIsMadeTwice(events)
            try await checkPopulation(lab)
            try await lab.tunedOK("verify", "p")
        }
    }

    @Test func badPrunersAreRefusedWithWhatToDo() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("keeper"))
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let cases: [([String], String)] = [
                (["keeper", "--trainable", "stepper", "--pruner", "ahsa"], "did you mean \"asha\""),
                (["keeper", "--trainable", "stepper", "--pruner", "asha", "--pruner-setting", "et=3"], "no setting \"et\""),
                (["keeper", "--trainable", "stepper", "--pruner", "pbt"], "mutable"),
                (["keeper", "--trainable", "stepper", "--budget", "21"], "training in full takes 20.0 steps"),
                (["keeper", "--trainable", "stepper", "--budget", "0"], "no budget"),
                (["noop", "--trainable", "noop", "--pruner", "hyperband"], "fidelity"),
                (["noop", "--trainable", "noop", "--budget", "3"], "declares no fidelity"),
                (["noop", "--trainable", "noop", "--isolation", "inprocess", "--pruner", "median"], "pruner"),
            ]
            for (arguments, text) in cases {
                let run = try await lab.finish(try lab.start(["run"] + arguments + ["--trials", "3"]))
                #expect(run.status != 0 && run.error.contains(text), "\(arguments): \(run.status) \(run.error)")
            }
        }
    }
}
