import Testing
import TunedSlots

@Suite struct ReservationTests {
    @Test func smallRequestsFillTheGapThatALargeOneLeaves() throws {
        let lab = Lab(cpus: 4)
        let running = try (0..<3).map { _ in try lab.ask() }
        let large = try lab.ask(cpus: 2)
        let small = try lab.ask()
        #expect(lab.holds(small) && !lab.holds(large))
        #expect(lab.reason(large) == "asks 2 cpus, 0 of 4 free")
        lab.release(running[0])
        #expect(lab.reason(large) == "asks 2 cpus, 1 of 4 free")
    }

    @Test func afterABoundedWaitWhatBecomesFreeIsKept() throws {
        let lab = Lab(cpus: 4)
        var running = try (0..<4).map { _ in try lab.ask(study: 1) }
        let large = try lab.ask(study: 2, cpus: 4)
        var small = try lab.ask(study: 1)

        // Before the wait is over, smaller ones pass.
        lab.clock.advance(29)
        lab.release(running.removeFirst())
        #expect(lab.holds(small))
        running.append(small)

        small = try lab.ask(study: 1)
        lab.clock.advance(2)
        while let next = running.popLast() {
            #expect(!lab.holds(small) && !lab.holds(large))
            lab.release(next)
            if !running.isEmpty {
                #expect(lab.reason(small) == "reserved for a larger request that has waited 31 s")
                #expect(lab.reason(large)?.hasSuffix("what becomes free is kept for it") == true)
            }
        }
        #expect(lab.holds(large) && !lab.holds(small))
        lab.release(large)
        #expect(lab.holds(small))
    }

    @Test func requestThatTakesNothingReservedPasses() throws {
        let lab = Lab(cpus: 8, gpus: Lab.gpus(2))
        let one = try lab.ask(cpus: 1, gpus: 1)
        let large = try lab.ask(study: 2, cpus: 2, gpus: 2)
        lab.clock.advance(31)
        let cpuOnly = try lab.ask(study: 3, cpus: 4)
        let gpu = try lab.ask(study: 3, cpus: 1, gpus: 1)
        let tooManyCPUs = try lab.ask(study: 3, cpus: 3)
        #expect(lab.holds(cpuOnly) && !lab.holds(gpu) && !lab.holds(tooManyCPUs))
        lab.release(one)
        #expect(lab.holds(large))
    }

    @Test func withdrawnReservationFreesWhatWasKept() throws {
        let lab = Lab(cpus: 2)
        let running = try [lab.ask(), lab.ask()]
        let large = try lab.ask(study: 2, cpus: 2)
        lab.clock.advance(40)
        lab.release(running[0])
        let small = try lab.ask()
        #expect(!lab.holds(small))
        lab.scheduler.withdraw(large)
        #expect(lab.holds(small))
    }

    @Test func nothingIsKeptForGPUsThatOthersUse() throws {
        let gpus = Lab.gpus(2)
        let lab = Lab(cpus: 4, gpus: gpus)
        var busy = gpus
        busy[1].processes = [GPU.Process(pid: 1234, userID: 1001)]
        lab.scheduler.observe(GPUReport(gpus: busy))
        let large = try lab.ask(study: 2, cpus: 4, gpus: 2)
        lab.clock.advance(100)
        let small = try (0..<4).map { _ in try lab.ask() }
        #expect(small.allSatisfy(lab.holds))
        #expect(lab.reason(large)?.contains("GPU 1 is used by another user's process 1234") == true)
        small.forEach(lab.release)
        #expect(!lab.holds(large))
        lab.scheduler.observe(GPUReport(gpus: gpus))
        #expect(lab.holds(large))
    }

    @Test func endlessStreamOfSmallOnesDoesNotStarveALargeOne() throws {
        let lab = Lab(cpus: 4)
        for _ in 0..<8 { try lab.ask(study: 1) }
        let large = try lab.ask(study: 2, cpus: 4)
        // The small trials last 4 s each and end one after the other, so that never two CPUs are free by chance.
        var steps = 0
        while !lab.holds(large) && steps < 1000 {
            lab.clock.advance(1)
            steps += 1
            if let oldest = lab.scheduler.snapshot().holders.first {
                try lab.ask(study: 1)
                lab.release(oldest.id)
            }
        }
        #expect(lab.holds(large))
        #expect(30...40 ~= steps, "\(steps)")
    }
}
