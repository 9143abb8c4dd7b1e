public import TunedSpace

extension StudySpecification {
    /// Reads a study file's content. Unknown keys and values out of range are errors that name their path.
    public init(json: JSONValue) throws(SpecificationError) {
        self.init()
        var fields = try JSONFields(json, path: "")
        slug = try fields.string("study")
        if let slug { try Self.check(slug: slug) }
        title = try fields.string("title") ?? ""
        plugin = try fields.string("plugin")
        trainable = try fields.string("trainable")
        data = try fields.string("data")
        config = try fields.object("config") ?? [:]
        objectives = try Self.objectives(&fields)
        constraints = try OutcomeConstraint.list(fields.take("constraints"))
        if let value = fields.take("split") { split = try SplitSpecification(json: value, path: "split") }
        if let value = fields.take("sampler") { sampler = try SamplerSpecification(json: value, path: "sampler") }
        if let value = fields.take("pruner") { pruner = try PrunerSpecification.read(value, path: "pruner") }
        preferPruner()
        budget = try fields.number("budget")
        if let budget, !(budget > 0 && budget.isFinite) {
            throw SpecificationError(path: "budget", message: "\(budget) is no budget: give a number above 0, in units of the fidelity")
        }
        if let value = fields.take("stop") { stop = try StopRules(json: value, path: "stop") }
        if let value = fields.take("replicate") { replicate = try ReplicationRule(json: value, path: "replicate") }
        if let value = fields.take("resources") { try readResources(value) }
        timeout = try fields.quantity("timeout", .duration)
        if let text = try fields.string("isolation") {
            guard let named = Isolation(rawValue: text) else {
                throw SpecificationError(path: "isolation", message: "\"\(text)\" is unknown: use worker or inprocess")
            }
            isolation = named
        }
        space = try fields.object("space") ?? [:]
        if let value = fields.take("rules") {
            guard case .array(let items) = value else {
                throw SpecificationError(path: "rules", message: "expected a list such as [\"low <= high\"]")
            }
            rules = items
        }
        warmStart = try fields.string("warm_start")
        seed = try fields.unsigned("seed") ?? 0
        try fields.finish()
        if plugin == nil && space.isEmpty {
            throw SpecificationError(
                path: "plugin", message: "name a plugin, or give the space of a study that an outside program drives by ask and tell")
        }
        if isolation == .inprocess { try checkInprocess() }
        if plugin == nil && data != nil {
            throw SpecificationError(path: "data", message: "data needs a plugin to read it")
        }
    }

    /// Population-based training is as often thought of as a sampler; its first members are to fill the space.
    private mutating func preferPruner() {
        if sampler.name == "pbt" {
            pruner = pruner ?? PrunerSpecification(name: "pbt", settings: sampler.settings)
            sampler = SamplerSpecification()
        }
        if pruner?.name == "pbt", sampler == SamplerSpecification() { sampler = SamplerSpecification(name: "sobol") }
    }

    /// `[a-z0-9._-]{1,64}`, not starting with a dot or dash, so that it is safe in paths, addresses and command lines.
    public static func check(slug: String) throws(SpecificationError) {
        let allowed = slug.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard allowed, (1...64).contains(slug.utf8.count), slug.first != ".", slug.first != "-" else {
            throw SpecificationError(
                path: "study",
                message: "\"\(slug.prefix(80))\" is no study name: use 1 to 64 of a-z, 0-9, dot, dash and underscore, starting with a letter or digit; put anything else in title")
        }
    }

    private static func objectives(_ fields: inout JSONFields) throws(SpecificationError) -> [ObjectiveSpecification] {
        guard let value = fields.take("objectives") else { return [] }
        guard case .array(let items) = value, !items.isEmpty else {
            throw SpecificationError(path: "objectives", message: "expected a list such as [{metric: error, goal: minimize}]")
        }
        var objectives: [ObjectiveSpecification] = []
        for (index, item) in items.enumerated() {
            let path = "objectives[\(index)]"
            if case .string(let metric) = item {
                objectives.append(ObjectiveSpecification(metric: metric))
                continue
            }
            var fields = try JSONFields(item, path: path)
            guard let metric = try fields.string("metric") else {
                throw SpecificationError(path: path, message: "an objective names its metric: {metric: error, goal: minimize}")
            }
            var goal: Goal?
            if let text = try fields.string("goal") {
                goal = Goal(rawValue: text)
                if goal == nil {
                    throw SpecificationError(path: "\(path).goal", message: "\"\(text)\" is no goal: use minimize or maximize")
                }
            }
            try fields.finish()
            objectives.append(ObjectiveSpecification(metric: metric, goal: goal))
        }
        return objectives
    }

    /// Refuses what only a process of its own can be held to.
    private func checkInprocess() throws(SpecificationError) {
        func refuse(_ path: String, _ why: String) -> SpecificationError {
            SpecificationError(path: path, message: "\(why); use isolation: worker, or leave \(path) out")
        }
        if plugin == nil {
            throw refuse("isolation", "a study that an outside program drives runs no code of a plugin")
        }
        if resources.memory > 0 { throw refuse("resources.memory", "code inside the daemon cannot be held to a limit of its own") }
        if resources.gpus > 0 { throw refuse("resources.gpus", "code inside the daemon cannot be given GPUs of its own") }
        if pruner != nil { throw refuse("pruner", "code inside the daemon is not interrupted between its reports") }
        if timeout != nil { throw refuse("timeout", "code inside the daemon cannot be killed when its time is up") }
    }

    private mutating func readResources(_ value: JSONValue) throws(SpecificationError) {
        var fields = try JSONFields(value, path: "resources")
        resources.cpus = try fields.integer("cpus", in: 1...4096) ?? 1
        resources.gpus = try fields.integer("gpus", in: 0...64) ?? 0
        resources.memory = UInt64(min(try fields.quantity("memory", .bytes) ?? 0, 1e18))
        parallel = try fields.integer("parallel", in: 1...100_000)
        try fields.finish()
    }

    public var json: JSONValue {
        var fields: [String: JSONValue] = ["seed": seed <= UInt64(Int64.max) ? .integer(Int64(seed)) : .string(String(seed))]
        fields["study"] = slug.map(JSONValue.string)
        fields["warm_start"] = warmStart.map(JSONValue.string)
        if !title.isEmpty { fields["title"] = .string(title) }
        fields["plugin"] = plugin.map(JSONValue.string)
        fields["trainable"] = trainable.map(JSONValue.string)
        fields["data"] = data.map(JSONValue.string)
        if !config.isEmpty { fields["config"] = .object(config) }
        if !objectives.isEmpty {
            fields["objectives"] = .array(objectives.map { objective in
                var item: [String: JSONValue] = ["metric": .string(objective.metric)]
                item["goal"] = objective.goal.map { .string($0.rawValue) }
                return .object(item)
            })
        }
        if !constraints.isEmpty { fields["constraints"] = .array(constraints.map(\.json)) }
        fields["split"] = split?.json
        fields["sampler"] = sampler.json
        fields["pruner"] = pruner?.json
        fields["budget"] = budget.map(JSONValue.number)
        if stop != StopRules() { fields["stop"] = stop.json }
        fields["replicate"] = replicate?.json
        var resources: [String: JSONValue] = ["cpus": .integer(Int64(self.resources.cpus)), "gpus": .integer(Int64(self.resources.gpus))]
        if self.resources.memory > 0 { resources["memory"] = .integer(Int64(clamping: self.resources.memory)) }
        resources["parallel"] = parallel.map { .integer(Int64($0)) }
        fields["resources"] = .object(resources)
        fields["timeout"] = timeout.map(JSONValue.number)
        if isolation != .worker { fields["isolation"] = .string(isolation.rawValue) }
        if !space.isEmpty { fields["space"] = .object(space) }
        if !rules.isEmpty { fields["rules"] = .array(rules) }
        return .object(fields)
    }
}

extension SplitSpecification {
    init(json: JSONValue, path: String) throws(SpecificationError) {
        self.init()
        var fields = try JSONFields(json, path: path)
        let train = try fields.fraction("train")
        let validation = try fields.fraction("validation")
        test = try fields.fraction("test") ?? 0
        folds = try fields.integer("folds", in: 1...1000) ?? 1
        repeats = try fields.integer("repeats", in: 1...100) ?? 1
        column = try fields.string("column")
        let outerFolds = try fields.integer("outer_folds", in: 2...100)
        let outerFold = try fields.integer("outer_fold", in: 1...100)
        seed = try fields.unsigned("seed") ?? 0
        if let text = try fields.string("by") {
            method = Method(rawValue: text)
            if method == nil {
                throw SpecificationError(path: "\(path).by", message: "\"\(text)\" is unknown: use one of \(Method.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        }
        try fields.finish()
        switch (train, validation) {
        case (let train?, let validation?):
            guard abs(train + validation + test - 1) < 1e-6 else {
                throw SpecificationError(
                    path: path, message: "train, validation and test add up to \(train + validation + test); make them add up to 1")
            }
            self.validation = validation
        case (let train?, nil): self.validation = 1 - test - train
        case (nil, let validation?): self.validation = validation
        case (nil, nil): break
        }
        if let outerFolds {
            guard test == 0 else {
                throw SpecificationError(path: "\(path).test", message: "the test rows are those of the outer fold: leave test out")
            }
            guard let outerFold, outerFold <= outerFolds else {
                throw SpecificationError(path: "\(path).outer_fold", message: "say which of the \(outerFolds) outer folds is the test set: 1 to \(outerFolds)")
            }
            outer = (outerFolds, outerFold)
            test = 1 / Double(outerFolds)
        } else if outerFold != nil {
            throw SpecificationError(path: "\(path).outer_folds", message: "an outer fold is one of several: say of how many")
        }
        guard repeats == 1 || folds > 1 else {
            throw SpecificationError(path: "\(path).repeats", message: "a holdout is not repeated: give folds too")
        }
        guard repeats == 1 || method != .time else {
            throw SpecificationError(path: "\(path).repeats", message: "there is one order in time, so nothing to repeat: leave repeats out")
        }
        guard repeats * folds <= 1000 else {
            throw SpecificationError(path: "\(path).repeats", message: "\(repeats) times \(folds) folds are \(repeats * folds) runs of each trial; use 1000 at most")
        }
        guard column == nil || method == .grouped || method == .stratifiedGroups || method == .time else {
            throw SpecificationError(
                path: "\(path).column", message: "a column holds groups or times: give by: grouped, stratified-groups or time with it")
        }
        guard folds > 1 || self.validation > 1e-9 else {
            throw SpecificationError(path: path, message: "no rows are left to validate on: give validation a fraction, or folds")
        }
        guard test + (folds > 1 ? 0 : self.validation) < 1 - 1e-9 else {
            throw SpecificationError(path: path, message: "no rows are left to train on: lower validation or test")
        }
    }

    var json: JSONValue {
        var fields: [String: JSONValue] = [
            "validation": .number(validation), "test": .number(test), "folds": .integer(Int64(folds)),
            "seed": seed <= UInt64(Int64.max) ? .integer(Int64(seed)) : .string(String(seed)),
        ]
        if let outer {
            fields["test"] = nil
            fields["outer_folds"] = .integer(Int64(outer.folds))
            fields["outer_fold"] = .integer(Int64(outer.fold))
        }
        fields["by"] = method.map { .string($0.rawValue) }
        fields["column"] = column.map(JSONValue.string)
        if repeats > 1 { fields["repeats"] = .integer(Int64(repeats)) }
        return .object(fields)
    }
}

extension SamplerSpecification {
    /// A name, or `{name: tpe, setting: value, ...}`.
    init(json: JSONValue, path: String) throws(SpecificationError) {
        if case .string(let name) = json {
            self.init(name: name)
            return
        }
        guard case .object(var fields) = json, case .string(let name)? = fields.removeValue(forKey: "name") else {
            throw SpecificationError(path: path, message: "expected a sampler's name, or {name: tpe, ...} with its settings")
        }
        self.init(name: name, settings: fields)
    }

    var json: JSONValue {
        .object(settings.merging(["name": .string(name)]) { _, name in name })
    }
}

extension PrunerSpecification {
    /// A name, or `{name: asha, setting: value, ...}`; `none` is nil.
    static func read(_ json: JSONValue, path: String) throws(SpecificationError) -> PrunerSpecification? {
        if case .string(let name) = json { return name == "none" ? nil : PrunerSpecification(name: name) }
        guard case .object(var fields) = json, case .string(let name)? = fields.removeValue(forKey: "name") else {
            throw SpecificationError(path: path, message: "expected a pruner's name, or {name: asha, ...} with its settings")
        }
        guard name != "none" else { return nil }
        var straggler: Double?
        if let limit = fields.removeValue(forKey: "straggler") {
            var fields = try JSONFields(.object(["straggler": limit]), path: path)
            straggler = try fields.quantity("straggler", .duration)
        }
        return PrunerSpecification(name: name, settings: fields, straggler: straggler)
    }

    var json: JSONValue {
        var fields = settings
        fields["name"] = .string(name)
        fields["straggler"] = straggler.map(JSONValue.number)
        return .object(fields)
    }
}

extension ReplicationRule {
    /// How often, or `{candidates: 3, times: 5}`.
    init(json: JSONValue, path: String) throws(SpecificationError) {
        var fields: JSONFields
        if case .object = json {
            fields = try JSONFields(json, path: path)
        } else {
            fields = try JSONFields(.object(["times": json]), path: path)
        }
        let candidates = try fields.integer("candidates", in: 1...100) ?? 3
        guard let times = try fields.integer("times", in: 2...1000) else {
            throw SpecificationError(path: path, message: "say how often each is to be measured: 5, or {candidates: 3, times: 5}")
        }
        try fields.finish()
        self.init(candidates: candidates, times: times)
    }

    var json: JSONValue { .object(["candidates": .integer(Int64(candidates)), "times": .integer(Int64(times))]) }
}

extension StopRules {
    public init(json: JSONValue, path: String = "stop") throws(SpecificationError) {
        var fields = try JSONFields(json, path: path)
        self.init(
            trials: try fields.integer("trials", in: 1...1_000_000_000),
            time: try fields.quantity("time", .duration),
            target: try fields.number("target"),
            patience: try fields.integer("patience", in: 1...1_000_000_000),
            regret: try fields.number("regret"))
        try fields.finish()
        if let regret, regret <= 0 || !regret.isFinite {
            throw SpecificationError(path: "\(path).regret", message: "\(regret) is no amount to be gained: give a number above 0")
        }
    }

    public var json: JSONValue {
        var fields: [String: JSONValue] = [:]
        fields["trials"] = trials.map { .integer(Int64($0)) }
        fields["time"] = time.map(JSONValue.number)
        fields["target"] = target.map(JSONValue.number)
        fields["patience"] = patience.map { .integer(Int64($0)) }
        fields["regret"] = regret.map(JSONValue.number)
        return .object(fields)
    }
}
