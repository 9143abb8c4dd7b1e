import Foundation
import Testing
import TunedRecords
import TunedStorage

/// Group commit: order, waiting, failing and going on.
@Suite struct CommitTests {
    @Test func groupsFormWhileACommitRuns() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let study = store.createStudy("groups")
        for number in 0..<3_000 { store.append(wholeTrial(number), study: study, time: 1) }
        try await store.settle()
        let statistics = store.statistics
        #expect(statistics.events == 12_001)
        #expect(statistics.pending == 0)
        #expect(statistics.failures == 0)
        #expect(statistics.groups < 3_000)
        #expect(statistics.longestWait > 0)
        store.close()
    }

    @Test func appendsFromManyThreadsKeepOneOrder() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let seen = Seen()
        store.observeCommits { seen.add($0.map(\.sequence)) }
        let studies = (0..<4).map { store.createStudy("study-\($0)") }
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            for number in 0..<300 { store.append(wholeTrial(number), study: studies[index], time: 1) }
        }
        try await store.settle()
        #expect(seen.sequences == Array(1...4_804))
        for study in studies {
            let numbers = try store.events(of: study, after: 0, limit: .max).compactMap { event in
                if case .trialEnded(let ended) = event.payload { ended.trial } else { nil }
            }
            #expect(numbers == Array(0..<300))
        }
        #expect(try store.studies().map(\.counts.complete) == [300, 300, 300, 300])
        store.close()
    }

    @Test func aFullDiskRefusesAndThenGoesOn() async throws {
        let scratch = ScratchDirectory()
        let clock = StandingClock()
        let store = try scratch.open(clock: clock)
        let seen = Seen()
        store.observeCommits { seen.add($0.map(\.sequence)) }
        let study = store.createStudy("full")
        try await store.settle()

        try store.limitSize(pages: 1)
        var failed: EventSequence = 0
        var next = 0
        // Free pages take some events yet; then the first refusal comes.
        while store.trouble == nil {
            for _ in 0..<50 {
                failed = store.append(wholeTrial(next), study: study, time: 1) + 3
                next += 1
            }
            _ = await store.outcome(of: failed, firing: clock)
        }
        #expect(store.trouble?.code == .full)
        #expect(store.trouble?.message.contains("full") == true)
        let durable = seen.sequences.count
        #expect(durable < failed)

        // Still full at the next try; what came meanwhile waits its turn.
        let later = store.append(wholeTrial(next), study: study, time: 1) + 3
        #expect(await store.outcome(of: later, firing: clock)?.code == .full)
        #expect(try store.events(of: nil, after: 0, limit: .max).count == durable)
        #expect(store.statistics.pending == Int(later) - durable)

        try store.limitSize(pages: 0)
        #expect(await store.outcome(of: later, firing: clock) == nil)
        #expect(store.trouble == nil)
        #expect(seen.sequences == Array(1...later))
        #expect(try store.study(slug: "full")?.counts.complete == next + 1)
        store.close()

        let again = try scratch.open()
        #expect(again.lastSequence == later)
        #expect(try again.events(of: nil, after: 0, limit: .max).map(\.sequence) == Array(1...later))
        again.close()
    }

    @Test func closingInTroubleTellsThoseWhoWait() async throws {
        let scratch = ScratchDirectory()
        let clock = StandingClock()
        let store = try scratch.open(clock: clock)
        let study = store.createStudy("trouble")
        try await store.settle()
        try store.limitSize(pages: 1)
        var last: EventSequence = 0
        while store.trouble == nil {
            for number in 0..<50 { last = store.append(wholeTrial(number), study: study, time: 1) + 3 }
            _ = await store.outcome(of: last, firing: clock)
        }
        let waiting = Outcome()
        store.whenDurable(last) { waiting.set($0) }
        store.close()
        #expect((waiting.value ?? nil)?.code == .full)
        // What was acknowledged is there; the file was not marked as closed, so it is checked and found whole.
        let again = try scratch.open()
        let events = try again.events(of: nil, after: 0, limit: .max)
        #expect(events.map(\.sequence) == Array(1...again.lastSequence))
        again.close()
    }

    /// Any copy of the files that a crash could leave opens to a prefix of the log.
    @Test func everyMomentLeavesAPrefix() async throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let study = store.createStudy("prefix")
        var acknowledged: EventSequence = 0
        for round in 0..<25 {
            for number in 0..<8 { store.append(wholeTrial(round * 8 + number), study: study, time: 1) }
            if round % 3 == 0 {
                let last = store.lastSequence
                try await store.settle()
                acknowledged = last
            }
            // The main file does not change before a checkpoint, which so few events do not reach.
            let copy = ScratchDirectory()
            try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: scratch.database + suffix, toPath: copy.database + suffix)
            }
            let reopened = try copy.open()
            let events = try reopened.events(of: nil, after: 0, limit: .max)
            #expect(reopened.lastSequence >= acknowledged)
            #expect(events.map(\.sequence) == Array(1...reopened.lastSequence))
            #expect(try reopened.studies() == ReferenceFold(events).liveStudies)
            #expect(
                try reopened.trials(of: study, matching: TrialQuery()) == ReferenceFold(events).trialRows(study))
            reopened.close()
        }
        store.close()
    }
}
