import Glibc
import TunedPlugins
import TunedRecords

/// What is known of the machine that the daemon runs on.
public struct HostFacts: Sendable {
    public let name: String
    public let kernel: String
    public let cpuModel: String
    /// What bit-equality of suggestions depends on: the mathematics library and the CPU that it chooses its code for.
    public let numericEnvironment: String
    let daemonVersion: String
    /// Variables of the daemon's own environment that change what libraries do.
    let variables: [String: String]
    /// Driver version by GPU UUID.
    let drivers: [String: String]

    private static let relevantVariables = [
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "MKL_CBWR", "OPENBLAS_CORETYPE", "CUBLAS_WORKSPACE_CONFIG",
        "LD_LIBRARY_PATH", "LD_PRELOAD", "LANG", "LC_ALL",
    ]

    public init(daemonVersion: String, drivers: [String: String] = [:]) {
        var names = utsname()
        uname(&names)
        name = Self.text(of: names.nodename)
        kernel = "\(Self.text(of: names.sysname)) \(Self.text(of: names.release))"
        cpuModel = Self.readCPUModel()
        numericEnvironment = "\(Self.libraryVersion()), \(Self.text(of: names.machine)), \(cpuModel)"
        self.daemonVersion = daemonVersion
        self.drivers = drivers
        var variables: [String: String] = [:]
        for name in Self.relevantVariables {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        self.variables = variables
    }

    func record(plugin: PluginImage, dataDigest: String, grant: SlotGrant, description: LoadedPlugin?) -> EnvironmentRecord {
        EnvironmentRecord(
            pluginHash: plugin.hash, buildID: description?.buildID ?? "", abiMinor: description?.abiMinor ?? 0,
            dataDigest: dataDigest, host: name, kernel: kernel, cpuModel: cpuModel,
            gpus: grant.gpus.map { uuid in drivers[uuid].map { "\(uuid) (driver \($0))" } ?? uuid },
            threads: grant.cpus.count, variables: variables, daemonVersion: daemonVersion,
            libraries: NeededLibraries.buildIDs(of: plugin.path, searching: variables["LD_LIBRARY_PATH"]))
    }

    private static func readCPUModel() -> String {
        guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown" }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
            return String(text[text.index(after: colon)...].drop { $0 == " " }.prefix { $0 != "\n" })
        }
        return "unknown"
    }

    /// As in `glibc 2.36`.
    private static func libraryVersion() -> String {
        var text = [CChar](repeating: 0, count: 64)
        guard confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count) > 0 else { return "unknown C library" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// A fixed-size C array of characters as text.
    private static func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
