import Testing
import TunedRecords
import TunedSpace
import TunedStorage

/// What reads give, the same from the database and from memory.
@Suite struct ReadTests {
    enum Kind: CaseIterable, Sendable { case database, memory }

    private func open(_ kind: Kind, _ scratch: ScratchDirectory) throws -> any EventStore {
        kind == .database ? try scratch.open() : MemoryEventStore()
    }

    @Test(arguments: Kind.allCases)
    func eventsOfOneStudyAndOfAll(kind: Kind) async throws {
        let scratch = ScratchDirectory()
        let store = try open(kind, scratch)
        let (first, second) = (store.createStudy("first"), store.createStudy("second"))
        for number in 0..<50 {
            store.append(wholeTrial(number), study: first, time: 10)
            store.append([.noted(text: "\(number)")], study: second, time: 11)
            if number % 7 == 0 { try await store.settle() }
        }
        try await store.settle()
        let all = try store.events(of: nil, after: 0, limit: .max)
        #expect(all.map(\.sequence) == Array(1...252))
        for after in Int64(-1)...253 {
            let rest = all.filter { $0.sequence > after }
            #expect(try store.events(of: nil, after: after, limit: 5) == Array(rest.prefix(5)))
            #expect(try store.events(of: first, after: after, limit: 7) == Array(rest.filter { $0.study == first }.prefix(7)))
            #expect(try store.events(of: second, after: after, limit: .max) == rest.filter { $0.study == second })
        }
        #expect(try store.events(of: nil, after: .max, limit: 5).isEmpty)
        #expect(try store.events(of: nil, after: 0, limit: 0).isEmpty)
        store.close()
    }

    @Test(arguments: Kind.allCases)
    func trialsFilteredSortedAndPaged(kind: Kind) async throws {
        let scratch = ScratchDirectory()
        let store = try open(kind, scratch)
        let study = store.createStudy("sorted")
        // Values 5, 4, ... with a second objective that rises; a failed, a running and a trial without a number at the end.
        for number in 0..<6 {
            store.append([asked(number)], study: study, time: 100)
            store.append(
                [.trialEnded(TrialEnded(trial: number, state: .complete, values: [Double(5 - number), Double(number / 2)]))],
                study: study, time: 100 + Int64(number * 3 % 7))
        }
        store.append([asked(6), asked(7), asked(8)], study: study, time: 100)
        store.append(
            [
                .trialEnded(
                    TrialEnded(trial: 6, state: .failed, values: [], failure: Failure(kind: .crashed, message: "signal 11"))),
                .trialEnded(TrialEnded(trial: 8, state: .complete, values: [.nan])),
            ], study: study, time: 200)
        try await store.settle()
        func numbers(_ query: TrialQuery) throws -> [Int] { try store.trials(of: study, matching: query).map(\.number) }

        #expect(try numbers(TrialQuery()) == Array(0...8))
        #expect(try numbers(TrialQuery(descending: true, limit: 2)) == [8, 7])
        #expect(try numbers(TrialQuery(states: [.failed, .running])) == [6, 7])
        #expect(try numbers(TrialQuery(states: [])).isEmpty)
        #expect(try numbers(TrialQuery(order: .value(objective: 0))) == [5, 4, 3, 2, 1, 0, 6, 7, 8])
        #expect(try numbers(TrialQuery(order: .value(objective: 0), descending: true)) == [0, 1, 2, 3, 4, 5, 6, 7, 8])
        #expect(try numbers(TrialQuery(order: .value(objective: 1), descending: true)) == [4, 5, 2, 3, 0, 1, 6, 7, 8])
        #expect(try numbers(TrialQuery(order: .value(objective: 9))) == Array(0...8))
        #expect(try numbers(TrialQuery(order: .duration)) == [0, 5, 3, 1, 4, 2, 6, 8, 7])
        #expect(try numbers(TrialQuery(order: .value(objective: 0), limit: 2, offset: 1)) == [4, 3])
        #expect(try numbers(TrialQuery(limit: 5, offset: 7)) == [7, 8])
        #expect(try store.trial(9, of: study) == nil)
        #expect(try store.trial(-1, of: study) == nil)
        #expect(try store.trials(of: StudyID(rawValue: 99), matching: TrialQuery()).isEmpty)
        store.close()
    }

    @Test(arguments: Kind.allCases)
    func attemptsCarryTheirEnvironment(kind: Kind) async throws {
        let scratch = ScratchDirectory()
        let store = try open(kind, scratch)
        let study = store.createStudy("attempts")
        let environment = store.append([.environmentSeen(record: "{\"host\": \"a\"}")], study: study, time: 5)
        store.append([asked(0), started(0, environment: environment)], study: study, time: 6)
        try await store.settle()
        let lost = AttemptOutcome.failed(Failure(kind: .lost, message: "the daemon ended"))
        store.append(
            [.attemptEnded(AttemptEnded(trial: 0, run: RunKey(), attempt: 0, nonce: 0, outcome: lost, log: "bye\n"))],
            study: study, time: 7)
        let second = AttemptStarted(
            trial: 0, run: RunKey(), attempt: 1, nonce: 9, cpus: [1, 2], gpus: ["GPU-1"], environment: environment)
        store.append([.attemptStarted(second)], study: study, time: 8)
        try await store.settle()
        let rows = try store.attempts(of: study, trial: 0)
        #expect(rows.count == 2)
        #expect(rows.first?.outcome == lost)
        #expect(rows.first?.log == "bye\n")
        #expect(rows.first?.startedAt == 6 && rows.first?.endedAt == 7)
        #expect(rows.last?.started == second)
        #expect(rows.last?.outcome == nil && rows.last?.endedAt == nil)
        #expect(rows.allSatisfy { $0.environment == "{\"host\": \"a\"}" })
        #expect(try store.attempts(of: study, trial: 1).isEmpty)
        store.close()
    }

    /// A pruned trial that is searched on runs again; a replay of a finished one leaves it finished.
    @Test(arguments: Kind.allCases)
    func trialsAreTakenUpAgain(kind: Kind) async throws {
        let scratch = ScratchDirectory()
        let store = try open(kind, scratch)
        let study = store.createStudy("again")
        store.append([asked(0), .trialEnded(TrialEnded(trial: 0, state: .pruned, values: [3], step: 9))], study: study, time: 1)
        store.append(wholeTrial(1), study: study, time: 1)
        try await store.settle()
        let segment = AttemptStarted(
            trial: 0, run: RunKey(segment: 1), attempt: 0, nonce: 1, cpus: [0], gpus: [], environment: 0)
        let replay = AttemptStarted(
            trial: 1, run: RunKey(purpose: .replay), attempt: 0, nonce: 1, cpus: [0], gpus: [], environment: 0)
        store.append([.attemptStarted(segment), .attemptStarted(replay)], study: study, time: 2)
        try await store.settle()
        let rows = try store.trials(of: study, matching: TrialQuery())
        #expect(rows.map(\.state) == [.running, .complete])
        #expect(rows.first?.values == [] && rows.first?.step == nil && rows.first?.endedAt == nil)
        let counts = try store.study(slug: "again")?.counts
        #expect(counts?.running == 1 && counts?.complete == 1 && counts?.pruned == 0)
        store.close()
    }

    @Test(arguments: Kind.allCases)
    func observersSeeGroupsInOrderBeforeThoseWhoWait(kind: Kind) async throws {
        let scratch = ScratchDirectory()
        let store = try open(kind, scratch)
        let seen = Seen()
        store.observeCommits { seen.add($0.map(\.sequence)) }
        let study = store.createStudy("observed")
        for number in 0..<200 {
            let last = store.append(wholeTrial(number), study: study, time: 1) + 3
            store.whenDurable(last) { _ in seen.check(last) }
        }
        try await store.settle()
        #expect(seen.sequences == Array(1...801))
        #expect(seen.early == 0)
        #expect(await store.outcome(of: 0) == nil)
        store.close()
    }

    @Test(arguments: Kind.allCases)
    func aClosedStoreTakesNothing(kind: Kind) async throws {
        let scratch = ScratchDirectory()
        let store = try open(kind, scratch)
        _ = store.createStudy("closed")
        store.close()
        let last = store.lastSequence
        let sequence = store.append([.noted(text: "late")], study: StudyID(rawValue: 1), time: 1)
        #expect(store.lastSequence == last)
        if kind == .database { #expect(await store.outcome(of: sequence) != nil) }
        store.close()
    }
}
