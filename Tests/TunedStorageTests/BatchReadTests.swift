import Testing
import TunedRecords
import TunedSpace
import TunedStorage
import TunedTestSupport

/// Trials that lie in batches are read as any others, whatever is asked for.
@Suite struct BatchReadTests {
    /// The database packs, the memory store sorts all rows: they must not differ.
    @Test(arguments: UInt64(0)..<6)
    func everyQueryGivesWhatASortOfAllRowsWould(seed: UInt64) async throws {
        let scratch = ScratchDirectory()
        let stores: [any EventStore] = [try scratch.open(), MemoryEventStore()]
        var study = StudyID(rawValue: 0)
        for store in stores {
            study = store.createStudy("queried")
            var history = RandomHistory(seed: seed, studies: [study])
            _ = history.batch()
            for _ in 0..<60 {
                let (study, payloads, time) = history.batch()
                store.append(payloads.filter { $0 != .studyDeleted }, study: study, time: time)
            }
            try await store.settle()
        }
        let states: [Set<TrialState>?] = [nil, [.complete], [.failed, .pruned], [.running], []]
        let orders: [TrialQuery.Order] = [.number, .value(objective: 0), .value(objective: 1), .duration]
        for state in states {
            for order in orders {
                for descending in [false, true] {
                    for (limit, offset) in [(nil, 0), (1, 0), (5, 3), (7, 40), (1000, 10)] as [(Int?, Int)] {
                        let query = TrialQuery(
                            states: state, order: order, descending: descending, limit: limit, offset: offset)
                        let found = try stores[0].trials(of: study, matching: query)
                        #expect(try found == stores[1].trials(of: study, matching: query), "seed \(seed), \(query)")
                    }
                }
            }
        }
        for store in stores { store.close() }
    }

    /// Looking for the best of many batches reads few of them; what this can see is that the answer is right.
    @Test func theBestOfManyBatches() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let study = store.createStudy("large")
        var generator = SeededGenerator(seed: 5)
        var values: [Double] = []
        for first in stride(from: 0, to: 20_000, by: 500) {
            let column = (0..<500).map { _ in Double.random(in: 0...1, using: &generator) }
            values += column
            store.append([.batchRun(plainBatch(first: first, values: column))], study: study, time: 1)
        }
        try await store.settle()
        let order = values.indices.sorted { values[$0] < values[$1] }
        func numbers(_ query: TrialQuery) throws -> [Int] { try store.trials(of: study, matching: query).map(\.number) }
        #expect(try numbers(TrialQuery(order: .value(objective: 0), limit: 1)) == [order[0]])
        #expect(try numbers(TrialQuery(order: .value(objective: 0), limit: 50, offset: 25)) == Array(order[25..<75]))
        #expect(try numbers(TrialQuery(order: .value(objective: 0), descending: true, limit: 3)) == order.suffix(3).reversed())
        #expect(try numbers(TrialQuery(limit: 3, offset: 12_499)) == [12_499, 12_500, 12_501])
        #expect(try store.trial(12_345, of: study)?.values == [values[12_345]])
        #expect(try store.study(slug: "large")?.counts.complete == 20_000)
        store.close()
    }

    /// A trial of a batch that is taken up again has a row of its own from then on.
    @Test func aTrialOfABatchChanges() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let study = store.createStudy("changed")
        var batch = plainBatch(first: 0, values: [3, 2, 1])
        batch.exceptions = [
            .init(outcome: .stopped(reason: .pruned), end: TrialEnded(trial: 1, state: .pruned, values: [7], step: 4))
        ]
        store.append([.batchRun(batch)], study: study, time: 10)
        try await store.settle()
        let again = AttemptStarted(
            trial: 1, run: RunKey(segment: 1), attempt: 0, nonce: 9, cpus: [0], gpus: [], environment: 0)
        store.append([.attemptStarted(again)], study: study, time: 20)
        try await store.settle()
        #expect(try store.trial(1, of: study)?.state == .running)
        #expect(try store.attempts(of: study, trial: 1).map(\.started.run) == [RunKey(), RunKey(segment: 1)])
        store.append([.trialEnded(TrialEnded(trial: 1, state: .complete, values: [0.5]))], study: study, time: 30)
        try await store.settle()
        let rows = try store.trials(of: study, matching: TrialQuery(order: .value(objective: 0)))
        #expect(rows.map(\.number) == [1, 2, 0])
        #expect(rows.first?.startedAt == 5 && rows.first?.endedAt == 30)
        let counts = try store.study(slug: "changed")?.counts
        #expect(counts?.complete == 3 && counts?.pruned == 0 && counts?.running == 0)
        store.close()
    }

    @Test func aDeletedStudyLeavesNoBatch() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let study = store.createStudy("gone")
        for first in 0..<20 { store.append([.batchRun(plainBatch(first: 2 * first, values: [1, 2]))], study: study, time: 1) }
        let replay = AttemptStarted(
            trial: 3, run: RunKey(purpose: .replay), attempt: 0, nonce: 9, cpus: [0], gpus: [], environment: 0)
        store.append([.attemptStarted(replay), .studyDeleted], study: study, time: 2)
        try await store.settle()
        while try store.purgeDeleted(limit: 3) {}
        #expect(try store.trial(3, of: study) == nil)
        #expect(try store.attempts(of: study, trial: 3).isEmpty)
        #expect(try store.events(of: study, after: 0, limit: .max).isEmpty)
        store.close()
    }

    private func plainBatch(first: Int, values: [Double]) -> BatchRun {
        BatchRun(
            first: first, askedAfter: 0, startedAt: 5, nonce: 1, cpus: [0], environment: 0,
            configurations: PackedConfigurations(values.map { .init([.float($0), nil]) }), metrics: [values],
            objectives: [0])
    }
}
