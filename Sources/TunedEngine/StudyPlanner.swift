import Dispatch
import TunedPlugins
import TunedRecords
import TunedSearch
import TunedSlots
import TunedSpace
import TunedWire
import TunedWorkers

/// Turns what a person asks of a study into what it means here and now, or says what is wrong with it. Reads files and may run
/// the plugin in a process of its own, so it works on queues that may wait.
final class StudyPlanner: Sendable {
    let plugins: PluginCatalog
    let datasets: DatasetProbe
    let data: DataStore
    private let slots: SlotScheduler
    private let clock: any TimeSource
    private let version: String
    private let allowsInProcess: Bool
    let queue = DispatchQueue(label: "tuned.planner")

    struct Plan: Sendable {
        var declaration: StudyDeclaration
        var blueprint: WorkerBlueprint?
    }

    init(
        plugins: PluginCatalog, datasets: DatasetProbe, data: DataStore, slots: SlotScheduler, clock: any TimeSource,
        version: String, allowsInProcess: Bool
    ) {
        self.plugins = plugins
        self.datasets = datasets
        self.data = data
        self.slots = slots
        self.clock = clock
        self.version = version
        self.allowsInProcess = allowsInProcess
    }

    func plan(_ specification: StudySpecification, reply: @escaping @Sendable (Result<Plan, EngineError>) -> Void) {
        queue.async { [self] in
            do throws(EngineError) {
                guard let name = specification.plugin else {
                    return reply(.success(try planExternal(specification)))
                }
                try planHosted(specification, plugin: name, reply: reply)
            } catch {
                reply(.failure(error))
            }
        }
    }

    /// The blueprint of a study that is in the log already. Where its plugin was loaded again since, with the same schema, that is
    /// what new attempts run.
    func blueprint(of declaration: StudyDeclaration) throws(EngineError) -> WorkerBlueprint? {
        guard let reference = declaration.plugin else { return nil }
        var image = plugins.image(hash: reference.hash)
        if let current = plugins.plugin(reference.name), current.trainable(reference.trainable)?.schema == declaration.schema,
            plugins.mayRun(current, reference.trainable, declaration.specification.isolation)
        {
            image = current.image
        }
        guard let image else {
            throw EngineError(.plugin, "the copy of plugin \(reference.name) (\(reference.hash.prefix(12))) is gone; load it again")
        }
        let folds: FoldPlan? = if let digest = declaration.data?.plan { try data.plan(digest) } else { nil }
        return Self.blueprint(declaration, image: image, folds: folds)
    }

    static func blueprint(_ declaration: StudyDeclaration, image: PluginImage, folds: FoldPlan?) -> WorkerBlueprint {
        WorkerBlueprint(
            plugin: image, trainable: declaration.plugin?.trainable ?? "", schema: declaration.schema, space: declaration.space,
            config: .object(declaration.specification.config), dataPath: declaration.data?.copy, folds: folds,
            requiredMetrics: declaration.objectives.map(\.metric) + declaration.boundMetrics.map(\.metric))
    }

    // MARK: Studies that an outside program drives

    private func planExternal(_ specification: StudySpecification) throws(EngineError) -> Plan {
        let objectives = specification.objectives.isEmpty ? [ObjectiveSpecification(metric: "value")] : specification.objectives
        let space: SearchSpace
        do throws(SpaceError) {
            space = try SearchSpace(declaring: specification.space, rules: specification.rules)
        } catch {
            throw Self.located(error)
        }
        let schema = Schema(
            id: specification.slug ?? "external", space: space,
            metrics: objectives.map { Metric(name: $0.metric, goal: $0.goal ?? .minimize) })
        return Plan(declaration: try declare(specification, schema: schema, space: space, plugin: nil), blueprint: nil)
    }

    /// An error in the study's space or in its rules, which stand beside it.
    static func located(_ error: SpaceError) -> EngineError {
        let path = error.path == "rules" || error.path.hasPrefix("rules[") ? error.path : error.path.isEmpty ? "space" : "space.\(error.path)"
        return EngineError(.invalid, error.message, path: path)
    }

    // MARK: Studies of a plugin

    private func planHosted(
        _ specification: StudySpecification, plugin name: String, reply: @escaping @Sendable (Result<Plan, EngineError>) -> Void
    ) throws(EngineError) {
        guard let plugin = plugins.plugin(name) else { throw plugins.unknown(name) }
        if let quarantine = plugin.quarantine {
            throw EngineError(.conflict, "plugin \(name) is in quarantine: \(quarantine.text(of: name))", path: "plugin")
        }
        let trainable = try choose(specification.trainable, of: plugin)
        if specification.isolation == .inprocess { try checkInProcess(plugin, trainable.id) }
        let space: SearchSpace
        do throws(SpaceError) {
            space = try trainable.schema.space.narrowed(by: specification.space, rules: specification.rules)
        } catch {
            throw Self.located(error)
        }
        try check(specification.config, of: trainable.schema)
        let reference = PluginReference(name: plugin.name, trainable: trainable.id, hash: plugin.image.hash)
        let declaration = try declare(specification, schema: trainable.schema, space: space, plugin: reference)
        do throws(SlotError) {
            try slots.check(specification.resources)
        } catch {
            throw EngineError(.resources, error.message, path: "resources")
        }
        let origin = specification.data
        guard origin != nil || specification.split != nil else {
            return reply(.success(Plan(declaration: declaration, blueprint: Self.blueprint(declaration, image: plugin.image, folds: nil))))
        }
        if origin == nil, let column = specification.split?.column {
            throw EngineError(.invalid, "there is no data file to have a column \"\(column)\": add data, or leave out split.column", path: "split.column")
        }
        var target: String?
        if case .string(let text)? = specification.config["target"] { target = text }
        let copy: DataStore.Copy? = if let origin { try data.add(origin, split: specification.split, target: target) } else { nil }
        datasets.describe(
            plugin.image, trainable: trainable.id, schema: trainable.schema, config: .object(specification.config),
            dataPath: copy?.path, on: queue
        ) { [self] result in
            reply(Result { () throws(EngineError) in
                try divide(result, copy: copy, origin: origin, declaration: declaration, image: plugin.image)
            })
        }
    }

    private func choose(_ wanted: String?, of plugin: LoadedPlugin) throws(EngineError) -> LoadedPlugin.Trainable {
        let names = plugin.trainables.map(\.id)
        guard let wanted else {
            if let only = plugin.trainables.first, plugin.trainables.count == 1 { return only }
            if let same = plugin.trainable(plugin.name) { return same }
            throw EngineError(
                .invalid, "plugin \(plugin.name) has several trainables; name one: \(names.joined(separator: ", "))", path: "trainable")
        }
        guard let found = plugin.trainable(wanted) else {
            let hint = nearest(to: wanted, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
            throw EngineError(
                .notFound, "plugin \(plugin.name) has no trainable \"\(wanted)\"\(hint) It has: \(names.joined(separator: ", "))",
                path: "trainable")
        }
        return found
    }

    /// Refuses to run code within the daemon that the administrator does not allow, or that was not checked for it.
    private func checkInProcess(_ plugin: LoadedPlugin, _ trainable: String) throws(EngineError) {
        guard allowsInProcess else {
            throw EngineError(
                .invalid,
                "this daemon does not run plugins inside itself. Whoever administers it allows that with `inprocess: true` in config.yaml and a restart; or leave isolation out, and trials run in workers",
                path: "isolation")
        }
        let record = plugins.checkRecord(of: plugin)
        if record?.isFit(trainable: trainable) ?? false { return }
        let why =
            record?.trainables[trainable] == nil
            ? "trainable \(trainable) of plugin \(plugin.name) was not checked as it is loaded now, and code inside the daemon must be"
            : "the check of trainable \(trainable) of plugin \(plugin.name) did not find it fit to run inside the daemon"
        throw EngineError(.invalid, "\(why): type `tuned check \(plugin.path)`, or leave isolation out, and trials run in workers", path: "isolation")
    }

    /// Holds the study's `config` against the keys that the schema declares; a schema without any takes all.
    private func check(_ config: [String: JSONValue], of schema: Schema) throws(EngineError) {
        let known = schema.config.map(\.name)
        for key in config.keys.sorted() where !known.isEmpty && !known.contains(key) {
            let hint = nearest(to: key, among: known).map { "; did you mean \"\($0)\"?" } ?? "."
            throw EngineError(
                .invalid, "the plugin takes no \"\(key)\"\(hint) It takes: \(known.joined(separator: ", "))", path: "config.\(key)")
        }
        for entry in schema.config where entry.isRequired && config[entry.name] == nil {
            throw EngineError(.invalid, "the plugin needs \"\(entry.name)\": \(entry.description)", path: "config")
        }
    }

    private func declare(
        _ specification: StudySpecification, schema: Schema, space: SearchSpace, plugin: PluginReference?
    ) throws(EngineError) -> StudyDeclaration {
        var objectives: [Objective] = []
        let names = schema.metrics.map(\.name)
        let wanted = specification.objectives.isEmpty ? names.prefix(1).map { ObjectiveSpecification(metric: $0) } : specification.objectives
        for (index, objective) in wanted.enumerated() {
            let path = "objectives[\(index)].metric"
            guard let metric = names.firstIndex(of: objective.metric) else {
                let hint = nearest(to: objective.metric, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
                throw EngineError(
                    .invalid, "there is no metric \"\(objective.metric)\"\(hint) There are: \(names.joined(separator: ", "))", path: path)
            }
            guard !objectives.contains(where: { $0.metric == metric }) else {
                throw EngineError(.invalid, "the metric \"\(objective.metric)\" is named twice", path: path)
            }
            objectives.append(Objective(metric: metric, name: objective.metric, goal: objective.goal ?? schema.metrics[metric].goal))
        }
        guard specification.replicate == nil || objectives.count == 1 else {
            throw EngineError(.invalid, "of several objectives there is no leading candidate to measure again: leave out replicate", path: "replicate")
        }
        for (index, constraint) in specification.constraints.enumerated() where !names.contains(constraint.metric) {
            let hint = nearest(to: constraint.metric, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
            throw EngineError(
                .invalid, "there is no metric \"\(constraint.metric)\"\(hint) There are: \(names.joined(separator: ", "))",
                path: "constraints[\(index)].metric")
        }
        var specification = specification
        if specification.pruner == nil, schema.fidelity != nil {
            specification.pruner = SamplerRegistry.usualPruner(of: specification.sampler.name).map { PrunerSpecification(name: $0) }
        }
        let declaration = StudyDeclaration(
            specification: specification, schema: schema, space: space, objectives: objectives, plugin: plugin, data: nil,
            createdAt: clock.wallMilliseconds(), createdBy: version)
        // Says at once what is wrong with the sampler's name or settings.
        _ = try SamplerFeed(declaration: declaration)
        try check(budget: specification.budget, of: schema)
        if let pruners = try PrunerFeed(declaration: declaration), plugin == nil, pruners.firstBudget(of: 0) != nil {
            throw EngineError(
                .invalid, "\(declaration.pruner?.name ?? "") gives budgets to trials, and those of an outside program cannot be given any: "
                    + "use one that judges reports, such as median", path: "pruner")
        }
        return declaration
    }

    private func check(budget: Double?, of schema: Schema) throws(EngineError) {
        guard let budget else { return }
        guard let fidelity = schema.fidelity else {
            throw EngineError(.invalid, "\(schema.id) declares no fidelity, so it cannot be given a budget: leave budget out", path: "budget")
        }
        guard budget <= fidelity.high else {
            throw EngineError(.invalid, "training in full takes \(fidelity.high) \(fidelity.name), and the budget is \(budget)", path: "budget")
        }
    }
}
