/// A GPU, or a MIG device: a part of one that the driver presents as a device of its own.
public struct GPU: Hashable, Sendable {
    /// A process that computes on the GPU.
    public struct Process: Hashable, Sendable {
        public var pid: Int32
        /// Its user; nil where `/proc` does not show the process, as from inside a container.
        public var userID: UInt32?

        public init(pid: Int32, userID: UInt32?) {
            self.pid = pid
            self.userID = userID
        }
    }

    /// `GPU-…` or `MIG-…`: the identity. Indices change with a reboot, a mask or a lost device.
    public var uuid: String
    /// The product's name.
    public var name: String
    /// Bytes.
    public var memory: UInt64
    /// As sysfs writes it, `0000:3b:00.0`; nil where it is not known. MIG devices have that of the GPU they are part of.
    public var pciAddress: String?
    /// A MIG device. CUDA gives a process one of them at most.
    public var isPartition: Bool
    /// CPUs of the same NUMA node; empty where that is not known.
    public var localCPUs: [Int]
    /// Who computed on it when the driver was asked.
    public var processes: [Process]

    public init(
        uuid: String, name: String, memory: UInt64, pciAddress: String? = nil, isPartition: Bool = false,
        localCPUs: [Int] = [], processes: [Process] = []
    ) {
        self.uuid = uuid
        self.name = name
        self.memory = memory
        self.pciAddress = pciAddress
        self.isPartition = isPartition
        self.localCPUs = localCPUs
        self.processes = processes
    }

    /// The first process that belongs to somebody else than `userID`. A process whose user is unknown counts as nobody's.
    func foreignProcess(for userID: UInt32) -> Process? {
        processes.first { $0.userID != nil && $0.userID != userID }
    }
}

extension GPU {
    /// The GPUs that `CUDA_VISIBLE_DEVICES` leaves, by CUDA's rules: UUIDs or their beginnings, or indices; the first
    /// entry that names no GPU ends the list. Indices count in PCI order, as under `CUDA_DEVICE_ORDER=PCI_BUS_ID`.
    package static func visible(_ gpus: [GPU], to mask: String) -> [GPU] {
        var visible: [GPU] = []
        for entry in mask.split(separator: ",") {
            let name = entry.filter { $0 != " " }
            let found: GPU?
            if let index = Int(name) {
                found = gpus.indices.contains(index) ? gpus[index] : nil
            } else {
                let matches = gpus.filter { $0.uuid.hasPrefix(name) }
                found = matches.count == 1 ? matches[0] : nil
            }
            guard let found else { break }
            if !visible.contains(where: { $0.uuid == found.uuid }) { visible.append(found) }
        }
        return visible
    }
}
