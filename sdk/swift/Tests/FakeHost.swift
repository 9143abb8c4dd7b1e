import CTunedPlugin
import Glibc
import Testing
import TunedPlugin

/// A host for one instance of one trainable, with what it was told. It finds itself again by the trial, which comes first in its
/// memory, as the real host does.
final class FakeHost {
    /// What this host offers beside the first release.
    struct Offer: OptionSet {
        let rawValue: Int
        static let data = Offer(rawValue: 1)
        static let checkpoint = Offer(rawValue: 2)
        static let artifact = Offer(rawValue: 4)
        static let resources = Offer(rawValue: 8)
        static let schedule = Offer(rawValue: 16)
        static let all: Offer = [.data, .checkpoint, .artifact, .resources, .schedule]
    }

    struct Memory {
        var trial = tuned_trial()
        var host: Unmanaged<FakeHost>?
    }

    var objectives: [UInt32: Double] = [:]
    var reports: [(metric: UInt32, step: Int64, value: Double)] = []
    var constraints: [String: Double] = [:]
    var failures: [String] = []
    var log: [String] = []
    var stopAfterReports = Int.max
    var artifacts: [String: [UInt8]] = [:]
    var training: [UInt32] = []
    var evaluation: [UInt32] = []
    /// The committed checkpoint with its step, and the one being written.
    var checkpoint: (step: Int64, bytes: [UInt8])?
    var written: (step: Int64, bytes: [UInt8])?
    var commits = 0
    var readPosition = 0
    /// The most bytes that one read gives.
    var readLimit = Int.max

    private let memory = UnsafeMutablePointer<Memory>.allocate(capacity: 1)
    private let table = UnsafeMutablePointer<tuned_host>.allocate(capacity: 1)
    let trainable: tuned_trainable
    private(set) var instance: UnsafeMutableRawPointer?

    /// Exports the trainables and makes an instance of one of them.
    ///
    /// - Parameter tableSize: how much of `tuned_host` this host knows; less than all of it for one that is older than the header.
    init(
        _ types: any Trainable.Type..., index: UInt32 = 0, offer: Offer = .all,
        tableSize: Int = MemoryLayout<tuned_host>.size, config: [(String, String)] = [], dataPath: String? = nil
    ) throws {
        memory.initialize(to: Memory())
        table.initialize(
            to: tuned_host(
                size: UInt32(tableSize), abi_minor: 1, value: nil, objective: FakeHostFunctions.objective,
                constraint: FakeHostFunctions.constraint, report: FakeHostFunctions.report,
                should_stop: FakeHostFunctions.shouldStop, log: FakeHostFunctions.log, fail: FakeHostFunctions.fail,
                extension: FakeHostFunctions.findExtension))
        let plugin = try #require(Self.export(types, to: table))
        trainable = try #require(plugin.pointee.trainable(index)).pointee
        memory.pointee.host = Unmanaged.passUnretained(self)
        FakeHostFunctions.creating = self
        FakeHostFunctions.offer = offer
        let keys = config.map { UnsafePointer(strdup($0.0)) }, values = config.map { UnsafePointer(strdup($0.1)) }
        let path = dataPath.flatMap { strdup($0) }
        var table = tuned_config(
            size: UInt32(MemoryLayout<tuned_config>.size), key_count: UInt32(config.count), keys: nil, values: nil,
            data_path: path.map { UnsafePointer($0) }, json: nil)
        let code = keys.withUnsafeBufferPointer { keys in
            values.withUnsafeBufferPointer { values in
                table.keys = keys.baseAddress
                table.values = values.baseAddress
                return trainable.create(self.table, &table, &instance)
            }
        }
        for text in keys + values { free(UnsafeMutablePointer(mutating: text)) }
        free(path)
        guard code == TUNED_OK else { throw CreateFailed(code: code, text: failures.last ?? "") }
    }

    struct CreateFailed: Error {
        var code: Int32
        var text: String
    }

    deinit {
        if let instance { trainable.destroy(instance) }
        memory.deallocate()
        table.deallocate()
    }

    private static func export(_ types: [any Trainable.Type], to host: UnsafePointer<tuned_host>) -> PluginTable? {
        switch types.count {
        case 1: TunedPlugin.export(types[0], id: "plugin", version: "1.2.3", to: host)
        case 2: TunedPlugin.export(types[0], types[1], id: "plugin", version: "1.2.3", to: host)
        default: nil
        }
    }

    var schemaJSON: String { String(cString: trainable.schema_json) }

    func pluginExtension<Table>(_ id: String, as: Table.Type) -> Table? {
        trainable.extension(instance, id)?.assumingMemoryBound(to: Table.self).pointee
    }

    typealias Call = (UnsafeMutableRawPointer?, UnsafePointer<tuned_trial>?) -> Int32

    /// Makes one call with a trial of these values.
    ///
    /// - Parameter stride: bytes from one value to the next; more than the header's for a host that is newer.
    func call(
        _ function: Call, values: [tuned_value] = [], stride: Int = MemoryLayout<tuned_value>.stride, seed: UInt64 = 1,
        budget: Double = 0, purpose: UInt32 = 0
    ) -> Int32 {
        let cells = UnsafeMutableRawPointer.allocate(byteCount: max(1, values.count * stride), alignment: 16)
        defer { cells.deallocate() }
        for (index, value) in values.enumerated() { (cells + index * stride).storeBytes(of: value, as: tuned_value.self) }
        memory.pointee.trial = tuned_trial(
            size: UInt32(MemoryLayout<tuned_trial>.size), value_count: UInt32(values.count), value_size: UInt32(stride),
            purpose: purpose, values: UnsafePointer(cells.assumingMemoryBound(to: tuned_value.self)), id: 17, run: 2,
            attempt: 1, seed: seed, budget: budget, deadline: 0, fold: 1, folds: training.isEmpty ? 0 : 5, host: table)
        written = nil
        return withExtendedLifetime(self) {
            function(instance, UnsafeRawPointer(memory).assumingMemoryBound(to: tuned_trial.self))
        }
    }

    func train(values: [tuned_value] = [], seed: UInt64 = 1, budget: Double = 0) -> Int32 {
        call({ trainable.train($0, $1) }, values: values, seed: seed, budget: budget)
    }

    func evaluate(values: [tuned_value] = []) -> Int32 {
        call({ trainable.evaluate($0, $1) }, values: values)
    }
}

/// Values as the host fills them.
enum Cell {
    static func float(_ value: Double) -> tuned_value { make(TUNED_FLOAT, value, Int64(value)) }
    static func integer(_ value: Int64) -> tuned_value { make(TUNED_INT, Double(value), value) }
    static func choice(_ index: Int64) -> tuned_value { make(TUNED_CATEGORICAL, Double(index), index) }
    static func boolean(_ value: Bool) -> tuned_value { make(TUNED_BOOL, value ? 1 : 0, value ? 1 : 0) }
    static var inactive: tuned_value { tuned_value() }

    private static func make(_ type: Int32, _ number: Double, _ integer: Int64) -> tuned_value {
        var cell = tuned_value()
        cell.size = UInt32(MemoryLayout<tuned_value>.size)
        cell.type = UInt32(type)
        cell.active = 1
        cell.f64 = number
        cell.i64 = integer
        return cell
    }
}
