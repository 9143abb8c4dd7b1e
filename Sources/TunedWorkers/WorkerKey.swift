import Dispatch
import TunedRecords
import TunedSpace
import TunedWire

/// What a worker was made for: it serves attempts that need exactly this, and no others.
struct WorkerKey: Sendable {
    let blueprint: WorkerBlueprint
    let cpus: [Int]
    let gpus: [String]
    let memory: UInt64
    /// The slot's queue drives all of a worker's life, so a worker never changes it.
    let queue: DispatchQueue

    init(_ blueprint: WorkerBlueprint, _ slot: SlotGrant) {
        self.blueprint = blueprint
        cpus = slot.cpus
        gpus = slot.gpus
        memory = slot.memory
        queue = slot.queue
    }

    func serves(_ other: WorkerBlueprint, in slot: SlotGrant) -> Bool {
        queue === slot.queue && gpus == slot.gpus && memory == slot.memory && cpus == slot.cpus && blueprint.opensAs(other)
    }

    /// What a worker is told to open. Parameters are the schema's: a study's narrower space does not change their indices.
    var openRequest: OpenRequest {
        OpenRequest(
            plugin: blueprint.plugin, trainable: blueprint.trainable, schema: blueprint.schema, config: blueprint.config,
            dataPath: blueprint.dataPath, describesDataset: false,
            resources: WorkerResources(cpus: cpus.map { Int32(clamping: $0) }, gpus: gpus, memory: memory))
    }
}

extension OpenRequest {
    init(
        plugin: PluginImage, trainable: String, schema: Schema, config: JSONValue, dataPath: String?,
        describesDataset: Bool, resources: WorkerResources = WorkerResources()
    ) {
        var pairs: [Pair] = []
        if case .object(let members) = config {
            for key in members.keys.sorted() { pairs.append(Pair(key: key, value: Self.text(members[key] ?? .null))) }
        }
        self.init(
            path: plugin.path, trainable: trainable, parameters: WireParameter.list(schema.space),
            metrics: schema.metrics.count, configJSON: config.text(), config: pairs, dataPath: dataPath,
            describesDataset: describesDataset, fullBudget: schema.fidelity?.high ?? 0, resources: resources)
    }

    /// A text as it is, anything else as JSON.
    private static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return value.text()
    }
}
