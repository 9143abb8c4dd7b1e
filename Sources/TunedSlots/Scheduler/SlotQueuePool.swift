import Dispatch

/// The serial queues of slots, one for each set of CPUs that is in use again and again.
struct SlotQueuePool {
    private var queues: [[Int]: DispatchQueue] = [:]
    /// Sets that are remembered. Queues beyond it are made anew; those in use live on in their grants.
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    mutating func queue(for cpus: [Int]) -> DispatchQueue {
        if let queue = queues[cpus] { return queue }
        if queues.count >= capacity { queues.removeAll(keepingCapacity: true) }
        let queue = DispatchQueue(label: "tuned.slot." + CPUList.format(cpus))
        queues[cpus] = queue
        return queue
    }
}
