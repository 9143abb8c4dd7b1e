import TunedSpace

/// The answer to "which GPUs are there, and who uses them?"
public struct GPUReport: Hashable, Sendable {
    public var gpus: [GPU]
    /// nil where no driver was asked.
    public var driverVersion: String?
    /// What the driver could not tell, for a person.
    public var warnings: [String]

    public init(gpus: [GPU] = [], driverVersion: String? = nil, warnings: [String] = []) {
        self.gpus = gpus
        self.driverVersion = driverVersion
        self.warnings = warnings
    }

    /// GPUs that the configuration declares; the driver is not asked.
    public init(declared gpus: [GPU]) { self.init(gpus: gpus, driverVersion: nil, warnings: []) }

    /// No GPUs, and nothing amiss.
    public static let none = GPUReport()
}

/// The form in which a report goes from the probing process to the daemon.
extension GPUReport {
    /// First bytes of an encoded report: a name and a version, so that a driver's chatter is not taken for one.
    private static let magic: [UInt8] = Array("tuned-gpus/1\n".utf8)

    package func encoded() -> [UInt8] {
        var writer = BinaryWriter(reserving: 256)
        writer.write(driverVersion ?? "")
        writer.writeVarint(UInt64(warnings.count))
        for warning in warnings { writer.write(warning) }
        writer.writeVarint(UInt64(gpus.count))
        for gpu in gpus { gpu.encode(to: &writer) }
        return Self.magic + writer.bytes
    }

    /// - Throws: ``SlotError/Code/probe`` for bytes that are no report.
    package init(decoding bytes: [UInt8]) throws(SlotError) {
        guard bytes.starts(with: Self.magic) else {
            throw SlotError(.probe, "the GPU probe answered with \(bytes.count) bytes that are no report")
        }
        var reader = BinaryReader(bytes[Self.magic.count...])
        do {
            let driver = try reader.readString()
            driverVersion = driver.isEmpty ? nil : driver
            warnings = []
            for _ in 0..<(try reader.readUnsigned()) { warnings.append(try reader.readString()) }
            gpus = []
            for _ in 0..<(try reader.readUnsigned()) { gpus.append(try GPU(from: &reader)) }
        } catch {
            throw SlotError(.probe, "the GPU probe's report is damaged: \(error)", underlying: error)
        }
    }
}

extension GPU {
    fileprivate func encode(to writer: inout BinaryWriter) {
        writer.write(uuid)
        writer.write(name)
        writer.writeVarint(memory)
        writer.write(pciAddress ?? "")
        writer.write(isPartition)
        writer.writeVarint(UInt64(localCPUs.count))
        for cpu in localCPUs { writer.writeVarint(cpu) }
        writer.writeVarint(UInt64(processes.count))
        for process in processes {
            writer.writeVarint(Int64(process.pid))
            writer.writeVarint(process.userID.map(Int64.init) ?? -1)
        }
    }

    fileprivate init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        uuid = try reader.readString()
        name = try reader.readString()
        memory = try reader.readUnsigned()
        let address = try reader.readString()
        pciAddress = address.isEmpty ? nil : address
        isPartition = try reader.readBool()
        localCPUs = []
        for _ in 0..<(try reader.readUnsigned()) { localCPUs.append(try reader.readInt()) }
        processes = []
        for _ in 0..<(try reader.readUnsigned()) {
            let pid = Int32(truncatingIfNeeded: try reader.readInteger())
            processes.append(Process(pid: pid, userID: UInt32(exactly: try reader.readInteger())))
        }
    }
}
