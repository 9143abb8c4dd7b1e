import Testing
import TunedRecords
import TunedSlots
import TunedTestSupport

/// Whatever is asked, withdrawn and given back in whatever order: nothing is handed out twice, and nothing is lost.
@Suite struct NoOvercommitTests {
    @Test(arguments: UInt64(1)...20)
    func randomOrders(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let sharing = Int.random(in: 1...3, using: &random)
        let threads = Int.random(in: 1...2, using: &random)
        let cores = (0..<8).map { core in
            CPUTopology.Core(cpus: (0..<threads).map { core + 8 * $0 }, node: core / 4)
        }
        var gpus = Lab.gpus(3)
        for index in gpus.indices { gpus[index].localCPUs = index == 0 ? [0, 1, 2, 3] : [4, 5, 6, 7] }
        let memory: UInt64 = 1000
        let lab = Lab(memory: memory, gpus: gpus, slotsPerGPU: sharing, topology: CPUTopology(cores: cores))
        let total = 8 * threads
        var asked: [UInt64: ResourceRequest] = [:]

        for _ in 0..<600 {
            let snapshot = lab.scheduler.snapshot()
            try check(snapshot, asked, total: total, memory: memory, sharing: sharing, "seed \(seed)")
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let want = ResourceRequest(
                    cpus: Int.random(in: 1...total, using: &random) / Int.random(in: 1...total, using: &random) + 1,
                    gpus: max(0, Int.random(in: -3...3, using: &random)),
                    memory: UInt64.random(in: 0...memory, using: &random) / 4)
                guard want.cpus <= total else { continue }
                let id = try lab.ask(
                    study: Int64.random(in: 0..<4, using: &random), cpus: want.cpus, gpus: want.gpus, memory: want.memory,
                    weight: Double.random(in: 0.5...4, using: &random), priority: Int.random(in: 0...1, using: &random))
                asked[id] = want
            case 5..<9:
                if let holder = snapshot.holders.randomElement(using: &random) { lab.release(holder.id) }
            default:
                if let waiter = snapshot.waiters.randomElement(using: &random) {
                    #expect(lab.scheduler.withdraw(waiter.id), "seed \(seed)")
                }
            }
            lab.clock.advance(Double.random(in: 0...5, using: &random))
        }

        // Given time, all that waits is served, and the machine is empty in the end.
        while let holder = lab.scheduler.snapshot().holders.first { lab.release(holder.id) }
        let end = lab.scheduler.snapshot()
        #expect(end.waitingCount == 0 && end.cpusFree == total && end.memoryFree == memory, "seed \(seed)")
        #expect(end.gpus.allSatisfy { $0.taken == 0 }, "seed \(seed)")
    }

    private func check(
        _ snapshot: SlotsSnapshot, _ asked: [UInt64: ResourceRequest], total: Int, memory: UInt64, sharing: Int,
        _ comment: Comment
    ) throws {
        let cpus = snapshot.holders.flatMap(\.cpus)
        #expect(Set(cpus).count == cpus.count, comment)
        #expect(cpus.count + snapshot.cpusFree == total, comment)
        #expect(snapshot.holders.reduce(0) { $0 + $1.memory } + snapshot.memoryFree == memory, comment)
        var users: [String: Int] = [:]
        for holder in snapshot.holders {
            let want = try #require(asked[holder.id], comment)
            #expect(holder.cpus.count == want.cpus && holder.cpus == holder.cpus.sorted(), comment)
            #expect(holder.gpus.count == want.gpus && Set(holder.gpus).count == want.gpus, comment)
            #expect(holder.memory == want.memory, comment)
            for gpu in holder.gpus { users[gpu, default: 0] += 1 }
        }
        for gpu in snapshot.gpus {
            #expect(gpu.taken == users[gpu.uuid, default: 0] && gpu.taken <= sharing, comment)
        }
    }
}
