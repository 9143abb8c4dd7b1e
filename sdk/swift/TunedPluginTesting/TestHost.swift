public import CTunedPlugin
import Glibc
import Synchronization
public import TunedPlugin

/// A host for the tests of a plugin: one instance of one trainable, called through the C tables as a worker calls it, and what it
/// told. One thread at a time uses it; several may exist at once.
public final class TestHost {
    /// The host extensions that it has. A host of the first release has `.data` at most.
    public struct Offer: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        public static let data = Offer(rawValue: 1)
        public static let checkpoint = Offer(rawValue: 2)
        public static let artifact = Offer(rawValue: 4)
        public static let resources = Offer(rawValue: 8)
        public static let schedule = Offer(rawValue: 16)
        public static let all: Offer = [.data, .checkpoint, .artifact, .resources, .schedule]
    }

    public struct Report: Equatable, Sendable {
        public var metric: UInt32
        public var step: Int64
        public var value: Double
    }

    public struct Checkpoint: Equatable, Sendable {
        public var step: Int64
        public var bytes: [UInt8]

        public init(step: Int64, bytes: [UInt8]) {
            self.step = step
            self.bytes = bytes
        }
    }

    /// `create` did not make an instance.
    public struct CreateError: Error {
        public var code: Int32
        public var message: String
    }

    /// The rows of the split; while there are none, the host splits no data.
    public var trainingRows: [UInt32] = []
    public var evaluationRows: [UInt32] = []
    /// After how many reports the trainable is told to stop.
    public var stopAfterReports = Int.max
    /// The most bytes of a checkpoint that one read gives.
    public var readLimit = Int.max
    /// What was committed last, and what a run goes on from.
    public var checkpoint: Checkpoint?

    // What the trainable told.
    public internal(set) var objectives: [UInt32: Double] = [:]
    public var reports: [Report] = []
    public internal(set) var constraints: [String: Double] = [:]
    public var failures: [String] = []
    /// Each line begins with its level.
    public internal(set) var log: [String] = []
    public internal(set) var artifacts: [String: [UInt8]] = [:]
    public internal(set) var commits = 0
    /// At which progress it asked for the value of a scheduled parameter.
    public internal(set) var progress: [Double] = []

    /// What was written since the last begin.
    public var written: Checkpoint?
    var readPosition = 0

    /// The trainable's table.
    public private(set) var trainable = tuned_trainable()
    public private(set) var instance: UnsafeMutableRawPointer?
    private var rowLists: [UnsafeMutablePointer<UInt32>] = []
    private let memory = UnsafeMutablePointer<TestHostMemory>.allocate(capacity: 1)
    private let table = UnsafeMutablePointer<tuned_host>.allocate(capacity: 1)

    /// Exports trainables as a plugin does, and makes an instance of one of them.
    ///
    /// - Parameters:
    ///   - index: which one.
    ///   - tableSize: how much of `tuned_host` this host knows; less than all of it where it is older than the header.
    public init(
        _ types: any Trainable.Type..., index: UInt32 = 0, offer: Offer = .all, tableSize: Int = MemoryLayout<tuned_host>.size,
        config: KeyValuePairs<String, String> = [:], dataPath: String? = nil
    ) throws(CreateError) {
        memory.initialize(to: TestHostMemory())
        table.initialize(
            to: tuned_host(
                size: UInt32(tableSize), abi_minor: UInt32(TUNED_ABI_MINOR), value: nil, objective: TestHostFunctions.objective,
                constraint: TestHostFunctions.constraint, report: TestHostFunctions.report,
                should_stop: TestHostFunctions.shouldStop, log: TestHostFunctions.log, fail: TestHostFunctions.fail,
                extension: TestHostFunctions.findExtension))
        memory.pointee.host = Unmanaged.passUnretained(self)
        try TestHostFunctions.whileCreating(self, offer) { () throws(CreateError) in
            guard let plugin = Self.export(types, to: table), let found = plugin.pointee.trainable(index) else {
                throw CreateError(code: TUNED_FAILED, message: "there is no trainable \(index) among the \(types.count)")
            }
            trainable = found.pointee
            let code = create(config, dataPath)
            guard code == TUNED_OK else { throw CreateError(code: code, message: failures.last ?? "") }
        }
    }

    deinit {
        if let instance { trainable.destroy(instance) }
        for list in rowLists { list.deallocate() }
        memory.deallocate()
        table.deallocate()
    }

    /// A copy that lives as long as the host.
    func atFixedAddress(_ rows: [UInt32]) -> UnsafePointer<UInt32> {
        let list = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, rows.count))
        list.initialize(from: rows, count: rows.count)
        rowLists.append(list)
        return UnsafePointer(list)
    }

    public var schemaJSON: String { String(cString: trainable.schema_json) }

    /// An extension that the trainable offers; nil where it does not.
    public func pluginExtension<Table>(_ id: String, as: Table.Type) -> Table? {
        trainable.extension(instance, id)?.assumingMemoryBound(to: Table.self).pointee
    }

    public typealias Call = (UnsafeMutableRawPointer?, UnsafePointer<tuned_trial>?) -> Int32

    /// Makes one call with a trial of these values, and returns its code.
    ///
    /// - Parameter stride: bytes from one value to the next; more than the header's for a host that is newer.
    public func call(
        _ values: [TestValue] = [], seed: UInt64 = 1, budget: Double = 0, purpose: Trial.Purpose = .search,
        stride: Int = MemoryLayout<tuned_value>.stride, _ function: Call
    ) -> Int32 {
        let cells = UnsafeMutableRawPointer.allocate(byteCount: max(1, values.count * stride), alignment: 16)
        defer { cells.deallocate() }
        for (index, value) in values.enumerated() { (cells + index * stride).storeBytes(of: value.cell, as: tuned_value.self) }
        memory.pointee.trial = tuned_trial(
            size: UInt32(MemoryLayout<tuned_trial>.size), value_count: UInt32(values.count), value_size: UInt32(stride),
            purpose: purpose.rawValue, values: UnsafePointer(cells.assumingMemoryBound(to: tuned_value.self)), id: 17, run: 2,
            attempt: 1, seed: seed, budget: budget, deadline: 0, fold: 1, folds: trainingRows.isEmpty ? 0 : 5, host: table)
        return withExtendedLifetime(self) {
            function(instance, UnsafeRawPointer(memory).assumingMemoryBound(to: tuned_trial.self))
        }
    }

    public func train(
        _ values: [TestValue] = [], seed: UInt64 = 1, budget: Double = 0, purpose: Trial.Purpose = .search
    ) -> Int32 {
        call(values, seed: seed, budget: budget, purpose: purpose) { trainable.train($0, $1) }
    }

    public func evaluate(
        _ values: [TestValue] = [], seed: UInt64 = 1, budget: Double = 0, purpose: Trial.Purpose = .search
    ) -> Int32 {
        call(values, seed: seed, budget: budget, purpose: purpose) { trainable.evaluate($0, $1) }
    }

    private func create(_ config: KeyValuePairs<String, String>, _ dataPath: String?) -> Int32 {
        var texts: [UnsafeMutablePointer<CChar>?] = []
        defer { for text in texts { free(text) } }
        func keep(_ text: String) -> UnsafePointer<CChar>? {
            texts.append(strdup(text))
            return texts.last.flatMap { UnsafePointer($0) }
        }
        let keys = config.map { keep($0.key) }, values = config.map { keep($0.value) }, path = dataPath.flatMap(keep)
        return keys.withUnsafeBufferPointer { keys in
            values.withUnsafeBufferPointer { values in
                var table = tuned_config(
                    size: UInt32(MemoryLayout<tuned_config>.size), key_count: UInt32(keys.count), keys: keys.baseAddress,
                    values: values.baseAddress, data_path: path, json: nil)
                return trainable.create(self.table, &table, &instance)
            }
        }
    }

    private static func export(_ types: [any Trainable.Type], to host: UnsafePointer<tuned_host>) -> PluginTable? {
        switch types.count {
        case 1: TunedPlugin.export(types[0], id: "plugin", version: "1.2.3", to: host)
        case 2: TunedPlugin.export(types[0], types[1], id: "plugin", version: "1.2.3", to: host)
        default: nil
        }
    }
}

/// A trial, and behind it what leads from the trial to its host, as the real host has it.
struct TestHostMemory {
    var trial = tuned_trial()
    var host: Unmanaged<TestHost>?
}
