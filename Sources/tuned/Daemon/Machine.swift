import Dispatch
import Glibc
import TunedRecords
import TunedSlots

/// What the daemon may hand out: the machine, or the part of it that the configuration names.
enum Machine {
    /// Seconds that a GPU driver gets to answer.
    private static let driverPatience = 10.0

    static func inventory(_ configuration: DaemonConfiguration) throws -> MachineInventory {
        let mask = getenv("CUDA_VISIBLE_DEVICES").map { String(cString: $0) }
        var inventory: MachineInventory
        switch configuration.gpus {
        case .detected: inventory = try MachineInventory.take(report: try report(), visibleGPUs: mask)
        case .declared(let gpus): inventory = try MachineInventory.take(report: GPUReport(declared: gpus))
        }
        inventory.topology = try topology(inventory.topology, configuration.cpus)
        if let memory = configuration.memory {
            inventory.memoryTotal = memory
            inventory.memoryAvailable = min(memory, inventory.memoryAvailable)
        }
        return inventory
    }

    /// Looks at the GPUs again and again, since other people's processes come and go on them and drivers lose them. Declared GPUs
    /// are taken as declared.
    static func watch(_ slots: SlotScheduler, _ inventory: MachineInventory, _ configuration: DaemonConfiguration, clock: any TimeSource) {
        guard case .detected = configuration.gpus, !inventory.gpus.isEmpty else { return }
        let queue = DispatchQueue(label: "tuned.gpus")
        @Sendable func look() {
            _ = clock.schedule(after: secondsBetweenLooks) {
                queue.async {
                    if let report = try? report() { slots.observe(report) }
                    look()
                }
            }
        }
        look()
    }

    private static let secondsBetweenLooks = 30.0

    /// Most machines have no driver; on those a daemon starts without the cost of a process that would find none.
    private static func report() throws -> GPUReport {
        guard let library = dlopen(GPUProbe.nvmlLibrary, RTLD_LAZY | RTLD_LOCAL) else { return .none }
        dlclose(library)
        return GPUProbe.run(executable: try Executables.own(), arguments: ["probe-gpus"], timeout: driverPatience)
    }

    private static func topology(_ topology: CPUTopology, _ wanted: DaemonConfiguration.CPUs) throws -> CPUTopology {
        let allowed: Set<Int>
        switch wanted {
        case .all: return topology
        case .count(let count):
            guard count <= topology.cpus.count else {
                throw CommandError.usage(
                    "config.yaml: slots.cpus is \(count), but this process may use \(topology.cpus.count) CPUs")
            }
            // Whole cores first, near each other.
            allowed = Set(topology.cores.flatMap(\.cpus).prefix(count))
        case .list(let cpus):
            if let missing = cpus.first(where: { !topology.cpus.contains($0) }) {
                throw CommandError.usage(
                    """
                    config.yaml: slots.cpus names CPU \(missing), which this process may not use; it may use \
                    \(topology.cpus)
                    """
                )
            }
            allowed = Set(cpus)
        }
        let cores = topology.cores.compactMap { core -> CPUTopology.Core? in
            let cpus = core.cpus.filter(allowed.contains)
            return cpus.isEmpty ? nil : CPUTopology.Core(cpus: cpus, node: core.node)
        }
        return CPUTopology(cores: cores)
    }
}
