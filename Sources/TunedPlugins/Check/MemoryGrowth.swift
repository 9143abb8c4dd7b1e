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

    /// Runs in rounds of equal length, after some that warm up, until the share of the test's time is spent or `limit` runs are made. A machine that was
    /// busy for a moment cannot cut that short: rounds that are short for the time get longer.
    static func measure(
        rounds: Int, atMost limit: Int, share: Double, _ lab: CheckLab, _ run: (Int) throws(PluginError) -> Void
    ) throws(PluginError) -> MemoryGrowth {
        var growth = MemoryGrowth()
        growth.runsPerRound = 2
        // The first runs touch what is not yet in memory; and counting memory costs more than many a run.
        while growth.runs < 2 || growth.runsPerRound < limit / (2 * rounds) && !lab.isSpent(share / 4) {
            let began = lab.elapsed
            for index in 0..<growth.runsPerRound {
                try run(index)
                growth.runs += 1
                if lab.isSpent(share / 2), growth.runs >= 2 { break }
            }
            if lab.elapsed - began >= lab.request.seconds * share / Double(4 * rounds) { break }
            growth.runsPerRound *= 2
        }
        let last = growth.runs + limit
        while growth.runs < last {
            for index in 0..<growth.runsPerRound {
                if lab.isSpent(share) { return growth }
                try run(index)
                growth.runs += 1
            }
            growth.heap.append(tuned_heap_in_use())
            growth.anonymous.append(ProcessInventory.anonymousMemory)
            if growth.heap.count == 2 * rounds { growth.mergeRounds() }
        }
        return growth
    }

    /// Two rounds become one of twice the length.
    private mutating func mergeRounds() {
        heap = stride(from: 1, to: heap.count, by: 2).map { heap[$0] }
        anonymous = stride(from: 1, to: anonymous.count, by: 2).map { anonymous[$0] }
        runsPerRound *= 2
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
