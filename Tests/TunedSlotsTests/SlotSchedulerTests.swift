import Dispatch
import Synchronization
import Testing
import TunedRecords
import TunedSlots

@Suite struct SlotSchedulerTests {
    @Test func grantArrivesOnTheSlotsQueueWithWhatWasAsked() async throws {
        let lab = Lab(cpus: 4, gpus: Lab.gpus(1))
        let request = SlotRequest(
            study: StudyID(rawValue: 1), trial: 0, resources: ResourceRequest(cpus: 2, gpus: 1, memory: 1 << 30))
        let number = Mutex<UInt64>(0)
        let grant = await withCheckedContinuation { continuation in
            let id = try? lab.scheduler.request(request) { grant in
                dispatchPrecondition(condition: .onQueue(grant.queue))
                continuation.resume(returning: grant)
            }
            number.withLock { $0 = id ?? 0 }
        }
        #expect(grant.id == number.withLock { $0 })
        #expect(grant.cpus == [0, 1])
        #expect(grant.gpus == ["GPU-0"])
        #expect(grant.memory == 1 << 30)
        lab.scheduler.release(grant)
        #expect(lab.scheduler.snapshot().cpusFree == 4)
    }

    @Test func noCPUIsEverInTwoHandsAtOnce() async throws {
        let lab = Lab(cpus: 3)
        let scheduler = lab.scheduler
        let occupancy = Occupancy()
        await withTaskGroup { group in
            for study in 0..<4 {
                group.addTask {
                    for trial in 0..<200 {
                        let request = SlotRequest(
                            study: StudyID(rawValue: Int64(study)), trial: trial,
                            resources: ResourceRequest(cpus: 1 + trial % 2))
                        await withCheckedContinuation { continuation in
                            _ = try? scheduler.request(request) { grant in
                                occupancy.enter(grant.cpus)
                                occupancy.leave(grant.cpus)
                                scheduler.release(grant)
                                continuation.resume()
                            }
                        }
                    }
                }
            }
        }
        #expect(occupancy.clashes == 0)
        #expect(scheduler.snapshot().cpusFree == 3)
    }

    @Test func sameCoresHaveTheSameQueue() async throws {
        let lab = Lab(cpus: 1)
        var queues: [DispatchQueue] = []
        for trial in 0..<2 {
            let grant = await withCheckedContinuation { continuation in
                _ = try? lab.scheduler.request(SlotRequest(study: StudyID(rawValue: 1), trial: trial)) {
                    continuation.resume(returning: $0)
                }
            }
            queues.append(grant.queue)
            lab.scheduler.release(grant)
        }
        #expect(queues[0] === queues[1])
    }

    @Test(arguments: [
        (ResourceRequest(cpus: 8), SlotError.Code.neverFits, "asked 8 cpus, the machine offers 2"),
        (ResourceRequest(gpus: 3), .neverFits, "asked 3 GPUs, the machine offers 1"),
        (ResourceRequest(memory: 3 << 30), .neverFits, "asked 3 GiB memory, the machine offers 1.5 GiB"),
        (ResourceRequest(cpus: 0), .invalidRequest, "at least 1"),
        (ResourceRequest(gpus: -1), .invalidRequest, "0 or more"),
    ])
    func requestThatCanNeverFitIsRefusedAtOnce(
        resources: ResourceRequest, code: SlotError.Code, says: String
    ) throws {
        let lab = Lab(cpus: 2, memory: 3 << 29, gpus: Lab.gpus(1))
        let error = try #require(throws: SlotError.self) {
            try lab.ask(cpus: resources.cpus, gpus: resources.gpus, memory: resources.memory)
        }
        #expect(error.code == code)
        #expect(error.message.contains(says), "\(error.message)")
        #expect(lab.scheduler.snapshot().waitingCount == 0)
    }

    @Test(arguments: [
        (ResourceRequest(cpus: 3), 2), (ResourceRequest(cpus: 1, gpus: 1), 4), (ResourceRequest(memory: 3 << 30), 1),
    ])
    func machineSaysHowManyItRunsAtOnce(resources: ResourceRequest, count: Int) throws {
        let lab = Lab(cpus: 7, memory: 4 << 30, gpus: Lab.gpus(2), slotsPerGPU: 2)
        #expect(lab.scheduler.capacity(for: resources) == count)
        for _ in 0..<count + 1 {
            try lab.ask(cpus: resources.cpus, gpus: resources.gpus, memory: resources.memory)
        }
        #expect(lab.scheduler.snapshot().holders.count == count)
        #expect(lab.scheduler.isAnyoneWaiting)
    }

    @Test(arguments: [0, -1, Double.nan, .infinity])
    func weightMustBeAboveZero(weight: Double) throws {
        let error = try #require(throws: SlotError.self) { try Lab().ask(weight: weight) }
        #expect(error.code == .invalidRequest)
    }

    @Test func withdrawnRequestIsNeverGranted() throws {
        let lab = Lab(cpus: 1)
        let running = try lab.ask()
        let second = try lab.ask()
        let third = try lab.ask()
        #expect(lab.scheduler.withdraw(second))
        #expect(!lab.scheduler.withdraw(second))
        #expect(!lab.scheduler.withdraw(running))
        lab.release(running)
        #expect(lab.holds(third) && !lab.holds(second))
        #expect(lab.scheduler.snapshot().waitingCount == 0)
    }

    @Test func withdrawingInTheMiddleOfALongLaneKeepsTheOrder() throws {
        let lab = Lab(cpus: 1)
        var running = try lab.ask()
        var expected = try (0..<200).map { _ in try lab.ask() }
        for index in stride(from: 198, through: 0, by: -3) { #expect(lab.scheduler.withdraw(expected.remove(at: index))) }
        #expect(lab.scheduler.snapshot().waiters.map(\.id) == expected)
        for next in expected {
            lab.release(running)
            running = try #require(lab.scheduler.snapshot().holders.first).id
            #expect(running == next)
        }
    }

    @Test func givingBackTwiceDoesNothing() throws {
        let lab = Lab(cpus: 2)
        let first = try lab.ask()
        try lab.ask()
        lab.release(first)
        lab.release(first)
        #expect(lab.scheduler.snapshot().cpusFree == 1)
    }

    @Test func snapshotShowsHoldersAndIsBoundedInWaiters() throws {
        let lab = Lab(cpus: 2, memory: 8 << 30)
        try lab.ask(study: 7, cpus: 2, memory: 1 << 30)
        for _ in 0..<10 { try lab.ask(study: 8) }
        lab.clock.advance(5)
        let snapshot = lab.scheduler.snapshot(limit: 3)
        #expect(snapshot.cpusTotal == 2 && snapshot.cpusFree == 0)
        #expect(snapshot.memoryTotal == 8 << 30 && snapshot.memoryFree == 7 << 30)
        let holder = try #require(snapshot.holders.first)
        #expect(holder.study.rawValue == 7 && holder.trial == 1 && holder.cpus == [0, 1] && holder.heldFor == 5)
        #expect(snapshot.waiters.count == 3 && snapshot.waitingCount == 10)
        #expect(snapshot.waiters.allSatisfy { $0.waitedFor == 5 && $0.reason == "asks 1 cpu, 0 of 2 free" })
    }
}

/// Counts who enters a CPU that another has not left.
private final class Occupancy: Sendable {
    private let state = Mutex<(cpus: Set<Int>, clashes: Int)>(([], 0))

    var clashes: Int { state.withLock { $0.clashes } }

    func enter(_ cpus: [Int]) {
        state.withLock { state in
            state.clashes += cpus.count { state.cpus.contains($0) }
            state.cpus.formUnion(cpus)
        }
    }

    func leave(_ cpus: [Int]) { state.withLock { $0.cpus.subtract(cpus) } }
}
