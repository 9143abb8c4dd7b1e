import Testing
import TunedRecords
import TunedStorage

@Suite struct DeletionTests {
    @Test func aDeletedStudyIsGoneAtOnceAndPurgedLater() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let kept = store.createStudy("kept")
        let study = store.createStudy("gone")
        for number in 0..<700 { store.append(wholeTrial(number), study: study, time: 1) }
        store.append(wholeTrial(0), study: kept, time: 1)
        let tombstone = store.append([.studyDeleted], study: study, time: 2)
        #expect(await store.outcome(of: tombstone) == nil)
        #expect(try store.study(slug: "gone") == nil)
        #expect(try store.studies().map(\.id) == [kept])

        // The name is free again, under another number.
        let successor = store.createStudy("gone")
        #expect(successor > study)
        try await store.settle()
        #expect(try store.study(slug: "gone")?.id == successor)

        while try store.purgeDeleted(limit: 50) {}
        #expect(try store.events(of: study, after: 0, limit: .max).isEmpty)
        #expect(try store.trials(of: study, matching: TrialQuery()).isEmpty)
        #expect(try store.attempts(of: study, trial: 3).isEmpty)
        #expect(try store.attempts(of: kept, trial: 0).count == 1)
        #expect(try store.events(of: kept, after: 0, limit: .max).count == 5)
        let last = store.lastSequence
        store.close()

        // Neither numbers of studies nor of events are given out again.
        let again = try scratch.open()
        #expect(again.lastSequence == last)
        #expect(again.allocateStudy() > successor)
        again.close()
    }

    @Test func numbersOfAPurgedTailAreNotGivenOutAgain() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let study = store.createStudy("tail")
        store.append(wholeTrial(0) + [.studyDeleted], study: study, time: 1)
        try await store.settle()
        while try store.purgeDeleted(limit: 10) {}
        #expect(try store.events(of: nil, after: 0, limit: .max).isEmpty)
        store.close()
        let again = try scratch.open()
        #expect(again.lastSequence == 6)
        #expect(again.allocateStudy() > study)
        again.close()
    }

    /// What comes for a study after its tombstone changes no state.
    @Test func lateResultsOfADeletedStudyAreOfNoConsequence() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let study = store.createStudy("late")
        let late = EventPayload.trialEnded(TrialEnded(trial: 0, state: .complete, values: [1]))
        store.append([asked(0), .studyDeleted, late], study: study, time: 1)
        try await store.settle()
        store.append(wholeTrial(1), study: study, time: 2)
        try await store.settle()
        #expect(try store.studies().isEmpty)
        while try store.purgeDeleted(limit: 10) {}
        #expect(try store.trials(of: study, matching: TrialQuery()).isEmpty)
        store.close()
    }
}
