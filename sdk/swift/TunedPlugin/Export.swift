public import CTunedPlugin

/// The host and the plugin as the one exported function names them, so that its file imports this module alone.
public typealias PluginHost = UnsafePointer<tuned_host>
public typealias PluginTable = UnsafePointer<tuned_plugin>

/// Makes the table of a plugin from its trainables. It is what the library's one exported function returns:
///
///     @c(tuned_plugin_v1) public func plugin(_ host: PluginHost) -> PluginTable? {
///         export(Descent.self, id: "descent", version: "1.0.0", to: host)
///     }
///
/// - Parameters:
///   - trainables: at most 8, each with a schema id of its own where there are several.
///   - id: 1 to 64 characters of [a-z0-9._-].
///   - version: for people.
/// - Returns: nil where there are too many; the host is told.
public func export(_ trainables: any Trainable.Type..., id: String, version: String, to host: PluginHost) -> PluginTable? {
    guard trainables.count <= PluginThunks.createFunctions.count else {
        let limit = PluginThunks.createFunctions.count
        _ = HostAccess(host).fail(nil, TrialError.failed("it exports \(trainables.count) trainables; at most \(limit) are possible"))
        return nil
    }
    let exports = trainables.map { TrainableExport($0, pluginID: id) }
    ExportedTrainables.shared.set(exports)
    let tables = UnsafeMutablePointer<tuned_trainable>.allocate(capacity: max(1, exports.count))
    for index in exports.indices { (tables + index).initialize(to: exports[index].table(at: index)) }
    ExportedTrainables.shared.set(tables: tables)
    return immortal(
        tuned_plugin(
            size: UInt32(MemoryLayout<tuned_plugin>.size), abi_minor: UInt32(TUNED_ABI_MINOR), id: immortal(id),
            version: immortal(version), build: immortal(""), trainable_count: UInt32(exports.count), reserved: 0,
            trainable: { ExportedTrainables.shared.table($0) }, extension: nil))
}

/// What the plugin's C functions find without an argument to lead them there.
///
/// `@unchecked Sendable`: written by the entry point, which the host calls once and before anything else; then only read.
final class ExportedTrainables: @unchecked Sendable {
    static let shared = ExportedTrainables()
    private var exports: [TrainableExport] = []
    private var tables: UnsafePointer<tuned_trainable>?

    func set(_ exports: [TrainableExport]) { self.exports = exports }
    func set(tables: UnsafePointer<tuned_trainable>) { self.tables = tables }

    subscript(index: Int) -> TrainableExport { exports[index] }

    func table(_ index: UInt32) -> UnsafePointer<tuned_trainable>? {
        Int(index) < exports.count ? tables.map { $0 + Int(index) } : nil
    }
}

/// One trainable as the plugin exports it: its type, and its tables, which live as long as the process.
struct TrainableExport {
    let layout: Layout
    private let type: any Trainable.Type
    private let id: UnsafePointer<CChar>
    private let schemaJSON: UnsafePointer<CChar>
    let extensions: PluginExtensions

    init(_ type: any Trainable.Type, pluginID: String) {
        let schema = type.schema
        let id = schema.id ?? pluginID
        self.type = type
        self.id = immortal(id)
        layout = Layout(schema)
        schemaJSON = immortal(schema.json(id: id))
        extensions = PluginExtensions(of: type)
    }

    func table(at index: Int) -> tuned_trainable {
        tuned_trainable(
            size: UInt32(MemoryLayout<tuned_trainable>.size), flags: layout.schema.traits.rawValue, id: id,
            schema_json: schemaJSON, create: PluginThunks.createFunctions[index], train: PluginThunks.train,
            evaluate: PluginThunks.evaluate, destroy: PluginThunks.destroy, extension: PluginThunks.findExtension)
    }

    func makeInstance(_ config: borrowing Config, _ host: HostAccess) throws -> Instance {
        switch type {
        case let type as any ReconfigurableTrainable.Type: try reconfigurable(type, config, host)
        case let type as any StepwiseTrainable.Type: try stepwise(type, config, host)
        case let type as any BatchTrainable.Type: try batch(type, config, host)
        case let type: try typed(type, config, host)
        }
    }

    private func typed<T: Trainable>(_: T.Type, _ config: borrowing Config, _ host: HostAccess) throws -> Instance {
        try TypedInstance<T>(config, host, self)
    }
    private func stepwise<T: StepwiseTrainable>(_: T.Type, _ config: borrowing Config, _ host: HostAccess) throws -> Instance {
        try StepwiseInstance<T>(config, host, self)
    }
    private func reconfigurable<T: ReconfigurableTrainable>(
        _: T.Type, _ config: borrowing Config, _ host: HostAccess
    ) throws -> Instance {
        try ReconfigurableInstance<T>(config, host, self)
    }
    private func batch<T: BatchTrainable>(_: T.Type, _ config: borrowing Config, _ host: HostAccess) throws -> Instance {
        try BatchInstance<T>(config, host, self)
    }
}
