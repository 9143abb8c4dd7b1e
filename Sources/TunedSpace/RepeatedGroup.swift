/// A list whose length is searched too, and the parameters that each of its items has:
///
///     layers: {type: list, low: 1, high: 5, of: {width: {type: int, low: 16, high: 512}, kind: {...}}}
///
/// is read as an int `layers` from 1 to 5 and, for each k, parameters `layers.k.width` and `layers.k.kind`, active while
/// `layers` is at least k. So samplers and plugins see an ordinary conditional space. A list may lie in a list, and a
/// condition in an item is on a parameter of the same item before it is on one outside.
struct RepeatedGroup {
    static let maximumItems: Int64 = 1_000

    /// The parameters of a declaration: one, or those of a list.
    ///
    /// - Parameters:
    ///   - scopes: what names in conditions may begin with, the innermost first.
    ///   - isConditional: whether the whole hangs on a list around it.
    static func declarations(
        from json: JSONValue, name: String? = nil, path: String, scopes: [String] = [""], isConditional: Bool = false
    ) throws(SpaceError) -> [Parameter.Declaration] {
        guard let fields = json.objectValue, fields["type"] == .string("list") else {
            var declaration = try Parameter.declaration(from: json, name: name, path: path, prefix: scopes[0])
            declaration.scopes = scopes
            return [declaration]
        }
        var count = fields
        guard let items = count.removeValue(forKey: "of") else {
            throw SpaceError(.missingKey, path: path, "a list needs the key \"of\": the parameters of an item")
        }
        count["type"] = .string("int")
        for key in ["log", "step", "schedule"] where count[key] != nil {
            throw SpaceError(.unknownKey, path: "\(path).\(key)", "a list has no \(key): its lengths are low, low + 1, ..., high, the same for a whole trial")
        }
        guard count["low"] != nil, count["high"] != nil else {
            throw SpaceError(.missingKey, path: path, "a list needs the keys \"low\" and \"high\": how many items it has")
        }
        var declaration = try Parameter.declaration(from: .object(count), name: name, path: path, prefix: scopes[0])
        declaration.scopes = scopes
        guard case .integer(let lengths) = declaration.parameter.domain else { return [declaration] }
        guard lengths.low >= 0, lengths.high >= 1, lengths.low <= lengths.high, lengths.high <= maximumItems else {
            throw SpaceError(
                .range, path: "\(declaration.path).low",
                "0 <= low <= high <= \(maximumItems) must hold for the length of a list, found \(lengths.low) and \(lengths.high)")
        }
        let hangs = isConditional || declaration.when != nil
        var declarations = [declaration]
        for place in 1...lengths.high {
            let prefix = "\(declaration.parameter.name).\(place)."
            let isOptional = hangs || place > lengths.low
            for item in try Self.items(items, path: "\(declaration.path).of") {
                for var inner in try Self.declarations(
                    from: item.json, name: item.name, path: item.path, scopes: [prefix] + scopes, isConditional: isOptional)
                {
                    // What is in a list of the item hangs on that.
                    if isOptional, inner.presence == nil {
                        inner.presence = Presence(count: declaration.parameter.name, from: place, to: lengths.high)
                    }
                    declarations.append(inner)
                    guard declarations.count <= SearchSpace.maximumParameters + 1 else {
                        throw SpaceError(
                            .limit, path: declaration.path,
                            "the items have more than \(SearchSpace.maximumParameters) parameters in all; lower high")
                    }
                }
            }
        }
        return declarations
    }

    /// The length on which a parameter hangs.
    struct Presence {
        var count: String
        var from: Int64
        var to: Int64
    }

    private static func items(
        _ json: JSONValue, path: String
    ) throws(SpaceError) -> [(name: String?, json: JSONValue, path: String)] {
        switch json {
        case .array(let list) where !list.isEmpty: list.enumerated().map { (nil, $1, "\(path)[\($0)]") }
        case .object(let fields) where !fields.isEmpty:
            fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value, "\(path).\($0.key)") }
        default: throw SpaceError(.type, path: path, "expected the parameters of an item, as a list or a map, found \(json.shown)")
        }
    }
}
