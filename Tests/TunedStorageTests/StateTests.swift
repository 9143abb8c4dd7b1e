import Testing
import TunedRecords
import TunedStorage
import TunedTestSupport

/// State tables are a function of the log, in the database and in memory, however the log was cut into groups.
@Suite struct StateTests {
    private static func compare(_ store: any EventStore, _ reference: ReferenceFold, seed: UInt64) throws {
        #expect(try store.studies() == reference.liveStudies, "seed \(seed)")
        for study in reference.liveStudies {
            let rows = try store.trials(of: study.id, matching: TrialQuery())
            #expect(rows == reference.trialRows(study.id), "seed \(seed)")
            for row in rows {
                #expect(try store.trial(row.number, of: study.id) == row, "seed \(seed)")
                let attempts = try store.attempts(of: study.id, trial: row.number)
                #expect(Set(attempts) == reference.attemptRows(study.id, trial: row.number), "seed \(seed), \(row.number)")
            }
        }
    }

    @Test(arguments: UInt64(0)..<12)
    func tablesEqualAFoldOverTheLog(seed: UInt64) async throws {
        let scratch = ScratchDirectory()
        let stores: [any EventStore] = [try scratch.open(), MemoryEventStore()]
        for store in stores {
            var random = SeededGenerator(seed: seed)
            var history = RandomHistory(seed: seed, studies: (0..<3).map { _ in store.allocateStudy() })
            var expected: [Event] = []
            for _ in 0..<150 {
                let (study, payloads, time) = history.batch()
                let first = store.append(payloads, study: study, time: time)
                for (offset, payload) in payloads.enumerated() {
                    expected.append(Event(sequence: first + Int64(offset), study: study, time: time, payload: payload))
                }
                // Now and then a group ends here; elsewhere the store cuts as it likes.
                if UInt64.random(in: 0..<8, using: &random) == 0 { try await store.settle() }
            }
            try await store.settle()
            #expect(try store.events(of: nil, after: 0, limit: .max) == expected, "seed \(seed)")
            try Self.compare(store, ReferenceFold(expected), seed: seed)
            store.close()
        }
        // The database says the same after it was opened again, and goes on from there.
        let again = try scratch.open()
        let events = try again.events(of: nil, after: 0, limit: .max)
        try Self.compare(again, ReferenceFold(events), seed: seed)
        again.close()
    }

    /// The writer's memory of running trials and counts is rebuilt from the tables.
    @Test(arguments: UInt64(0)..<4)
    func stateGoesOnAfterEveryRestart(seed: UInt64) async throws {
        let scratch = ScratchDirectory()
        var history = RandomHistory(seed: seed, studies: [StudyID(rawValue: 1), StudyID(rawValue: 2)])
        for _ in 0..<12 {
            let store = try scratch.open()
            for _ in 0..<8 {
                let (study, payloads, time) = history.batch()
                store.append(payloads, study: study, time: time)
            }
            store.close()
        }
        let store = try scratch.open()
        let events = try store.events(of: nil, after: 0, limit: .max)
        #expect(events.map(\.sequence) == Array(1...Int64(events.count)))
        try Self.compare(store, ReferenceFold(events), seed: seed)
        store.close()
    }

    @Test func everyPayloadComesBackFromTheFile() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        var random = RandomEvents(seed: 42)
        let study = store.allocateStudy()
        var payloads: [EventPayload] = []
        for kind in 0..<RandomEvents.kinds - 1 {
            for _ in 0..<30 { payloads.append(random.payload(kind: kind)) }
        }
        store.append(payloads, study: study, time: .min)
        store.append([.noted(text: "later")], study: study, time: .max)
        store.close()
        let again = try scratch.open()
        let events = try again.events(of: study, after: 0, limit: .max)
        #expect(events.map(\.payload) == payloads + [.noted(text: "later")])
        #expect(events.map(\.time) == payloads.map { _ in Int64.min } + [.max])
        again.close()
    }
}
