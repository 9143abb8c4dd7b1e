import Testing
import TunedSlots

@Suite struct CPUPlacementTests {
    /// Two nodes of four cores of two threads each, numbered as Linux does: the second threads come after all first ones.
    private let topology = CPUTopology(
        cores: (0..<8).map { CPUTopology.Core(cpus: [$0, $0 + 8], node: $0 / 4) })

    @Test func threadsOfACoreStayTogether() {
        var pool = CPUPool(topology)
        #expect(pool.take(2) == [0, 8])
        #expect(pool.take(3) == [1, 2, 9])
        #expect(pool.take(1) == [10])
        #expect(pool.take(4) == [4, 5, 12, 13], "the other node holds the set whole, this one has but one core left")
    }

    @Test func setSpansNodesOnlyWhereNoneHoldsIt() {
        var pool = CPUPool(topology)
        #expect(pool.take(8) == [0, 1, 2, 3, 8, 9, 10, 11])
        #expect(pool.take(6) == [4, 5, 6, 12, 13, 14])
        pool.give([0, 8])
        #expect(pool.take(4) == [0, 7, 8, 15])
        #expect(pool.take(1) == nil)
        #expect(pool.freeCount == 0)
    }

    @Test func nodeNearTheGPUIsPreferred() {
        var pool = CPUPool(topology)
        #expect(pool.take(2, near: [1]) == [4, 12])
        #expect(pool.take(2, avoiding: [0]) == [5, 13])
        #expect(pool.nodeNumbers(of: [0, 1, 15, 99]) == [0, 1])
    }

    @Test func whatIsGivenBackIsTakenAgain() {
        var pool = CPUPool(topology)
        let first = pool.take(3)
        _ = pool.take(5)
        pool.give(first ?? [])
        #expect(pool.take(3) == first)
    }
}

@Suite struct GPUPlacementTests {
    @Test func oneTrialPerGPUUnlessSharingIsAllowed() throws {
        let alone = Lab(gpus: Lab.gpus(1))
        _ = try alone.ask(gpus: 1)
        let second = try alone.ask(gpus: 1)
        #expect(alone.reason(second) == "asks 1 GPU, 0 of 1 free")

        let shared = Lab(gpus: Lab.gpus(2), slotsPerGPU: 2)
        let ids = try (0..<4).map { _ in try shared.ask(gpus: 1) }
        #expect(ids.map { shared.holder($0)?.gpus } == [["GPU-0"], ["GPU-1"], ["GPU-0"], ["GPU-1"]])
    }

    @Test func cpusAreNearTheGPU() throws {
        var gpus = Lab.gpus(2)
        gpus[0].localCPUs = [2, 3]
        gpus[1].localCPUs = [0, 1]
        let cores = (0..<4).map { CPUTopology.Core(cpus: [$0], node: $0 / 2) }
        let lab = Lab(gpus: gpus, topology: CPUTopology(cores: cores))
        let first = try lab.ask(gpus: 1)
        let second = try lab.ask(gpus: 1)
        #expect(lab.holder(first)?.cpus == [2])
        #expect(lab.holder(second)?.cpus == [0])
    }

    @Test func trialsWithoutGPULeaveTheCPUsNearItToOthers() throws {
        var gpus = Lab.gpus(1)
        gpus[0].localCPUs = [0, 1]
        let cores = (0..<4).map { CPUTopology.Core(cpus: [$0], node: $0 / 2) }
        let lab = Lab(gpus: gpus, topology: CPUTopology(cores: cores))
        let plain = try lab.ask()
        #expect(lab.holder(plain)?.cpus == [2])
    }

    @Test func partsOfAGPUServeOneAtATime() throws {
        let parts = (0..<2).map { GPU(uuid: "MIG-\($0)", name: "part", memory: 1 << 30, isPartition: true) }
        let lab = Lab(gpus: parts + Lab.gpus(1))
        let one = try lab.ask(gpus: 1)
        #expect(lab.holder(one)?.gpus == ["MIG-0"])
        let error = try #require(throws: SlotError.self) { try lab.ask(gpus: 2) }
        #expect(error.code == .neverFits && error.message.contains("MIG"))
    }

    @Test func gpuOfAnotherUserIsLeftAloneUntilItIsFree() throws {
        let gpus = Lab.gpus(1)
        var busy = gpus
        busy[0].processes = [GPU.Process(pid: 7, userID: 1000), GPU.Process(pid: 1234, userID: 0)]
        let lab = Lab(gpus: busy)
        let waiting = try lab.ask(gpus: 1)
        #expect(lab.reason(waiting)?.hasSuffix("GPU 0 is used by another user's process 1234") == true)
        #expect(lab.scheduler.snapshot().gpus.first?.obstacle != nil)

        busy[0].processes = [GPU.Process(pid: 7, userID: 1000), GPU.Process(pid: 8, userID: nil)]
        lab.scheduler.observe(GPUReport(gpus: busy))
        #expect(lab.holds(waiting))
    }

    @Test func gpuThatTheDriverLostIsNotGranted() throws {
        let lab = Lab(gpus: Lab.gpus(1))
        lab.scheduler.observe(GPUReport(warnings: ["the GPU driver did not answer within 10 s"]))
        let waiting = try lab.ask(gpus: 1)
        #expect(
            lab.reason(waiting)?.contains(
                "GPU 0 is not seen by the driver any more: the GPU driver did not answer within 10 s") == true)
        lab.scheduler.observe(GPUReport(gpus: Lab.gpus(1)))
        #expect(lab.holds(waiting))
    }
}
