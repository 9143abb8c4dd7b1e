/// Which GPUs have room, by index in the inventory.
struct GPUPool {
    private struct Entry {
        let gpu: GPU
        /// NUMA nodes that it is near.
        let nodes: Set<Int>
        var free: Int
        /// Why no trial may use it now, for a person.
        var obstacle: String?
    }

    private var entries: [Entry]
    /// Trials that may share a GPU.
    let sharing: Int
    /// NUMA nodes that have GPUs.
    let nodes: Set<Int>

    init(_ gpus: [GPU], sharing: Int, nodesOf: ([Int]) -> Set<Int>) {
        entries = gpus.map { Entry(gpu: $0, nodes: nodesOf($0.localCPUs), free: sharing) }
        self.sharing = sharing
        nodes = entries.reduce(into: []) { $0.formUnion($1.nodes) }
    }

    var total: Int { entries.count }

    /// GPUs that could ever serve one request for `count` of them. CUDA gives a process one MIG device at most.
    func total(for count: Int) -> Int {
        count > 1 ? entries.count { !$0.gpu.isPartition } : entries.count
    }

    /// GPUs that would serve one such request if all slots were empty now.
    func usable(for count: Int) -> Int {
        entries.count { $0.obstacle == nil && !(count > 1 && $0.gpu.isPartition) }
    }

    /// GPUs that have room for one such request now.
    func free(for count: Int) -> Int {
        entries.count { $0.free > 0 && $0.obstacle == nil && !(count > 1 && $0.gpu.isPartition) }
    }

    /// Takes a share of each of `count` different GPUs, the emptiest first; nil where fewer have room.
    mutating func take(_ count: Int) -> [Int]? {
        guard count > 0 else { return [] }
        let candidates = entries.indices.filter {
            entries[$0].free > 0 && entries[$0].obstacle == nil && !(count > 1 && entries[$0].gpu.isPartition)
        }
        guard candidates.count >= count else { return nil }
        let chosen = candidates.sorted { (-entries[$0].free, $0) < (-entries[$1].free, $1) }.prefix(count).sorted()
        for index in chosen { entries[index].free -= 1 }
        return chosen
    }

    mutating func give(_ indices: [Int]) {
        for index in indices { entries[index].free += 1 }
    }

    func uuids(of indices: [Int]) -> [String] { indices.map { entries[$0].gpu.uuid } }

    /// NUMA nodes that these GPUs are near.
    func nodes(near indices: [Int]) -> Set<Int> {
        indices.reduce(into: []) { $0.formUnion(entries[$1].nodes) }
    }

    /// Takes note of who uses the GPUs and which of them the driver still sees.
    mutating func observe(_ report: GPUReport, userID: UInt32) {
        let seen = Dictionary(report.gpus.map { ($0.uuid, $0) }, uniquingKeysWith: { first, _ in first })
        for index in entries.indices {
            guard let gpu = seen[entries[index].gpu.uuid] else {
                let reason = report.warnings.first.map { ": \($0)" } ?? ""
                entries[index].obstacle = "GPU \(index) is not seen by the driver any more\(reason)"
                continue
            }
            entries[index].obstacle = gpu.foreignProcess(for: userID).map {
                "GPU \(index) is used by another user's process \($0.pid)"
            }
        }
    }

    /// Why GPUs cannot be used, one text a GPU.
    var obstacles: [String] { entries.compactMap(\.obstacle) }

    var status: [SlotsSnapshot.GPUStatus] {
        entries.map {
            SlotsSnapshot.GPUStatus(
                uuid: $0.gpu.uuid, name: $0.gpu.name, memory: $0.gpu.memory, shares: sharing, taken: sharing - $0.free,
                obstacle: $0.obstacle)
        }
    }
}
