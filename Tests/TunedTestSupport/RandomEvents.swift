package import TunedRecords
import TunedSpace

/// Payloads of every kind with fields from all over their ranges.
package struct RandomEvents {
    private var generator: SeededGenerator

    package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    package static let kinds = 25

    package mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    package mutating func index(below count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    package mutating func payload(kind: Int) -> EventPayload {
        switch kind {
        case 0: .studyCreated(slug: text(), declaration: text())
        case 1: .studyStateChanged(pick(StudyState.allCases), reason: text())
        case 2:
            .samplerAdopted(
                SamplerAdoption(name: text(), revision: small(), explanation: text(), numericEnvironment: text(),
                    pruner: flip() ? .init(name: text(), revision: small()) : nil))
        case 14: .spaceChanged(statement: #"{"rules": [], "space": {}}"#, reason: text())
        case 20: .budgetGiven(BudgetGiven(trial: small(), segment: small(), budget: number(), reason: text()))
        case 21: .pruningDecided(trial: small(), reason: text())
        case 22: .trialOverdue(trial: small())
        case 23: .askingEnded
        case 13: .samplerSwitched(method: text(), reason: text())
        case 3: .enqueued(values: enqueued())
        case 4:
            .trialAsked(
                TrialAsked(
                    trial: small(), configuration: configuration(), origin: flip() ? .sampler : flip() ? .enqueued(integer()) : flip() ? .replicate(of: small()) : .continued(from: small(), at: number()),
                    askedAfter: integer(), isExternal: flip()))
        case 5: .environmentSeen(record: text())
        case 6:
            .attemptStarted(
                AttemptStarted(
                    trial: small(), run: run(), attempt: small(), nonce: generator.next(), cpus: list { $0.small() },
                    gpus: list { $0.text() }, environment: integer()))
        case 7:
            .reported(trial: small(), run: run(), MetricReport(metric: small(), step: integer(), value: number()))
        case 8:
            .attemptEnded(
                AttemptEnded(
                    trial: small(), run: run(), attempt: small(), nonce: generator.next(), outcome: outcome(), log: text()))
        case 9:
            .trialEnded(
                TrialEnded(
                    trial: small(), state: pick(TrialState.allCases), values: list { $0.number() },
                    step: flip() ? integer() : nil, failure: flip() ? failure() : nil, constraints: constraints()))
        case 10: .stopRulesChanged(rules: text())
        case 11: .noted(text: text())
        case 12: .batchRun(batch())
        case 15:
            .finalizeBegun(
                FinalizeBegun(
                    use: 1 + index(below: 3), trial: small(), configuration: configuration(), askedAfter: integer(), plugin: text(), reason: text(),
                    remarks: list { $0.text() }, trainRows: small(), testRows: small()))
        case 16:
            .finalized(
                Finalized(
                    use: 1 + index(below: 3), values: list { $0.number() }, metrics: list { $0.number() }, constraints: constraints(),
                    failure: flip() ? failure() : nil,
                    artifacts: list { Finalized.Artifact(name: $0.text(), size: $0.integer(), digest: $0.text()) }, environment: text()))
        case 17: .replayBegun(ReplayBegun(number: 1 + index(below: 3), trial: small(), plugin: text()))
        case 18:
            .replayed(
                ReplayEnded(
                    number: 1 + index(below: 3),
                    runs: list { ReplayedRun(run: $0.run(), before: $0.outcome(), now: $0.outcome()) }, differences: list { $0.text() }))
        case 19: .dataAllowed(digest: text(), reason: text())
        default: .studyDeleted
        }
    }

    /// Of up to 12 trials; columns of one type and of several, and now and then a trial that did not succeed.
    package mutating func batch(first: Int? = nil) -> BatchRun {
        let count = 1 + index(below: 12)
        let width = index(below: 4)
        let types = (0..<width).map { _ in index(below: 4) }
        let configurations = (0..<count).map { _ in
            Configuration(
                types.map { type in
                    switch type {
                    case 0: .float(number())
                    case 1: .integer(integer())
                    case 2: .category(small())
                    default: flip() ? value() : nil
                    }
                })
        }
        let metrics = (0..<1 + index(below: 3)).map { _ in (0..<count).map { _ in number() } }
        let start = first ?? small()
        var batch = BatchRun(
            first: start, askedAfter: integer(), startedAt: integer(), nonce: generator.next(), cpus: list { $0.small() },
            environment: integer(), configurations: PackedConfigurations(configurations), metrics: metrics,
            objectives: (0..<1 + index(below: 2)).map { _ in index(below: metrics.count) }, log: text())
        if flip() {
            batch.constraints = (0..<index(below: 3)).map { place in
                BatchRun.Constraint(name: "c\(place)", values: (0..<count).map { _ in number() })
            }
            batch.bounds = (0..<index(below: 3)).map { place in
                let limit = Double.random(in: -1e9...1e9, using: &generator)
                return BoundMetric(
                    metric: index(below: metrics.count),
                    constraint: OutcomeConstraint(metric: "m\(place)", bound: flip() ? .atMost(limit) : .atLeast(limit)))
            }
        }
        for trial in batch.trials where index(below: 3) == 0 { batch.exceptions.append(exception(trial)) }
        for trial in batch.trials where index(below: 5) == 0 { batch.wishes[trial] = integer() }
        return batch
    }

    private mutating func exception(_ trial: Int) -> BatchRun.Exception {
        let state = pick([TrialState.failed, .pruned, .cancelled, .complete])
        let values = state == .failed || state == .cancelled ? [] : [number(), number()]
        return BatchRun.Exception(
            outcome: outcome(),
            end: TrialEnded(
                trial: trial, state: state, values: values, step: state == .pruned ? integer() : nil,
                failure: state == .failed ? failure() : nil))
    }

    private mutating func flip() -> Bool { Bool.random(using: &generator) }

    private mutating func pick<Element>(_ all: [Element]) -> Element { all[index(below: all.count)] }

    private mutating func small() -> Int { Int.random(in: 0...300, using: &generator) }

    private mutating func integer() -> Int64 {
        pick([0, 1, -1, .max, .min, Int64(bitPattern: generator.next())])
    }

    private mutating func number() -> Double {
        pick([0, -0.0, 1.5, .infinity, -.infinity, .leastNonzeroMagnitude, Double.random(in: -1e9...1e9, using: &generator)])
    }

    private mutating func text() -> String {
        pick(["", "a", "zwölf Boxkämpfer", "line\nline", "zero\0inside", "🐧", String(repeating: "long ", count: 400)])
    }

    private mutating func list<Element>(_ element: (inout RandomEvents) -> Element) -> [Element] {
        (0..<index(below: 5)).map { _ in element(&self) }
    }

    private mutating func value() -> ParameterValue {
        pick([.float(number()), .integer(integer()), .category(small())])
    }

    private mutating func configuration() -> Configuration {
        Configuration(list { $0.flip() ? $0.value() : nil })
    }

    private mutating func enqueued() -> [Int: ParameterValue] {
        var values: [Int: ParameterValue] = [:]
        for _ in 0..<index(below: 5) { values[small()] = value() }
        return values
    }

    private mutating func run() -> RunKey {
        RunKey(
            purpose: pick(RunPurpose.allCases), fold: flip() ? 0 : small(), repeat: flip() ? 0 : small(),
            segment: flip() ? 0 : small())
    }

    private mutating func failure() -> Failure {
        Failure(kind: pick(Failure.Kind.allCases), message: text(), detail: text())
    }

    private mutating func constraints() -> [ConstraintValue] {
        flip() ? [] : list { ConstraintValue(name: $0.text(), value: $0.number()) }
    }

    private mutating func outcome() -> AttemptOutcome {
        switch index(below: 3) {
        case 0: .succeeded(metrics: list { $0.number() }, constraints: constraints())
        case 1: .stopped(reason: pick([.pruned, .cancelled, .shutdown]))
        default: .failed(failure())
        }
    }
}
