import CTunedWorker
import Glibc

/// The NVIDIA Management Library, opened at run time: the functions that an inventory needs, by the names of its
/// reference manual. A library too old to have one of the optional functions is used without it.
struct NVML {
    typealias Device = OpaquePointer
    typealias Status = UInt32

    private typealias Call = @convention(c) () -> Status
    private typealias ErrorText = @convention(c) (Status) -> UnsafePointer<CChar>?
    private typealias SystemText = @convention(c) (UnsafeMutablePointer<CChar>, UInt32) -> Status
    private typealias Count = @convention(c) (UnsafeMutablePointer<UInt32>) -> Status
    private typealias HandleByIndex = @convention(c) (UInt32, UnsafeMutablePointer<Device?>) -> Status
    private typealias DeviceText = @convention(c) (Device, UnsafeMutablePointer<CChar>, UInt32) -> Status
    private typealias Memory = @convention(c) (Device, UnsafeMutablePointer<tuned_nvml_memory>) -> Status
    private typealias PCI = @convention(c) (Device, UnsafeMutablePointer<tuned_nvml_pci>) -> Status
    private typealias MIGMode =
        @convention(c) (Device, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>) -> Status
    private typealias DeviceCount = @convention(c) (Device, UnsafeMutablePointer<UInt32>) -> Status
    private typealias Part = @convention(c) (Device, UInt32, UnsafeMutablePointer<Device?>) -> Status
    private typealias Processes =
        @convention(c) (Device, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<tuned_nvml_process>?) -> Status

    private static let success: Status = 0
    private static let insufficientSize: Status = 7
    /// Longer than any of NVML's text buffers (UUID 96, name 96, driver version 80).
    private static let textCapacity = 256

    private let library: UnsafeMutableRawPointer
    private let path: String

    /// Opens and starts the library; nil where it is not installed.
    ///
    /// - Throws: ``SlotError/Code/driver`` where it is installed and cannot be loaded or started.
    init?(path: String) throws(SlotError) {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
            // The loader names the file that is missing: the library itself, or one that it depends on.
            if reason.hasPrefix(path + ": cannot open shared object file: No such file") { return nil }
            throw SlotError(.driver, "the GPU driver's library \(path) cannot be loaded: \(reason)")
        }
        self.library = library
        self.path = path
        do {
            let start: Call = try function("nvmlInit_v2")
            try check(start(), "nvmlInit_v2")
        } catch {
            dlclose(library)
            throw error
        }
    }

    func shutDown() {
        if let stop: Call = optionalFunction("nvmlShutdown") { _ = stop() }
        dlclose(library)
    }

    func driverVersion() throws(SlotError) -> String {
        let name = "nvmlSystemGetDriverVersion"
        let get: SystemText = try function(name)
        return try text(name) { get($0, $1) }
    }

    func deviceCount() throws(SlotError) -> Int {
        let get: Count = try function("nvmlDeviceGetCount_v2")
        var count: UInt32 = 0
        try check(get(&count), "nvmlDeviceGetCount_v2")
        return Int(count)
    }

    func device(at index: Int) throws(SlotError) -> Device {
        let name = "nvmlDeviceGetHandleByIndex_v2"
        let get: HandleByIndex = try function(name)
        var device: Device?
        try check(get(UInt32(index), &device), name)
        guard let device else { throw SlotError(.driver, "\(name) in \(path) gave no device \(index)") }
        return device
    }

    func uuid(of device: Device) throws(SlotError) -> String {
        let get: DeviceText = try function("nvmlDeviceGetUUID")
        return try text("nvmlDeviceGetUUID") { get(device, $0, $1) }
    }

    func name(of device: Device) throws(SlotError) -> String {
        let get: DeviceText = try function("nvmlDeviceGetName")
        return try text("nvmlDeviceGetName") { get(device, $0, $1) }
    }

    /// Bytes.
    func memory(of device: Device) throws(SlotError) -> UInt64 {
        let get: Memory = try function("nvmlDeviceGetMemoryInfo")
        var memory = tuned_nvml_memory()
        try check(get(device, &memory), "nvmlDeviceGetMemoryInfo")
        return memory.total
    }

    /// In sysfs's form, `0000:3b:00.0`; nil where the driver does not tell.
    func pciAddress(of device: Device) -> String? {
        guard let get: PCI = optionalFunction("nvmlDeviceGetPciInfo_v3") else { return nil }
        var pci = tuned_nvml_pci()
        guard get(device, &pci) == Self.success else { return nil }
        func hex(_ value: UInt32, _ width: Int) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        // NVIDIA's GPUs are function 0 of their slot; NVML's struct has no field for it.
        return "\(hex(pci.domain, 4)):\(hex(pci.bus, 2)):\(hex(pci.device, 2)).0"
    }

    /// The MIG devices of a GPU that is split; nil for one that is whole.
    func parts(of device: Device) -> [Device]? {
        guard let mode: MIGMode = optionalFunction("nvmlDeviceGetMigMode"),
            let count: DeviceCount = optionalFunction("nvmlDeviceGetMaxMigDeviceCount"),
            let part: Part = optionalFunction("nvmlDeviceGetMigDeviceHandleByIndex")
        else { return nil }
        var current: UInt32 = 0
        var pending: UInt32 = 0
        var most: UInt32 = 0
        guard mode(device, &current, &pending) == Self.success, current == 1,
            count(device, &most) == Self.success
        else { return nil }
        // The indices have gaps: "not found" is an answer, not an error.
        return (0..<most).compactMap { index in
            var found: Device?
            return part(device, index, &found) == Self.success ? found : nil
        }
    }

    /// Process numbers of those that compute on a device; empty where the driver does not tell.
    func processes(on device: Device) -> [Int32] {
        guard let get: Processes = optionalFunction("nvmlDeviceGetComputeRunningProcesses_v3")
            ?? optionalFunction("nvmlDeviceGetComputeRunningProcesses_v2")
        else { return [] }
        var capacity = 64
        while capacity <= 1 << 16 {
            var found = [tuned_nvml_process](repeating: tuned_nvml_process(), count: capacity)
            var count = UInt32(capacity)
            switch get(device, &count, &found) {
            case Self.success: return found.prefix(Int(count)).map { Int32(bitPattern: $0.pid) }
            // Processes may start between the calls, so the count given is a lower bound.
            case Self.insufficientSize: capacity = max(capacity * 2, Int(count))
            default: return []
            }
        }
        return []
    }
}

extension NVML {
    /// The function of this name. The caller's type must be that of the reference manual: nothing here can check it.
    private func optionalFunction<Function>(_ name: String) -> Function? {
        dlsym(library, name).map { unsafeBitCast($0, to: Function.self) }
    }

    private func function<Function>(_ name: String) throws(SlotError) -> Function {
        guard let found: Function = optionalFunction(name) else {
            throw SlotError(.driver, "the GPU driver's library \(path) has no function \(name); is the driver very old?")
        }
        return found
    }

    private func check(_ status: Status, _ call: String) throws(SlotError) {
        guard status != Self.success else { return }
        let describe: ErrorText? = optionalFunction("nvmlErrorString")
        let words = describe?(status).map { String(cString: $0) } ?? "no description"
        throw SlotError(.driver, "\(call) in \(path) failed with status \(status): \(words)")
    }

    private func text(
        _ call: String, _ fill: (UnsafeMutablePointer<CChar>, UInt32) -> Status
    ) throws(SlotError) -> String {
        var buffer = [CChar](repeating: 0, count: Self.textCapacity)
        try check(fill(&buffer, UInt32(buffer.count)), call)
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
