public import TunedSpace

/// What a study says of its space, in the grammar of a study file. It changes while the study lives.
public struct SpaceStatement: Hashable, Sendable {
    /// Of a study without a plugin, which declares its parameters itself: whole parameters by name. nil where the plugin declares them.
    public var declared: [String: JSONValue]?
    /// Narrows or fixes what is declared.
    public var space: [String: JSONValue]
    /// Beside those that the plugin declares.
    public var rules: [JSONValue]

    public init(declared: [String: JSONValue]?, space: [String: JSONValue], rules: [JSONValue]) {
        self.declared = declared
        self.space = space
        self.rules = rules
    }

    public var json: JSONValue {
        var fields: [String: JSONValue] = ["space": .object(space), "rules": .array(rules)]
        fields["declared"] = declared.map(JSONValue.object)
        return .object(fields)
    }

    public init(parsing text: String) throws(DeclarationError) {
        guard let json = try? JSONValue(parsing: text, limit: text.utf8.count), let space = json["space"]?.objectValue, let rules = json["rules"]?.arrayValue
        else { throw DeclarationError(message: "a stored change of the study's space cannot be read") }
        self.init(declared: json["declared"]?.objectValue, space: space, rules: rules)
    }

    /// The statement with a change of it, not yet held against what the plugin declares.
    ///
    /// In a study without a plugin an entry with a `type` declares the parameter anew, and bounds and choices beyond what is
    /// declared widen it. A plugin's declaration is the outer limit.
    public func changed(by request: SpaceRequest) throws(SpaceError) -> SpaceStatement {
        var next = self
        if let rules = request.rules { next.rules = rules }
        for name in request.removed {
            guard next.declared != nil else {
                throw SpaceError(
                    .unknownParameter, path: name,
                    "the plugin declares \"\(name.prefix(128))\", so the study cannot do without it; give it one value instead")
            }
            guard next.declared?.removeValue(forKey: name) != nil else { throw next.unknown(name) }
            next.space[name] = nil
        }
        for (name, value) in request.entries.sorted(by: { $0.key < $1.key }) {
            guard !request.removed.contains(name) else {
                throw SpaceError(.duplicate, path: name, "\"\(name.prefix(128))\" is removed and changed at once")
            }
            if value == .null {
                next.space[name] = nil
            } else if next.declared != nil, value["type"] != nil {
                next.declared?[name] = value
                next.space[name] = nil
            } else {
                if let declared = next.declared?[name] { next.declared?[name] = Self.widened(declared, toHold: value) }
                next.space[name] = value
            }
        }
        return next
    }

    /// A declaration that has room for the bounds and the choices of an entry. Steps count from the lower bound and the order of
    /// ordinals means something, so those are declared anew by whoever wants them wider.
    private static func widened(_ declaration: JSONValue, toHold entry: JSONValue) -> JSONValue {
        guard case .object(var fields) = declaration, fields["step"] == nil else { return declaration }
        switch fields["type"]?.stringValue {
        case "float", "int":
            if let low = entry["low"], let wanted = low.doubleValue, let old = fields["low"]?.doubleValue, wanted < old { fields["low"] = low }
            if let high = entry["high"], let wanted = high.doubleValue, let old = fields["high"]?.doubleValue, wanted > old {
                fields["high"] = high
            }
        case "categorical":
            let old = fields["choices"]?.arrayValue ?? []
            fields["choices"] = .array(old + (entry["choices"]?.arrayValue ?? []).filter { !old.contains($0) })
        default: break
        }
        return .object(fields)
    }

    private func unknown(_ name: String) -> SpaceError {
        let names = (declared ?? [:]).keys.sorted()
        let hint = nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
        return SpaceError(
            .unknownParameter, path: name,
            "there is no parameter \"\(name.prefix(128))\"\(hint) There are: \(names.prefix(20).joined(separator: ", "))")
    }
}

/// What a person wants to be different about the space of a study.
public struct SpaceRequest: Hashable, Sendable {
    /// By parameter, in place of what the study said of it: a narrower range, fewer choices or one value; null for all that is declared.
    public var entries: [String: JSONValue]
    /// Parameters that a study without a plugin is to have no more.
    public var removed: [String]
    /// All of the study's own rules from here on; nil for those that there are.
    public var rules: [JSONValue]?
    /// Why, for the log.
    public var reason: String

    /// Longest reason that is kept, in characters.
    public static let longestReason = 1_000

    public init(entries: [String: JSONValue] = [:], removed: [String] = [], rules: [JSONValue]? = nil, reason: String = "") {
        self.entries = entries
        self.removed = removed
        self.rules = rules
        self.reason = reason
    }

    /// `{"space": {"C": {"low": 0.1}, "kernel": null}, "remove": [...], "rules": [...], "reason": "..."}`; at least one of the first three.
    package init(_ fields: inout JSONFields) throws(SpecificationError) {
        entries = try fields.object("space") ?? [:]
        let (removedJSON, rulesJSON) = (fields.take("remove"), fields.take("rules"))
        reason = try fields.string("reason") ?? ""
        removed = []
        for (index, item) in (try Self.list(removedJSON, "remove") ?? []).enumerated() {
            guard let name = item.stringValue, !removed.contains(name) else {
                throw SpecificationError(path: "remove[\(index)]", message: "expected a parameter's name, each once")
            }
            removed.append(name)
        }
        rules = try Self.list(rulesJSON, "rules")
        guard reason.count <= Self.longestReason else {
            throw SpecificationError(path: "reason", message: "a reason has at most \(Self.longestReason) characters")
        }
        guard !entries.isEmpty || !removed.isEmpty || rules != nil else {
            throw SpecificationError(path: "space", message: "say what is to change: {\"space\": {\"C\": {\"low\": 0.1, \"high\": 10}}}")
        }
    }

    private static func list(_ value: JSONValue?, _ path: String) throws(SpecificationError) -> [JSONValue]? {
        guard let value else { return nil }
        guard case .array(let items) = value else { throw SpecificationError(path: path, message: "expected a list") }
        return items
    }
}
