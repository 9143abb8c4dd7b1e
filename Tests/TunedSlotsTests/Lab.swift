import Dispatch
import TunedRecords
import TunedSlots

/// A scheduler on an invented machine, with time in the test's hand. Grants are read off the snapshot, which knows them at
/// once, so that no test waits for a queue.
final class Lab {
    let clock = ManualClock()
    let scheduler: SlotScheduler
    private var trials = 0

    init(
        cpus: Int = 4, memory: UInt64 = 64 << 30, gpus: [GPU] = [], slotsPerGPU: Int = 1, topology: CPUTopology? = nil
    ) {
        scheduler = SlotScheduler(
            inventory: MachineInventory(
                topology: topology ?? CPUTopology(uniform: cpus), memoryTotal: memory, gpus: gpus),
            settings: SlotSettings(slotsPerGPU: slotsPerGPU, reservationWait: 30, userID: 1000), clock: clock)
    }

    static func gpus(_ count: Int) -> [GPU] {
        (0..<count).map { GPU(uuid: "GPU-\($0)", name: "Fake 9000", memory: 80 << 30) }
    }

    @discardableResult
    func ask(
        study: Int64 = 1, cpus: Int = 1, gpus: Int = 0, memory: UInt64 = 0, weight: Double = 1, priority: Int = 0
    ) throws -> UInt64 {
        trials += 1
        return try scheduler.request(
            SlotRequest(
                study: StudyID(rawValue: study), trial: trials, weight: weight, priority: priority,
                resources: ResourceRequest(cpus: cpus, gpus: gpus, memory: memory)),
            grant: { _ in })
    }

    func release(_ id: UInt64) {
        scheduler.release(SlotGrant(id: id, cpus: [], gpus: [], memory: 0, queue: .main))
    }

    func holder(_ id: UInt64) -> SlotsSnapshot.Holder? { scheduler.snapshot().holders.first { $0.id == id } }

    func holds(_ id: UInt64) -> Bool { holder(id) != nil }

    /// What a request waits for.
    func reason(_ id: UInt64) -> String? { scheduler.snapshot().waiters.first { $0.id == id }?.reason }
}
