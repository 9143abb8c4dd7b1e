import Glibc

/// Asks the GPU driver what there is.
///
/// A driver can hang for good in a call that no signal ends, so the daemon never asks it itself: it runs its own
/// executable with a subcommand that calls ``answer(libraryPath:)``, through ``run(executable:arguments:timeout:)``.
public enum GPUProbe {
    /// Where the loader finds NVIDIA's library.
    public static let nvmlLibrary = "libnvidia-ml.so.1"

    /// Whether this machine shows any sign of NVIDIA's hardware or driver. Where it shows none a probe would find nothing,
    /// and starting a process for it can be spared.
    public static var isWorthwhile: Bool { isWorthwhile(SystemFiles()) }

    package static func isWorthwhile(_ files: SystemFiles) -> Bool {
        // The last is the GPU of a Linux that runs inside Windows, where no PCI device shows.
        if ["/dev/nvidiactl", "/proc/driver/nvidia", "/dev/dxg"].contains(where: files.exists) { return true }
        let devices = "/sys/bus/pci/devices"
        return files.names(in: devices).contains { files.text("\(devices)/\($0)/vendor") == "0x10de" }
    }

    /// The body of the probing process: asks the driver and writes the report to standard output. A broken driver is a
    /// report with a warning.
    ///
    /// - Returns: the process's exit status.
    public static func answer(libraryPath: String = nvmlLibrary) -> Int32 {
        // Drivers print; what they print must not stand between the bytes of the report.
        let output = dup(STDOUT_FILENO)
        guard output >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else { return 1 }
        let report: GPUReport
        do {
            report = try queryNVML(libraryPath: libraryPath)
        } catch {
            report = GPUReport(warnings: [error.message])
        }
        var rest = report.encoded()[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return 1 }
            rest = rest.dropFirst(count)
        }
        return 0
    }

    /// Asks the driver from this process. May never return where the driver hangs.
    ///
    /// A device that fails (one that fell off the bus, say) is left out with a warning; the others are reported.
    ///
    /// - Returns: all GPUs; none where the library is not installed.
    /// - Throws: ``SlotError/Code/driver`` where it is installed and does not work.
    public static func queryNVML(libraryPath: String = nvmlLibrary) throws(SlotError) -> GPUReport {
        guard let nvml = try NVML(path: libraryPath) else { return .none }
        defer { nvml.shutDown() }
        var report = GPUReport(driverVersion: try nvml.driverVersion())
        for index in 0..<(try nvml.deviceCount()) {
            do throws(SlotError) {
                let device = try nvml.device(at: index)
                let address = nvml.pciAddress(of: device)
                if let parts = nvml.parts(of: device) {
                    for part in parts {
                        report.gpus.append(try describe(part, at: address, isPartition: true, by: nvml))
                    }
                } else {
                    report.gpus.append(try describe(device, at: address, isPartition: false, by: nvml))
                }
            } catch {
                report.warnings.append("GPU \(index) is left out: \(error.message)")
            }
        }
        return report
    }

    private static func describe(
        _ device: NVML.Device, at address: String?, isPartition: Bool, by nvml: NVML
    ) throws(SlotError) -> GPU {
        GPU(
            uuid: try nvml.uuid(of: device), name: try nvml.name(of: device), memory: try nvml.memory(of: device),
            pciAddress: address, isPartition: isPartition,
            processes: nvml.processes(on: device).map { GPU.Process(pid: $0, userID: owner(of: $0)) })
    }

    private static func owner(of pid: Int32) -> UInt32? {
        var status = stat()
        return stat("/proc/\(pid)", &status) == 0 ? status.st_uid : nil
    }
}
