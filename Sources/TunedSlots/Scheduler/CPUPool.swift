/// Which CPUs are free, and which of them to take: threads of one core together, cores of one node together.
package struct CPUPool {
    /// The logical CPUs of a physical core.
    private struct Core {
        let cpus: [Int]
        /// Index in ``nodes``.
        let node: Int
        var free: [Int]
    }

    private struct Node {
        /// As the system numbers it.
        let number: Int
        let cores: Range<Int>
        var free: Int
    }

    private var cores: [Core] = []
    private var nodes: [Node] = []
    /// Index in ``cores``, by number of the CPU; -1 for a CPU that is not offered.
    private var coreOf: [Int]
    package private(set) var freeCount: Int
    package let total: Int

    package init(_ topology: CPUTopology) {
        total = topology.cpus.count
        freeCount = total
        coreOf = [Int](repeating: -1, count: (topology.cpus.last ?? -1) + 1)
        for core in topology.cores {
            if nodes.last?.number != core.node {
                nodes.append(Node(number: core.node, cores: cores.count..<cores.count, free: 0))
            }
            let node = nodes.count - 1
            for cpu in core.cpus { coreOf[cpu] = cores.count }
            cores.append(Core(cpus: core.cpus, node: node, free: core.cpus))
            let all = nodes[node].cores.lowerBound..<cores.count
            nodes[node] = Node(number: core.node, cores: all, free: nodes[node].free + core.cpus.count)
        }
    }

    /// NUMA nodes that these CPUs belong to.
    package func nodeNumbers(of cpus: [Int]) -> Set<Int> {
        let offered = cpus.filter { coreOf.indices.contains($0) && coreOf[$0] >= 0 }
        return Set(offered.map { nodes[cores[coreOf[$0]].node].number })
    }

    /// Takes CPUs; nil where fewer than `count` are free.
    ///
    /// - Parameters:
    ///   - near: numbers of NUMA nodes to take them from if possible.
    ///   - avoiding: numbers of nodes to leave to others if possible.
    /// - Returns: ascending.
    package mutating func take(_ count: Int, near: Set<Int> = [], avoiding: Set<Int> = []) -> [Int]? {
        guard count <= freeCount else { return nil }
        var taken: [Int] = []
        for node in nodesByPreference(for: count, near: near, avoiding: avoiding) where taken.count < count {
            take(count - taken.count, from: node, into: &taken)
        }
        freeCount -= count
        return taken.sorted()
    }

    package mutating func give(_ cpus: [Int]) {
        for cpu in cpus {
            let core = coreOf[cpu]
            let position = cores[core].free.firstIndex { $0 > cpu } ?? cores[core].free.count
            cores[core].free.insert(cpu, at: position)
            nodes[cores[core].node].free += 1
        }
        freeCount += cpus.count
    }

    /// Nodes that are wanted, then those that nobody minds, then those to avoid; among equals the fullest that still
    /// holds the whole set, else the emptiest.
    private func nodesByPreference(for count: Int, near: Set<Int>, avoiding: Set<Int>) -> [Int] {
        guard nodes.count > 1 else { return Array(nodes.indices) }
        return nodes.indices.sorted { left, right in
            func key(_ index: Int) -> (Int, Int, Int) {
                let node = nodes[index]
                let wish = near.contains(node.number) ? 0 : avoiding.contains(node.number) ? 2 : 1
                let holds = node.free >= count
                return (wish, holds ? 0 : 1, holds ? node.free : -node.free)
            }
            return key(left) < key(right)
        }
    }

    /// Whole cores first; what is left over from cores that are split already, so that whole ones remain for others.
    private mutating func take(_ count: Int, from node: Int, into taken: inout [Int]) {
        let before = taken.count
        func missing() -> Int { count - (taken.count - before) }
        let range = nodes[node].cores
        for core in range where missing() > 0 {
            let free = cores[core].free
            if free.count == cores[core].cpus.count && free.count <= missing() {
                taken.append(contentsOf: free)
                cores[core].free.removeAll(keepingCapacity: true)
            }
        }
        for splitOnly in [true, false] where missing() > 0 {
            for core in range where missing() > 0 {
                if splitOnly && cores[core].free.count == cores[core].cpus.count { continue }
                let some = cores[core].free.prefix(missing())
                taken.append(contentsOf: some)
                cores[core].free.removeFirst(some.count)
            }
        }
        nodes[node].free -= taken.count - before
    }
}
