import CTunedWorker
import TunedWire

/// Memory at several moments of many runs of one kind.
struct MemoryGrowth {
    private var heap: [Int] = []
    private var anonymous: [Int] = []
    private(set) var runsPerRound = 0
    private(set) var runs = 0

    /// Bytes a run above which growth is a leak: less is lost in the noise of allocators.
    private static let bytesPerRun = 16.0
    /// Bytes of all growth below which nothing is said.
    private static let least = 16 << 10
    private static let warmUpLimit = 1_000
    private static let warmUpSeconds = 0.1

    /// Runs in rounds of equal length, after one that warms up; as many as fit into this share of the test's time.
    static func measure(
        rounds: Int, atMost limit: Int, share: Double, _ lab: CheckLab, _ run: (Int) throws(PluginError) -> Void
    ) throws(PluginError) -> MemoryGrowth {
        var growth = MemoryGrowth()
        let start = lab.elapsed
        // The first runs are slower than the rest: what they touch is not yet in memory.
        var counted = (from: start, runs: 0)
        while growth.runs < 2 || (!lab.isSpent(share / 2) && growth.runs < warmUpLimit && lab.elapsed - start < warmUpSeconds) {
            try run(growth.runs)
            growth.runs += 1
            if growth.runs == warmUpLimit / 100 { counted = (lab.elapsed, growth.runs) }
        }
        let each = max((lab.elapsed - counted.from) / Double(growth.runs - counted.runs), 1e-7)
        let left = lab.request.seconds * share - lab.elapsed
        growth.runsPerRound = max(2, min(limit, Int(left / each / Double(rounds))))
        for _ in 0..<rounds {
            for index in 0..<growth.runsPerRound {
                // A trainable whose runs take longer and longer.
                if lab.isSpent(1.2) { return growth }
                try run(index)
                growth.runs += 1
            }
            growth.heap.append(tuned_heap_in_use())
            growth.anonymous.append(ProcessInventory.anonymousMemory)
        }
        return growth
    }

    /// Bytes a run; 0 where it does not grow by about as much in every round: a cache that fills slows down.
    private func slope(_ values: [Int]) -> Double {
        guard values.count >= 3 else { return 0 }
        let total = values[values.count - 1] - values[0]
        let mean = total / (values.count - 1)
        guard total >= Self.least, zip(values, values.dropFirst()).allSatisfy({ $1 - $0 >= mean / 2 }) else { return 0 }
        return Double(total) / Double(runsPerRound * (values.count - 1))
    }

    /// Bytes a run that never come back; 0: none.
    var bytesLeaked: Double {
        let heap = slope(self.heap)
        if heap >= Self.bytesPerRun { return heap }
        // Memory that does not come from malloc: whole pages, and much of it, or it is the heap's own growth.
        let mapped = slope(anonymous)
        return mapped >= 2048 ? mapped : 0
    }

    func judge(_ findings: inout CheckFindings) {
        let leak = bytesLeaked
        guard leak > 0 else { return }
        findings.add(
            .error, "memory-leak", "each run leaves about \(Int(leak)) bytes that never come back",
            advice: "Free what train and evaluate allocate, on every way out; valgrind or -fsanitize=leak tell where it was.",
            numbers: [.init(name: "bytes_each", value: leak), .init(name: "runs", value: Double(runs))])
    }

    var summary: String {
        let heap = (self.heap.last ?? 0) - (self.heap.first ?? 0)
        return "\(runs) runs, heap \(heap >= 0 ? "+" : "")\(heap) bytes"
    }
}
