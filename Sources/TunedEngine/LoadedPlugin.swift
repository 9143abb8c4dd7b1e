import TunedPlugins
public import TunedRecords
public import TunedSpace

/// A plugin that was loaded: probed, and copied so that nothing happens to it.
public struct LoadedPlugin: Hashable, Sendable {
    public struct Trainable: Hashable, Sendable {
        public var id: String
        public var schema: Schema
        /// TUNED_THREAD_SAFE, TUNED_DETERMINISTIC, TUNED_CHECKPOINTS of the ABI.
        public var flags: UInt32

        /// Whether a run goes on from a checkpoint; else it begins again.
        var keepsCheckpoints: Bool { TrainableFlags(rawValue: flags).contains(.checkpoints) }

        package init(id: String, schema: Schema, flags: UInt32) {
            self.id = id
            self.schema = schema
            self.flags = flags
        }
    }
    /// The plugin's id.
    public var name: String
    public var version: String
    public var buildID: String
    public var abiMinor: Int
    /// Where it was loaded from.
    public var path: String
    public var image: PluginImage
    /// Milliseconds since 1970.
    public var loadedAt: Int64
    public var trainables: [Trainable]
    public var warnings: [String]
    /// nil where it may run.
    public var quarantine: Quarantine?

    package init(
        name: String, version: String, buildID: String, abiMinor: Int, path: String, image: PluginImage, loadedAt: Int64,
        trainables: [Trainable], warnings: [String], quarantine: Quarantine? = nil
    ) {
        self.name = name
        self.version = version
        self.buildID = buildID
        self.abiMinor = abiMinor
        self.path = path
        self.image = image
        self.loadedAt = loadedAt
        self.trainables = trainables
        self.warnings = warnings
        self.quarantine = quarantine
    }

    public func trainable(_ id: String) -> Trainable? { trainables.first { $0.id == id } }
}

extension LoadedPlugin {
    var json: JSONValue {
        var fields: [String: JSONValue] = [
            "name": .string(name), "version": .string(version), "build": .string(buildID), "abiMinor": .integer(Int64(abiMinor)),
            "path": .string(path), "hash": .string(image.hash), "loadedAt": .integer(loadedAt),
            "trainables": .array(trainables.map { trainable in
                .object([
                    "id": .string(trainable.id), "schema": trainable.schema.json, "flags": .integer(Int64(trainable.flags)),
                ])
            }),
        ]
        fields["quarantine"] = quarantine?.json
        return .object(fields)
    }

    /// Reads what ``json`` wrote; nil where it is damaged.
    init?(json: JSONValue, image: (String) -> PluginImage?) {
        guard case .object(let fields) = json, case .string(let name)? = fields["name"], case .string(let path)? = fields["path"],
            case .string(let version)? = fields["version"], case .string(let build)? = fields["build"],
            case .integer(let abiMinor)? = fields["abiMinor"], case .string(let hash)? = fields["hash"],
            case .integer(let loadedAt)? = fields["loadedAt"], case .array(let items)? = fields["trainables"],
            let image = image(hash)
        else { return nil }
        var trainables: [Trainable] = []
        for item in items {
            guard case .object(let fields) = item, case .string(let id)? = fields["id"], let schemaJSON = fields["schema"],
                case .integer(let flags)? = fields["flags"], let schema = try? Schema(json: schemaJSON)
            else { return nil }
            trainables.append(Trainable(id: id, schema: schema, flags: UInt32(truncatingIfNeeded: flags)))
        }
        self.init(
            name: name, version: version, buildID: build, abiMinor: Int(abiMinor), path: path, image: image, loadedAt: loadedAt,
            trainables: trainables, warnings: [], quarantine: fields["quarantine"].flatMap(Quarantine.init(json:)))
    }
}
