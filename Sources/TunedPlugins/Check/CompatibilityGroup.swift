import CTunedPlugin
import CTunedWorker
import Dispatch
import Synchronization
import TunedSpace
import TunedWire

/// Group 6: other hosts than this program's own, and other ways to call.
enum CompatibilityGroup {
    private static let configurations = 4
    private static let parallelRounds = 5

    private static func sample(_ lab: CheckLab, _ configurations: CheckConfigurations, _ count: Int) -> [Configuration] {
        var random = lab.random("configurations")
        return [configurations.space.defaults] + (1..<count).map { _ in configurations.random(&random) }
    }

    /// Configurations that mean the same on a host of the first release, which has no schedules: all are constant there.
    private static func constant(_ lab: CheckLab) -> CheckConfigurations? {
        var fixed: [String: JSONValue] = [:]
        for parameter in lab.schema.space.parameters where !parameter.schedule.isEmpty {
            guard parameter.schedule.contains(.constant) else { return nil }
            if parameter.schedule.count > 1 { fixed["\(parameter.name).shape"] = .string(Schedule.Shape.constant.rawValue) }
        }
        return (try? lab.schema.space.narrowed(by: fixed)).map(CheckConfigurations.init)
    }

    // MARK: Hosts

    /// A host that offers all that the first release did: everything must work, with the values that this program's own host
    /// gives in stage 0.
    static func whole(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        var judge = RunJudge(lab.schema)
        let instance = try lab.instance()
        let file = "\(lab.request.workspace)/outcomes"
        let expected = lab.request.stage == 0 ? [] : CheckFile.outcomes(in: file) ?? []
        var outcomes: [CheckOutcome] = []
        let comparable = constant(lab)
        for configuration in sample(lab, comparable ?? lab.configurations, configurations) {
            lab.about(about(lab), configuration)
            let outcome = try instance.run(lab.run(configuration))
            judge.judge(outcome, lab.configurations.text(configuration), &findings)
            if outcomes.count < expected.count, comparable != nil || lab.host.shape != .older {
                compare(expected[outcomes.count], outcome, configuration, lab, &findings)
            }
            outcomes.append(outcome)
            if lab.isSpent(0.5) || outcome.wasToldToStop { break }
        }
        CheckFile.write(outcomes, to: file)
        return CheckAnswer(findings: findings.all, summary: judge.summary, goesOn: true)
    }

    private static func compare(
        _ before: CheckOutcome, _ now: CheckOutcome, _ configuration: Configuration, _ lab: CheckLab,
        _ findings: inout CheckFindings
    ) {
        guard !now.wasToldToStop, lab.isDeterministic ? !now.isSame(as: before) : now.code != before.code else { return }
        let isNewer = lab.host.shape == .newer
        findings.add(
            .error, "differs-by-host", """
                with \(isNewer ? "longer" : "the first release's") tables \(CheckDifference.text(before, now, lab.schema))
                """,
            advice: isNewer
                ? "Read values by tuned_trial_value (or tuned_f64, tuned_i64, tuned_str): their distance is trial->value_size."
                : "Give the same result whatever the host can do beyond the first release.",
            detail: lab.configurations.text(configuration))
    }

    /// The host lacks something that a trainable may need: then it has to say so.
    static func lacking(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        lab.about(about(lab), lab.schema.space.defaults)
        let outcome: CheckOutcome
        do {
            outcome = try lab.instance().run(lab.run(lab.schema.space.defaults))
        } catch {
            guard error.code == .create else { throw error }
            return CheckAnswer(findings: findings.all, summary: "create refuses: \(error.message)")
        }
        if outcome.code < 0, outcome.said.isEmpty {
            findings.add(
                .warning, "silent-refusal", """
                    without the host's extensions \(outcome.function) returns \(outcome.code) and does not say why
                    """,
                advice: "Say what is missing: return host->fail(trial, TUNED_FAILED, \"...\").")
        }
        let summary = outcome.code < 0 ? "refuses: \(outcome.said)" : "\(outcome.function) returned \(outcome.code)"
        return CheckAnswer(findings: findings.all, summary: summary)
    }

    private static func about(_ lab: CheckLab) -> String {
        switch lab.host.shape {
        case .older: "a run with a host table of \(lab.host.table.pointee.size) bytes (minor 0) and tuned.data/1 alone"
        case .shorter: "a run with a host table of \(lab.host.table.pointee.size) bytes, which ends before `extension`"
        case .newer: "a run with longer structs than the header has, and values \(lab.host.valueExtra) bytes further apart"
        case .bare: "a run with a host that has no extensions"
        case .ordinary: "a run with this program's own host"
        }
    }

    // MARK: Threads

    static func parallel(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        guard lab.has(TUNED_THREAD_SAFE) else { return CheckAnswer(inapplicable: "TUNED_THREAD_SAFE is not set") }
        var findings = lab.findings
        let items = sample(lab, lab.configurations, configurations * 2)
        let halves = [Array(items.prefix(configurations)), Array(items.dropFirst(configurations))]
        var alone: [[CheckOutcome]] = []
        let pair = [try lab.instance(), try lab.instance()]
        for (instance, half) in zip(pair, halves) {
            lab.about("runs on one thread")
            var outcomes: [CheckOutcome] = []
            for configuration in half { outcomes.append(try instance.run(lab.run(configuration))) }
            alone.append(outcomes)
        }
        lab.about("runs of two instances on two threads at once")
        for _ in 0..<parallelRounds where !lab.isSpent() {
            let together = try ParallelRuns(pair, halves.map { $0.map(lab.run) }).outcomes()
            compare(alone, together, halves, lab, &findings)
        }
        HygieneGroup.strays(&findings)
        return CheckAnswer(findings: findings.all, summary: "2 threads, \(parallelRounds * items.count) runs")
    }

    private static func compare(
        _ alone: [[CheckOutcome]], _ together: [[CheckOutcome]], _ halves: [[Configuration]], _ lab: CheckLab,
        _ findings: inout CheckFindings
    ) {
        for half in alone.indices {
            for (index, pair) in zip(alone[half], together[half]).enumerated() {
                let (before, now) = pair
                if before.wasToldToStop || now.wasToldToStop { continue }
                let isSame = lab.isDeterministic ? now.isSame(as: before) : now.code == before.code
                guard !isSame else { continue }
                findings.add(
                    .error, "not-thread-safe", "beside another instance, \(CheckDifference.text(before, now, lab.schema))",
                    advice: """
                        Keep all state in the instance that create makes, none in globals or statics; or take TUNED_THREAD_SAFE \
                        out of flags.
                        """,
                    detail: lab.configurations.text(halves[half][index]))
            }
        }
    }

    // MARK: Batches

    static func batch(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        let instance = try lab.instance()
        guard let found = instance.find(TUNED_BATCH), let table = tuned_batch_extension(at: found), let call = table.run
        else { return CheckAnswer(inapplicable: "it does not offer tuned.batch/1") }
        var findings = lab.findings
        // No more than the instance has trials at a time.
        let count = min(CheckInstance.trialCount, table.limit == 0 ? .max : Int(table.limit))
        let items = sample(lab, lab.configurations, count)
        var alone: [CheckOutcome] = []
        for configuration in items { alone.append(try instance.run(lab.run(configuration))) }
        lab.about("a batch of \(count) trials")
        let runs = items.map(lab.run)
        var trials: [CheckTrial] = []
        for run in runs { trials.append(try instance.begin(run)) }
        let start = MonotonicTime.now()
        var codes = [Int32](repeating: TUNED_FAILED, count: count)
        let pointers: [UnsafePointer<tuned_trial>?] = trials.map { UnsafePointer($0.pointer) }
        let code = call(instance.instance, pointers, UInt32(count), &codes)
        if code != TUNED_OK {
            findings.add(
                .error, "batch-failed", "run of \(TUNED_BATCH) returned \(code) for \(count) trials",
                advice: "Return TUNED_OK and tell of each trial by its code.")
        }
        for index in trials.indices {
            let outcome = instance.finish(trials[index], runs[index], start, codes[index], "run")
            guard code == TUNED_OK, !outcome.isSame(as: alone[index]), lab.isDeterministic || outcome.code != alone[index].code
            else { continue }
            findings.add(
                .error, "batch-differs", "trial \(index) of a batch: \(CheckDifference.text(alone[index], outcome, lab.schema))",
                advice: "Give for each trial of a batch what train and evaluate give for it alone.",
                detail: lab.configurations.text(items[index]))
        }
        return CheckAnswer(findings: findings.all, summary: "a batch of \(count)")
    }
}

/// Two instances at work at the same time, each on a thread of its own.
///
/// `@unchecked Sendable`: each thread touches its own instance, runs and results; the caller waits for both.
private final class ParallelRuns: @unchecked Sendable {
    private let instances: [CheckInstance]
    private let runs: [[CheckRun]]
    private let results = Mutex<[Result<[CheckOutcome], PluginError>?]>([nil, nil])

    init(_ instances: [CheckInstance], _ runs: [[CheckRun]]) {
        self.instances = instances
        self.runs = runs
    }

    func outcomes() throws(PluginError) -> [[CheckOutcome]] {
        let group = DispatchGroup()
        for half in instances.indices {
            DispatchQueue(label: "check.\(half)").async(group: group) { self.work(half) }
        }
        group.wait()
        var all: [[CheckOutcome]] = []
        for result in results.withLock({ $0 }) { if let result { all.append(try result.get()) } }
        return all
    }

    private func work(_ half: Int) {
        var outcomes: [CheckOutcome] = []
        do {
            for run in runs[half] { outcomes.append(try instances[half].run(run)) }
            results.withLock { [outcomes] in $0[half] = .success(outcomes) }
        } catch {
            results.withLock { $0[half] = .failure(error) }
        }
    }
}
