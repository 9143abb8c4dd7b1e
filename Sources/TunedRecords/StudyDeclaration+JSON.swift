public import TunedSpace

/// A stored declaration that cannot be read.
public struct DeclarationError: Error, Hashable, Sendable {
    public var message: String

    public init(message: String) { self.message = message }
}

extension StudyDeclaration {
    /// Of the stored form. A higher one was written by a newer version.
    private static let format: Int64 = 1

    public var text: String { json.text() }

    public var json: JSONValue {
        var fields: [String: JSONValue] = [
            "format": .integer(Self.format),
            "specification": specification.json,
            "schema": schema.json,
            "objectives": .array(objectives.map { .object(["metric": .string($0.name), "goal": .string($0.goal.rawValue)]) }),
            "createdAt": .integer(createdAt),
            "createdBy": .string(createdBy),
        ]
        fields["plugin"] = plugin.map { plugin in
            .object(["name": .string(plugin.name), "trainable": .string(plugin.trainable), "hash": .string(plugin.hash)])
        }
        fields["data"] = data?.json
        fields["warm"] = warmStart?.json(in: space)
        return .object(fields)
    }

    public init(parsing text: String) throws(DeclarationError) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: text)
        } catch {
            throw DeclarationError(message: "the stored declaration of the study is no JSON: \(error)")
        }
        do throws(SpecificationError) {
            self = try Self.read(json)
        } catch {
            throw DeclarationError(message: "the stored declaration of the study is damaged at \(error.path): \(error.message)")
        }
    }

    private static func read(_ json: JSONValue) throws(SpecificationError) -> StudyDeclaration {
        var fields = try JSONFields(json, path: "")
        guard try fields.integer("format", in: 0...Int.max) == Int(format) else {
            throw SpecificationError(path: "format", message: "it was written by a newer version of tuned")
        }
        guard let specificationJSON = fields.take("specification"), let schemaJSON = fields.take("schema"),
            case .array(let objectiveItems)? = fields.take("objectives")
        else { throw SpecificationError(path: "", message: "a part is missing") }
        let specification = try StudySpecification(json: specificationJSON)
        let schema: Schema
        let space: SearchSpace
        do {
            schema = try Schema(json: schemaJSON)
            // Without a plugin the schema was made of the specification, rules and all.
            space = specification.plugin == nil
                ? schema.space : try schema.space.narrowed(by: specification.space, rules: specification.rules)
        } catch {
            throw SpecificationError(path: "schema.\(error.path)", message: error.message)
        }
        var objectives: [Objective] = []
        for item in objectiveItems {
            var fields = try JSONFields(item, path: "objectives")
            guard let name = try fields.string("metric"), let text = try fields.string("goal"), let goal = Goal(rawValue: text),
                let metric = schema.metrics.firstIndex(where: { $0.name == name })
            else { throw SpecificationError(path: "objectives", message: "an objective has no known metric and goal") }
            objectives.append(Objective(metric: metric, name: name, goal: goal))
        }
        var plugin: PluginReference?
        if let value = fields.take("plugin") {
            var fields = try JSONFields(value, path: "plugin")
            plugin = PluginReference(
                name: try fields.string("name") ?? "", trainable: try fields.string("trainable") ?? "",
                hash: try fields.string("hash") ?? "")
        }
        var data: DataReference?
        if let value = fields.take("data") { data = try DataReference(json: value) }
        var warmStart: WarmStart?
        if let value = fields.take("warm") { warmStart = try WarmStart(json: value, in: space) }
        let createdAt = try fields.integer("createdAt", in: Int.min...Int.max) ?? 0
        return StudyDeclaration(
            specification: specification, schema: schema, space: space, objectives: objectives, plugin: plugin, data: data,
            warmStart: warmStart, createdAt: Int64(createdAt), createdBy: try fields.string("createdBy") ?? "")
    }
}

extension DataReference {
    var json: JSONValue {
        var fields: [String: JSONValue] = [
            "origin": .string(origin), "digest": .string(digest), "rows": .integer(Int64(rows)),
            "testRows": .integer(Int64(testRows)), "folds": .integer(Int64(folds)), "stratified": .boolean(isStratified),
        ]
        fields["copy"] = copy.map(JSONValue.string)
        fields["held"] = held.map(JSONValue.string)
        fields["testPlan"] = testPlan.map(JSONValue.string)
        fields["method"] = .string(method.rawValue)
        fields["plan"] = plan.map(JSONValue.string)
        return .object(fields)
    }

    init(json: JSONValue) throws(SpecificationError) {
        var fields = try JSONFields(json, path: "data")
        self.init(
            origin: try fields.string("origin") ?? "", digest: try fields.string("digest") ?? "",
            copy: try fields.string("copy"), plan: try fields.string("plan"),
            rows: try fields.integer("rows", in: 0...Int.max) ?? 0,
            testRows: try fields.integer("testRows", in: 0...Int.max) ?? 0,
            held: try fields.string("held"), testPlan: try fields.string("testPlan"),
            folds: try fields.integer("folds", in: 0...Int.max) ?? 1,
            isStratified: fields.take("stratified") == .boolean(true),
            method: try fields.string("method").flatMap(SplitSpecification.Method.init(rawValue:)))
    }
}
