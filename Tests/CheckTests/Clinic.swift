import Glibc
import Testing
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedTestSupport
import TunedWire
import TunedWorkers

/// Checks of the plugins that tests are built with.
struct Clinic {
    let store: PluginStore
    private let settings: WorkerSettings

    init() throws {
        settings = WorkerSettings(executable: TestPlugins.executable("tuned-worker"))
        store = try PluginStore(directory: TestPlugins.temporaryDirectory() + "/store")
    }

    /// - Parameter sidecar: a file of the repository.
    func add(_ plugin: String, sidecar: String? = nil) throws -> StoredPlugin {
        try store.add(TestPlugins.path(plugin), sidecar: sidecar.map { try Self.bytes("\(TestPlugins.root)/\($0)") })
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"), "\(path) cannot be opened")
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
    }

    func check(
        _ plugin: String, trainable: String? = nil, only: [String] = [], config: [String: JSONValue] = [:], data: String? = nil,
        sidecar: String? = nil, seed: UInt64 = 7, seconds: Double = 2
    ) async throws -> CheckReport {
        var options = PluginCheck.Options()
        options.trainable = trainable
        options.only = only
        options.seed = seed
        options.seconds = seconds
        options.config = .object(config)
        options.dataPath = data.map { "\(TestPlugins.root)/data/\($0)" }
        options.environment = ["OMP_NUM_THREADS": "1"]
        return await PluginCheck(try add(plugin, sidecar: sidecar), settings: settings, options: options).run()
    }

    /// One test of the plugin "unhealthy" with one of its ills.
    func examine(_ how: String, _ test: String, trainable: String = "steady", seed: UInt64 = 7) async throws -> CheckReport {
        try await check("unhealthy", trainable: trainable, only: [test], config: ["how": .string(how)], seed: seed)
    }
}

extension CheckReport {
    /// `severity test name: message`, a line each.
    var lines: String {
        findings.map { "\($0.severity.word) \($0.test) \($0.name): \($0.message)" }.joined(separator: "\n")
    }

    func finding(_ name: String, in test: String) -> CheckFinding? {
        findings.first { $0.name == name && $0.test == test }
    }

    func result(_ test: String) -> CheckResult? { results.first { $0.test.id == test } }
}
