import Testing
import TunedRecords
import TunedSpace
import TunedTestSupport

/// A batch is what its trials' own events would have been.
@Suite struct BatchRunTests {
    @Test(arguments: UInt64(0)..<50)
    func itsTrialsComeOneByOne(seed: UInt64) throws {
        var random = RandomEvents(seed: seed)
        let batch = random.batch()
        let payloads = batch.payloads
        #expect(payloads.count == 4 * batch.count)
        var counts = TrialCounts()
        for (index, trial) in batch.trials.enumerated() {
            guard case .trialAsked(let asked) = payloads[4 * index], case .attemptStarted(let started) = payloads[4 * index + 1],
                case .attemptEnded(let attempt) = payloads[4 * index + 2], case .trialEnded(let ended) = payloads[4 * index + 3]
            else {
                Issue.record("seed \(seed): the events of trial \(trial) are not those of a trial")
                return
            }
            #expect(asked.trial == trial && started.trial == trial && attempt.trial == trial && ended.trial == trial)
            #expect(asked.configuration == batch.configurations[index] && asked.askedAfter == batch.askedAfter)
            #expect(asked.origin == (batch.wishes[trial].map { .enqueued($0) } ?? .sampler))
            #expect(started.nonce == batch.nonce && attempt.nonce == batch.nonce)
            counts[ended.state] += 1
            if let exception = batch.exceptions.first(where: { $0.end.trial == trial }) {
                #expect(ended == exception.end && attempt.outcome == exception.outcome)
            } else {
                #expect(ended.state == .complete && ended.values == batch.objectives.map { batch.metrics[$0][index] })
                let reported = batch.constraints.map { ConstraintValue(name: $0.name, value: $0.values[index]) }
                #expect(attempt.outcome == .succeeded(metrics: batch.metrics.map { $0[index] }, constraints: reported))
                #expect(ended.constraints.suffix(reported.count) == reported[...])
                #expect(ended.constraints.count == batch.bounds.count + reported.count)
                for (bound, constraint) in zip(batch.bounds, ended.constraints) {
                    let value = batch.metrics[bound.metric][index]
                    let isKept =
                        switch bound.constraint.bound {
                        case .atMost(let limit): value <= limit
                        case .atLeast(let limit): value >= limit
                        }
                    #expect(constraint.isKept == isKept)
                }
            }
            let row = batch.row(trial, by: 9, at: 11)
            #expect(row.constraints == ended.constraints)
            #expect(row.values == ended.values && row.state == ended.state && row.askedBy == 9 && row.endedAt == 11)
            if let first = ended.values.first { #expect(batch.values[index] == first) }
        }
        #expect(counts == batch.counts, "seed \(seed)")
    }

    @Test func configurationsComeBackFromTheirColumns() {
        let rows = [
            Configuration([.float(1), .integer(-4), .category(2), nil]),
            Configuration([.float(-0.0), .integer(.max), .category(0), .float(3)]),
            Configuration([.float(.infinity), .integer(0), .category(7), .category(1)]),
        ]
        let packed = PackedConfigurations(rows)
        #expect((0..<3).map { packed[$0] } == rows)
        #expect(PackedConfigurations([Configuration([]), Configuration([])]).count == 2)
    }

    /// Numbers that lead out of the batch are found when it is read, not when it is used.
    @Test(arguments: 0..<5)
    func nonsenseIsRefused(kind: Int) {
        var random = RandomEvents(seed: 3)
        var batch = random.batch(first: 10)
        switch kind {
        case 0: batch.objectives = [batch.metrics.count]
        case 1: batch.exceptions = [.init(outcome: .stopped(reason: .pruned), end: TrialEnded(trial: 9, state: .pruned, values: []))]
        case 2: batch.exceptions = [.init(outcome: .stopped(reason: .pruned), end: TrialEnded(trial: 10, state: .running, values: []))]
        case 3: batch.wishes = [10_000: 1]
        default: batch.bounds = [BoundMetric(metric: -1, constraint: OutcomeConstraint(metric: "m", bound: .atMost(1)))]
        }
        var writer = BinaryWriter()
        EventPayload.batchRun(batch).encode(into: &writer)
        var reader = BinaryReader(writer.bytes)
        #expect(throws: BinaryCodingError.self) { _ = try EventPayload(from: &reader) }
    }

    /// A trial of a batch takes little more room than its numbers.
    @Test func aBatchIsSmall() {
        let count = 1000
        let batch = BatchRun(
            first: 0, askedAfter: 5, startedAt: 1_700_000_000_000, nonce: 1, cpus: [0], environment: 4,
            configurations: PackedConfigurations(
                (0..<count).map { Configuration([.float(Double($0)), .integer(Int64($0 % 50)), .category($0 % 3)]) }),
            metrics: [(0..<count).map(Double.init)], objectives: [0])
        var writer = BinaryWriter()
        EventPayload.batchRun(batch).encode(into: &writer)
        #expect(writer.bytes.count < 19 * count)
    }
}
