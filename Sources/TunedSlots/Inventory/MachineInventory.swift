/// What this machine offers to trials.
public struct MachineInventory: Sendable {
    public var topology: CPUTopology
    /// Bytes: the machine's, or the control group's limit where that is lower.
    public var memoryTotal: UInt64
    /// Bytes that were free for use when the inventory was taken.
    public var memoryAvailable: UInt64
    /// In the driver's order, which is that of PCI addresses. A GPU that is split into MIG devices is listed as those.
    public var gpus: [GPU]
    /// nil where no driver was asked.
    public var driverVersion: String?
    /// What could not be found out, for a person.
    public var warnings: [String]

    public init(
        topology: CPUTopology, memoryTotal: UInt64, memoryAvailable: UInt64? = nil, gpus: [GPU] = [],
        driverVersion: String? = nil, warnings: [String] = []
    ) {
        self.topology = topology
        self.memoryTotal = memoryTotal
        self.memoryAvailable = memoryAvailable ?? memoryTotal
        self.gpus = gpus
        self.driverVersion = driverVersion
        self.warnings = warnings
    }

    /// Takes the inventory of this machine.
    ///
    /// - Parameters:
    ///   - report: GPUs, as ``GPUProbe/run(executable:arguments:timeout:)`` found them, as the configuration declares
    ///     them (``GPUReport/init(declared:)``), or ``GPUReport/none``.
    ///   - visibleGPUs: the value of `CUDA_VISIBLE_DEVICES` in the daemon's own environment, if set: other GPUs are not
    ///     offered.
    /// - Throws: ``SlotError/Code/inventory`` where `/proc` or the affinity mask cannot be read.
    public static func take(report: GPUReport, visibleGPUs: String? = nil) throws(SlotError) -> MachineInventory {
        try take(report: report, visibleGPUs: visibleGPUs, cpus: CPUTopology.allowedCPUs(), files: SystemFiles())
    }

    /// The same for given CPUs and system files.
    package static func take(
        report: GPUReport, visibleGPUs: String?, cpus: [Int], files: SystemFiles
    ) throws(SlotError) -> MachineInventory {
        let groups = ControlGroups.read(from: files)
        let memory = try MemoryInventory.read(from: files, limit: groups.memoryLimit)
        var warnings = report.warnings
        if let quota = groups.cpuQuota, quota < Double(cpus.count) {
            warnings.append(
                "the control group may use the time of \(quota) CPUs, this process may run on \(cpus.count): trials on "
                    + "all of them are slowed down; narrow the affinity mask (taskset, AllowedCPUs=) or raise the quota")
        }
        var gpus = report.gpus
        if let visibleGPUs { gpus = GPU.visible(gpus, to: visibleGPUs) }
        for index in gpus.indices where gpus[index].localCPUs.isEmpty {
            guard let address = gpus[index].pciAddress else { continue }
            gpus[index].localCPUs = files.cpuList("/sys/bus/pci/devices/\(address)/local_cpulist") ?? []
        }
        return MachineInventory(
            topology: CPUTopology.read(allowed: cpus, from: files), memoryTotal: memory.total,
            memoryAvailable: memory.available, gpus: gpus, driverVersion: report.driverVersion, warnings: warnings)
    }
}
