import CTunedPlugin
import CTunedWorker
import TunedSpace
import TunedWire

/// Group 4, checkpoints: a run that is interrupted goes on as if it had not been.
enum CheckpointTests {
    /// Units of the fidelity that runs of these tests train for, where the schema allows it: more only where fewer give no two
    /// checkpoints.
    private static let units = [8.0, 64, .infinity]
    private static let randomTries = 4
    private static let flagAdvice =
        """
            After each few steps call tuned.checkpoint/1's begin, write and commit (or tuned_save_checkpoint); or take \
            TUNED_CHECKPOINTS out of flags.
            """

    /// Stage 0 runs without interruption; stage 1 kills its process after a checkpoint; stage 2 goes on from there.
    static func restore(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        let instance = try lab.instance()
        if let reason = inapplicable(lab, instance) { return CheckAnswer(inapplicable: reason) }
        switch lab.request.stage {
        case 0: return try uninterrupted(lab, instance)
        case 1: return try killed(lab, instance)
        default: return try restored(lab, instance)
        }
    }

    private static func inapplicable(_ lab: CheckLab, _ instance: CheckInstance) -> String? {
        if let stepwise = instance.stepwise { return stepwise.save == nil ? "its tuned.stepwise/1 has no save" : nil }
        return lab.has(TUNED_CHECKPOINTS) ? nil : "TUNED_CHECKPOINTS is not set"
    }

    private static func curvesFile(_ lab: CheckLab) -> String { "\(lab.request.workspace)/uninterrupted" }
    private static func checkpointFile(_ lab: CheckLab) -> String { "\(lab.request.workspace)/checkpoint" }

    private static func run(_ lab: CheckLab, budget: Double) -> CheckRun {
        var run = CheckRun(lab.schema.space.defaults, budget: budget, stopAfter: lab.request.seconds)
        run.seed = lab.request.seed
        return run
    }

    /// A whole run with two checkpoints, or the longest one.
    private static func wholeRun(_ lab: CheckLab, _ instance: CheckInstance) throws(PluginError) -> CheckOutcome {
        var outcome = CheckOutcome()
        for (index, units) in units.enumerated() {
            let budget = lab.budget(of: units)
            guard index == 0 || budget > outcome.budget, !lab.isSpent(0.5) else { break }
            lab.about("a run without interruption, with a budget of \(budget)")
            outcome = try instance.run(run(lab, budget: budget))
            guard outcome.isSuccess, outcome.checkpoints.count < 2 else { break }
        }
        return outcome
    }

    private static func uninterrupted(_ lab: CheckLab, _ instance: CheckInstance) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        let outcome = try wholeRun(lab, instance)
        guard check(outcome, &findings) else { return CheckAnswer(findings: findings.all) }
        CheckFile.write([outcome], to: curvesFile(lab))
        return CheckAnswer(findings: findings.all, summary: "\(outcome.checkpoints.count) checkpoints", goesOn: true)
    }

    /// Whether there is anything to restore.
    private static func check(_ outcome: CheckOutcome, _ findings: inout CheckFindings) -> Bool {
        guard outcome.isSuccess, !outcome.wasToldToStop else {
            findings.add(
                .note, "not-comparable", "the run did not complete: \(outcome.function) returned \(outcome.code)",
                advice: "Give the test more time with --timeout, or see the findings of the group run.")
            return false
        }
        guard !outcome.checkpoints.isEmpty else {
            findings.add(
                .error, "no-checkpoint", "it says that it saves checkpoints, and a whole run made none", advice: flagAdvice)
            return false
        }
        if outcome.restores == 0 {
            findings.add(
                .error, "never-restores", "it saves checkpoints, and never asks for one (restore) when a run begins",
                advice: """
                    Call tuned.checkpoint/1's restore (or tuned_load_checkpoint) at the start of train; TUNED_ABSENT means a fresh \
                    start.
                    """)
            return false
        }
        return true
    }

    /// Does not return where all is well.
    private static func killed(_ lab: CheckLab, _ instance: CheckInstance) throws(PluginError) -> CheckAnswer {
        let before = try uninterruptedOutcome(lab)
        var random = lab.random("kill")
        // Behind a checkpoint at the very end nothing would be left to compare.
        let useful = before.checkpoints.count { $0.reports < before.reports.count }
        let commits = 1 + random.index(below: max(1, useful))
        let start = before.checkpoints[commits - 1].reports
        let end = commits < before.checkpoints.count ? before.checkpoints[commits].reports : before.reports.count
        var run = run(lab, budget: before.budget)
        run.limits.kill = (commits, random.index(below: max(1, end - start)))
        CheckCheckpoints.file = checkpointFile(lab)
        lab.about("a run that is killed behind its checkpoint \(commits) of \(before.checkpoints.count)")
        let outcome = try instance.run(run)
        // A busy machine takes longer the second time; that says nothing of the plugin.
        guard !outcome.wasToldToStop else {
            return CheckAnswer(
                findings: [
                    CheckFinding(
                        .note, test: lab.request.test, name: "too-slow",
                        "the run was told to stop for its time, with \(outcome.checkpoints.count) checkpoints, before the \(commits) behind which it is killed",
                        advice: "Check it again when the machine has less to do.")
                ], summary: "not killed")
        }
        return CheckAnswer(
            findings: [
                CheckFinding(
                    lab.isDeterministic ? .error : .warning, test: lab.request.test, name: "unsteady-checkpoints",
                    "the same run made \(before.checkpoints.count) checkpoints, and \(outcome.checkpoints.count) when run again",
                    advice: "Save at fixed steps, not by the clock, so that runs can be repeated.")
            ], summary: "not killed")
    }

    private static func uninterruptedOutcome(_ lab: CheckLab) throws(PluginError) -> CheckOutcome {
        guard let outcome = CheckFile.outcomes(in: curvesFile(lab))?.first else {
            throw PluginError(.storage, "\(curvesFile(lab)), which the stage before should have left, cannot be read")
        }
        return outcome
    }

    private static func restored(_ lab: CheckLab, _ instance: CheckInstance) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        let before = try uninterruptedOutcome(lab)
        guard let checkpoint = CheckFile.checkpoint(in: checkpointFile(lab)) else {
            throw PluginError(.storage, "\(checkpointFile(lab)), which the killed process should have left, cannot be read")
        }
        lab.about("a run restored from a checkpoint of step \(checkpoint.step)")
        var run = run(lab, budget: before.budget)
        run.attempt = 1
        run.source = checkpoint
        let outcome = try instance.run(run)
        judgeRestored(outcome, before, checkpoint, lab, "after a restore", &findings)
        return CheckAnswer(
            findings: findings.all, summary: """
                killed behind step \(checkpoint.step), \(outcome.reports.count) reports after the restore
                """)
    }

    /// Holds a restored run against the one without interruption.
    private static func judgeRestored(
        _ outcome: CheckOutcome, _ before: CheckOutcome, _ checkpoint: SavedCheckpoint, _ lab: CheckLab, _ when: String,
        _ findings: inout CheckFindings
    ) {
        guard outcome.isSuccess else {
            findings.add(
                .error, "restore-failed", "\(when) \(outcome.function) returned \(outcome.code): \(outcome.said)",
                advice: """
                    A checkpoint that the plugin wrote itself must load: read as many bytes as were written, however few come at a \
                    time.
                    """)
            return
        }
        if let first = outcome.reports.first, first.step <= checkpoint.step {
            findings.add(
                .error, "restore-ignored", "\(when) of step \(checkpoint.step) it reports step \(first.step) again",
                advice: "Go on behind the step that restore tells.",
                numbers: [
                    .init(name: "restored_step", value: Double(checkpoint.step)),
                    .init(name: "first_step", value: Double(first.step)),
                ])
            return
        }
        guard lab.isDeterministic else { return }
        var rest = before
        rest.reports = before.curve(after: checkpoint.step)
        guard !outcome.isSame(as: rest) else { return }
        findings.add(
            .error, "restore-differs", "\(when) of step \(checkpoint.step), \(CheckDifference.text(rest, outcome, lab.schema))",
            advice: """
                Save all that the next step depends on: weights, the optimiser's state, the random generator's state, the position \
                in the data.
                """)
    }

    // MARK: Checkpoints that are none

    static func truncated(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        try withCheckpoint(lab) { fresh, checkpoint, findings throws(PluginError) in
            let count = checkpoint.bytes.count
            let lengths = Set([0, 1, count / 2, count - 1].filter { $0 >= 0 && $0 < count }).sorted()
            for length in lengths {
                var source = checkpoint
                source.bytes = Array(checkpoint.bytes[..<length])
                try reject(
                    source, "cut to \(length) of \(count) bytes", fresh, lab, name: "accepts-truncated",
                    advice: """
                        Check the count that read gives back (tuned_load_checkpoint does), and return host->fail(trial, \
                        TUNED_FAILED, ...) or start afresh.
                        """,
                    &findings)
            }
            return "\(lengths.count) lengths below \(count) bytes"
        }
    }

    static func random(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        try withCheckpoint(lab) { fresh, checkpoint, findings throws(PluginError) in
            var random = lab.random("bytes")
            for _ in 0..<randomTries {
                var source = checkpoint
                for index in source.bytes.indices { source.bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
                // The right number of random bytes can be told from a state only by a mark that the plugin adds itself.
                try reject(
                    source, "of \(source.bytes.count) random bytes", fresh, lab, name: "accepts-random",
                    advice: "Begin a checkpoint with a magic number and its layout's version, and refuse what begins otherwise.",
                    &findings)
            }
            return "\(randomTries) times \(checkpoint.bytes.count) bytes"
        }
    }

    static func bytes(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        try withCheckpoint(lab) { before, checkpoint, findings throws(PluginError) in
            lab.about("a restore whose reads give one byte at a time")
            var run = run(lab, budget: before.budget)
            run.attempt = 1
            run.source = checkpoint
            run.limits.readSize = 1
            let outcome = try lab.instance().run(run)
            judgeRestored(outcome, before, checkpoint, lab, "after a restore byte by byte", &findings)
            return "\(outcome.bytesRead) of \(checkpoint.bytes.count) bytes, one at a time"
        }
    }

    /// Runs once for a checkpoint and the result of a fresh start.
    private static func withCheckpoint(
        _ lab: CheckLab,
        _ body: (CheckOutcome, SavedCheckpoint, inout CheckFindings) throws(PluginError) -> String
    ) throws(PluginError) -> CheckAnswer {
        let instance = try lab.instance()
        if let reason = inapplicable(lab, instance) { return CheckAnswer(inapplicable: reason) }
        let fresh = try wholeRun(lab, instance)
        // The test restore tells what is missing here.
        let usable = fresh.checkpoints.suffix(3)
        guard fresh.isSuccess, !fresh.wasToldToStop, fresh.restores > 0, let last = usable.dropLast().last ?? usable.last else {
            return CheckAnswer(inapplicable: "it made no checkpoint that could be tried")
        }
        var findings = lab.findings
        let summary = try body(fresh, last, &findings)
        return CheckAnswer(findings: findings.all, summary: summary)
    }

    /// A checkpoint that is none must fail the run, or give what a fresh start gives.
    private static func reject(
        _ source: SavedCheckpoint, _ what: String, _ fresh: CheckOutcome, _ lab: CheckLab, name: String, advice: String,
        _ findings: inout CheckFindings
    ) throws(PluginError) {
        lab.about("a restore from a checkpoint \(what)")
        var run = run(lab, budget: fresh.budget)
        run.attempt = 1
        run.source = source
        let outcome = try lab.instance().run(run)
        guard outcome.isSuccess else { return }
        let isFresh = outcome.metrics.map { $0?.bitPattern } == fresh.metrics.map { $0?.bitPattern }
        guard lab.isDeterministic ? !isFresh : outcome.reports.first.map({ $0.step > source.step }) == true else { return }
        var expected = fresh
        expected.reports = outcome.reports
        findings.add(
            .error, name,
            lab.isDeterministic
                ? "it succeeded with a checkpoint \(what), and \(CheckDifference.text(expected, outcome, lab.schema))"
                : "it went on from a checkpoint \(what)", advice: advice)
    }
}
