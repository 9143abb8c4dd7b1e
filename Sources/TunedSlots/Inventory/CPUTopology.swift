import CTunedWorker
import Glibc

/// The CPUs that may be used, by physical core and NUMA node.
public struct CPUTopology: Hashable, Sendable {
    /// A physical core.
    public struct Core: Hashable, Sendable {
        /// Its logical CPUs (hardware threads) that may be used, ascending; never empty.
        public var cpus: [Int]
        /// NUMA node.
        public var node: Int

        public init(cpus: [Int], node: Int = 0) {
            self.cpus = cpus
            self.node = node
        }
    }

    /// By node, then by first CPU.
    public let cores: [Core]
    /// All logical CPUs, ascending.
    public let cpus: [Int]

    public init(cores: [Core]) {
        self.cores = cores.sorted { ($0.node, $0.cpus.first ?? 0) < ($1.node, $1.cpus.first ?? 0) }
        cpus = cores.flatMap(\.cpus).sorted()
    }

    /// `count` cores of one thread each, on one node.
    public init(uniform count: Int) {
        self.init(cores: (0..<count).map { Core(cpus: [$0]) })
    }

    /// The CPUs that this process may run on: what the administrator, a container or a batch system left of the machine.
    static func allowedCPUs() throws(SlotError) -> [Int] {
        var cpus = [CInt](repeating: 0, count: Int(TUNED_CPU_LIMIT))
        let count = tuned_affinity_get(0, &cpus, CInt(cpus.count))
        guard count > 0 else {
            let reason = String(cString: strerror(errno))
            throw SlotError(.inventory, "cannot read which CPUs this process may use: \(reason)")
        }
        return cpus[..<Int(count)].map(Int.init)
    }

    /// Arranges CPUs as `/sys/devices/system` describes them. Where it is silent, each CPU is a core of its own, on node
    /// 0.
    static func read(allowed: [Int], from files: SystemFiles) -> CPUTopology {
        let allowedSet = Set(allowed)
        var nodeOf: [Int: Int] = [:]
        for node in files.cpuList("/sys/devices/system/node/online") ?? [] {
            for cpu in files.cpuList("/sys/devices/system/node/node\(node)/cpulist") ?? [] { nodeOf[cpu] = node }
        }
        var cores: [Core] = []
        var seen: Set<Int> = []
        for cpu in allowed where !seen.contains(cpu) {
            let folder = "/sys/devices/system/cpu/cpu\(cpu)/topology/"
            // The second name is that of kernels before 5.3.
            let siblings = files.cpuList(folder + "core_cpus_list") ?? files.cpuList(folder + "thread_siblings_list") ?? []
            let members = Set(siblings).union([cpu]).intersection(allowedSet).subtracting(seen).sorted()
            seen.formUnion(members)
            cores.append(Core(cpus: members, node: nodeOf[cpu] ?? 0))
        }
        return CPUTopology(cores: cores)
    }
}
