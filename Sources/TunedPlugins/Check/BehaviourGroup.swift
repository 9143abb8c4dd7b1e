import CTunedPlugin
import CTunedWorker
import TunedSpace
import TunedWire

/// Group 4, without checkpoints: what a trainable promises by its flags, and what the host needs of it.
enum BehaviourGroup {
    /// Seconds within which a run should end once it is told to.
    private static let reaction = 1.0
    private static let randomConfigurations = 5

    // MARK: Determinism

    /// Stage 0 runs twice in this process, and once more on a fresh instance; stage 1 in another process.
    static func determinism(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        let instance = try lab.instance()
        let configurations = self.configurations(lab)
        let first = try curves(instance, configurations, lab)
        let file = "\(lab.request.workspace)/curves"
        if lab.request.stage == 0 {
            let tried = Array(configurations.prefix(first.count))
            compare(first, try curves(instance, tried, lab), "a second time", tried, lab, &findings)
            compare(first, try curves(try lab.instance(), tried, lab), "by a fresh instance", tried, lab, &findings)
            CheckFile.write(first, to: file)
        } else {
            guard let before = CheckFile.outcomes(in: file) else {
                throw PluginError(.storage, "\(file), which the stage before should have left, cannot be read")
            }
            compare(before, first, "in another process", configurations, lab, &findings)
            if !lab.isDeterministic, findings.isEmpty, !before.isEmpty {
                findings.add(
                    .note, "could-be-deterministic", "the same seed gave the same result, and TUNED_DETERMINISTIC is not set",
                    advice: """
                        Set the flag (in the schema of a plain function "deterministic": true) if that is so always: replays are then \
                        held to it.
                        """)
            }
        }
        let isSettled = !findings.isEmpty
        return CheckAnswer(
            findings: findings.all, summary: "\(first.count) configurations\(lab.isDeterministic ? "" : ", flag not set")",
            goesOn: !isSettled)
    }

    private static func configurations(_ lab: CheckLab) -> [Configuration] {
        var random = lab.random("configurations")
        return [lab.schema.space.defaults] + (0..<randomConfigurations).map { _ in lab.configurations.random(&random) }
    }

    /// One outcome a configuration, as many as fit; a run that was told to stop is no curve to compare.
    private static func curves(
        _ instance: CheckInstance, _ configurations: [Configuration], _ lab: CheckLab
    ) throws(PluginError) -> [CheckOutcome] {
        var outcomes: [CheckOutcome] = []
        let start = lab.elapsed
        for configuration in configurations {
            if lab.elapsed - start > lab.request.seconds / 4, !outcomes.isEmpty { break }
            lab.about("a run to be repeated", configuration)
            var run = lab.run(configuration)
            run.limits.stopAfter = lab.request.seconds / 4
            let outcome = try instance.run(run)
            outcomes.append(outcome)
            if outcome.wasToldToStop { break }
        }
        return outcomes
    }

    private static func compare(
        _ first: [CheckOutcome], _ second: [CheckOutcome], _ how: String, _ configurations: [Configuration], _ lab: CheckLab,
        _ findings: inout CheckFindings
    ) {
        for (index, pair) in zip(first, second).enumerated() where !pair.0.isSame(as: pair.1) {
            if pair.0.wasToldToStop || pair.1.wasToldToStop { continue }
            let difference = CheckDifference.text(pair.0, pair.1, lab.schema)
            findings.add(
                lab.isDeterministic ? .error : .note, "not-deterministic",
                "run \(how) with the same seed, \(difference)",
                advice: lab.isDeterministic
                    ? """
                        Seed every generator from trial->seed in train, and depend on no clock, address, hash seed, thread order \
                        or earlier trial; or take TUNED_DETERMINISTIC out of flags.
                        """
                    : """
                        Seed every generator from trial->seed; then a run that is attempted again repeats itself, and \
                        TUNED_DETERMINISTIC can be set.
                        """,
                detail: lab.configurations.text(configurations[index]))
        }
    }

    // MARK: Stopping

    static func stop(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        let instance = try lab.instance()
        lab.about("a run that is told to stop from the beginning")
        var run = CheckRun(lab.schema.space.defaults, stopAfter: 0)
        run.seed = lab.request.seed
        let early = ended(try quickest(instance, run), "told to stop", lab)
        guard early.findings.isEmpty else { return early }
        lab.about("a run in full that is told to stop after 0.1 s")
        run.limits.stopAfter = 0.1
        return ended(try quickest(instance, run), "told to stop", lab)
    }

    static func deadline(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        lab.about("a run in full with a deadline of 0.2 s")
        var run = CheckRun(lab.schema.space.defaults, stopAfter: 0.2)
        run.seed = lab.request.seed
        run.deadline = 0.2
        return ended(try quickest(try lab.instance(), run), "past its deadline", lab)
    }

    /// The better of two runs where the first one dawdled: a busy machine is no fault of the plugin's.
    private static func quickest(_ instance: CheckInstance, _ run: CheckRun) throws(PluginError) -> CheckOutcome {
        let first = try instance.run(run)
        guard let seconds = first.secondsToStop, seconds > reaction, seconds < 4 * reaction else { return first }
        let second = try instance.run(run)
        return (second.secondsToStop ?? 0) < seconds ? second : first
    }

    private static func ended(_ outcome: CheckOutcome, _ when: String, _ lab: CheckLab) -> CheckAnswer {
        var findings = lab.findings
        if let seconds = outcome.secondsToStop, seconds > reaction {
            let asked = outcome.asks == 0 ? "never asked should_stop" : "asked should_stop \(outcome.asks) times"
            findings.add(
                .error, "ignores-stop", "it went on for \(rounded(seconds)) s \(when), and \(asked)",
                advice: """
                    Ask host->should_stop between steps, at least ten times a second, and return TUNED_STOPPED when it says so.
                    """,
                numbers: [.init(name: "seconds", value: seconds), .init(name: "asks", value: Double(outcome.asks))])
        }
        if outcome.code < 0 {
            findings.add(
                .error, "stop-as-failure", "\(outcome.function) returned \(outcome.code) \(when): \(outcome.said)",
                advice: "Return TUNED_STOPPED: a run that was told to stop has not failed.")
        } else if outcome.code == TUNED_CANCELLED, outcome.wasToldToStop {
            findings.add(
                .warning, "stop-as-cancel", "it returned TUNED_CANCELLED \(when)",
                advice: "Return TUNED_STOPPED: TUNED_CANCELLED is for the plugin's own decision.")
        }
        let summary =
            outcome.secondsToStop.map { "\(Int($0 * 1000)) ms later" } ?? "it ended before, in \(Int(outcome.seconds * 1000)) ms"
        return CheckAnswer(findings: findings.all, summary: summary)
    }

    // MARK: The budget

    static func budget(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        guard let fidelity = lab.schema.fidelity else { return CheckAnswer(inapplicable: "the schema declares no fidelity") }
        var findings = lab.findings
        let instance = try lab.instance()
        // The first run of all pays for what the later ones find ready, and any may be held up by a busy machine.
        var low = try spend(fidelity.low, instance, lab)
        var high = try spend(fidelity.high, instance, lab)
        for _ in 0..<2 where !high.wasToldToStop && !lab.isSpent(0.5) {
            let (lowAgain, highAgain) = (try spend(fidelity.low, instance, lab), try spend(fidelity.high, instance, lab))
            if lowAgain.seconds < low.seconds { low = lowAgain }
            if highAgain.seconds < high.seconds { high = highAgain }
        }
        let steps = low.lastStep.map { "\($0)" } ?? "none"
        // Steps may count something else than the fidelity does; a plugin that ignores it gives as many whatever it is.
        if let last = low.lastStep, Double(last) > fidelity.low.rounded(.up) + 1 {
            let isIgnored = !high.wasToldToStop && high.lastStep == last && fidelity.high > fidelity.low
            findings.add(
                isIgnored ? .error : .warning, isIgnored ? "ignores-budget" : "over-budget",
                "with a budget of \(fidelity.low) \(fidelity.name) its last report is of step \(last)",
                advice: "End after trial->budget units of the fidelity, and report steps in that unit; 0 means in full.",
                numbers: [.init(name: "budget", value: fidelity.low), .init(name: "last_step", value: Double(last))])
        }
        let ratio = fidelity.high / fidelity.low
        if ratio >= 4, high.isSuccess, !high.wasToldToStop, high.seconds > 0.05, low.seconds > 0.8 * high.seconds {
            findings.add(
                .warning, "budget-no-cheaper",
                "a budget of \(fidelity.low) takes \(rounded(low.seconds)) s, one of \(fidelity.high) \(rounded(high.seconds)) s",
                advice: "Early stopping saves nothing where a small budget costs as much: do work in proportion to trial->budget.",
                numbers: [.init(name: "low_seconds", value: low.seconds), .init(name: "high_seconds", value: high.seconds)])
        }
        return CheckAnswer(
            findings: findings.all,
            summary: """
                \(fidelity.low) \(fidelity.name): last step \(steps), \(Int(low.seconds * 1000)) ms; \(fidelity.high): \
                \(Int(high.seconds * 1000)) ms\(high.wasToldToStop ? ", told to stop" : "")
                """)
    }

    private static func spend(_ budget: Double, _ instance: CheckInstance, _ lab: CheckLab) throws(PluginError) -> CheckOutcome {
        lab.about("a run with a budget of \(budget)")
        var run = CheckRun(lab.schema.space.defaults, budget: budget, stopAfter: lab.request.seconds / 2)
        run.seed = lab.request.seed
        return try instance.run(run)
    }
}
