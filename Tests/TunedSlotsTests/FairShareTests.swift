import Testing
import TunedRecords
import TunedSlots

/// Studies that always have more to do than there are slots.
@Suite struct FairShareTests {
    private struct Study {
        var weight = 1.0
        /// Seconds that each trial takes.
        var duration = 1.0
        /// Requests that wait or run at once.
        var parallel = 8
        /// Seconds after the start at which the study begins.
        var begins = 0.0
    }

    /// Machine-seconds that each study had between two moments.
    private func simulate(_ studies: [Study], cpus: Int, from: Double = 0, to: Double) throws -> [Double] {
        let lab = Lab(cpus: cpus)
        var had = studies.map { _ in 0.0 }
        var began = studies.map { _ in false }
        var now = 0.0
        while now < to {
            for (index, study) in studies.enumerated() where !began[index] && study.begins <= now {
                began[index] = true
                for _ in 0..<study.parallel { try lab.ask(study: Int64(index), weight: study.weight) }
            }
            let running = lab.scheduler.snapshot().holders
            let ends = running.map { now + studies[Int($0.study.rawValue)].duration - $0.heldFor }
            let begins = studies.filter { $0.begins > now }.map(\.begins)
            let next = try #require((ends + begins).min())
            for holder in running where next > from {
                had[Int(holder.study.rawValue)] += min(next, to) - max(now, from)
            }
            lab.clock.advance(next - now)
            now = next
            for (holder, end) in zip(running, ends) where end <= now + 1e-9 {
                let index = Int(holder.study.rawValue)
                try lab.ask(study: Int64(index), weight: studies[index].weight)
                lab.release(holder.id)
            }
        }
        return had
    }

    @Test(arguments: [1, 2, 4, 7])
    func equalStudiesHaveEqualTime(cpus: Int) throws {
        let had = try simulate([Study(), Study(), Study()], cpus: cpus, to: 300)
        let each = 300 * Double(cpus) / 3
        for one in had { #expect(abs(one - each) <= 3, "\(had)") }
    }

    @Test(arguments: [1, 2, 4])
    func timeFollowsWeights(cpus: Int) throws {
        let had = try simulate([Study(weight: 3), Study(weight: 1)], cpus: cpus, to: 400)
        #expect(abs(had[0] - 300 * Double(cpus)) <= 5, "\(had)")
    }

    @Test func weightsHoldAmongStudiesThatAskAfterEachGrant() throws {
        let had = try simulate([Study(weight: 3, parallel: 2), Study(weight: 1, parallel: 2)], cpus: 2, to: 400)
        #expect(abs(had[0] - 600) <= 10, "\(had)")
    }

    @Test func longTrialsHaveNoMoreTimeThanShortOnes() throws {
        let had = try simulate([Study(duration: 10), Study(duration: 0.5)], cpus: 2, to: 1000)
        #expect(abs(had[0] - had[1]) <= 30, "\(had)")
    }

    @Test func studyThatComesLaterStartsLevel() throws {
        let studies = [Study(), Study(begins: 500)]
        let had = try simulate(studies, cpus: 2, from: 500, to: 600)
        #expect(abs(had[0] - had[1]) <= 4, "\(had)")
    }

    @Test func studyThatLeftItsShareUnusedDoesNotSaveItUp() throws {
        // For 1000 s the first study asks for one slot of four; then a third comes, level with the busy one.
        let studies = [Study(parallel: 1), Study(), Study(begins: 1000)]
        let had = try simulate(studies, cpus: 4, from: 1000, to: 1100)
        #expect(abs(had[1] - had[2]) <= 10, "\(had)")
    }

    @Test func trialsTooShortForTheClockTakeTurns() throws {
        let lab = Lab(cpus: 1)
        var waiting: [Int64: Int] = [:]
        for _ in 0..<20 { try lab.ask(study: 1) }
        for _ in 0..<20 { try lab.ask(study: 2) }
        for _ in 0..<20 {
            let holder = try #require(lab.scheduler.snapshot().holders.first)
            waiting[holder.study.rawValue, default: 0] += 1
            lab.release(holder.id)
        }
        // The first grant came before there was anyone to share with.
        #expect(abs(waiting[1, default: 0] - waiting[2, default: 0]) <= 2, "\(waiting)")
    }

    @Test func withinAStudyPriorityThenAge() throws {
        let lab = Lab(cpus: 1)
        let first = try lab.ask()
        let old = try lab.ask()
        let young = try lab.ask()
        let urgent = try lab.ask(priority: 5)
        #expect(lab.scheduler.snapshot().waiters.map(\.id) == [urgent, old, young])
        var order: [UInt64] = []
        for _ in 0..<3 {
            lab.release(order.last ?? first)
            order.append(try #require(lab.scheduler.snapshot().holders.first).id)
        }
        #expect(order == [urgent, old, young])
    }
}
