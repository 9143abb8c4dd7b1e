package import TunedSpace

/// A trainable that is a plain C function: its schema, its signature and what each argument is given.
///
/// In a sidecar file, beside the keys of a ``Schema``:
///
///     "function": "double f(double x, const char *kernel)"    the C declaration
///     "arguments": {"x": "parameter:rate", "seed": "seed"}    roles by the arguments' names; one that has a parameter's name
///                                                             takes that parameter where it has no role here
///     "returns": "metric:loss"                                or "status", or "none"; of a floating type the first metric, of
///                                                             an integer the status, where it is left out
///     "dataset": {"rows": 150}                                rows that the host may split; "lines": those of the data file
///                                                             below its header
package struct FunctionDeclaration: Sendable {
    /// How many rows the function's data has.
    package enum Rows: Hashable, Sendable {
        case fixed(Int)
        /// One a line of the data file, below its header.
        case lines
    }

    package let schema: Schema
    package let signature: CSignature
    /// One an argument.
    package let roles: [FunctionRole]
    package let returns: FunctionResult
    package let rows: Rows?

    private static let ownKeys = ["function", "arguments", "returns", "dataset"]

    /// - Parameter json: the trainable's object, with no other keys than those of a schema and the above.
    package init(_ json: JSONValue) throws(PluginError) {
        let name = json["id"]?.stringValue.map { "trainable \"\($0.prefix(128))\"" } ?? "a trainable without an id"
        do throws(DeclarationProblem) {
            try self.init(checking: json)
        } catch {
            throw PluginError(.malformed, "\(name) is declared wrong: \(error.message)")
        }
    }

    private init(checking json: JSONValue) throws(DeclarationProblem) {
        guard case .object(var fields) = json else { throw DeclarationProblem("a trainable is a map of keys to values") }
        var own: [String: JSONValue] = [:]
        for key in Self.ownKeys { own[key] = fields.removeValue(forKey: key) }
        guard let text = own["function"]?.stringValue else {
            throw DeclarationProblem("the key \"function\" is missing: write the C declaration, as \"double f(double x, int depth)\"")
        }
        do throws(SpaceError) {
            schema = try Schema(json: .object(fields))
        } catch {
            let known = error.code == .unknownKey ? "; of a function also \(Self.ownKeys.joined(separator: ", "))" : ""
            throw DeclarationProblem("\(error)\(known)")
        }
        do throws(CSignatureError) {
            signature = try CSignature(parsing: text)
        } catch {
            throw DeclarationProblem("function \"\(text.prefix(120))\", \(error)")
        }
        rows = try Self.rows(own["dataset"])
        roles = try Self.roles(own["arguments"], of: signature, in: schema)
        returns = try Self.returns(own["returns"], of: signature, in: schema)
        try FunctionChecker(schema: schema, signature: signature, roles: roles, returns: returns, rows: rows).check()
    }

    private static func rows(_ json: JSONValue?) throws(DeclarationProblem) -> Rows? {
        guard let json, json != .null else { return nil }
        guard case .object(let fields) = json, fields.count == 1, let rows = fields["rows"] else {
            throw DeclarationProblem("dataset is {\"rows\": 150}, or {\"rows\": \"lines\"} for one row a line of the data file below its header")
        }
        if rows.stringValue == "lines" { return .lines }
        guard let count = rows.integerValue, (1...Int64(Int32.max)).contains(count) else {
            throw DeclarationProblem("dataset.rows is \(rows.shown); it is a number from 1 to \(Int32.max), or \"lines\"")
        }
        return .fixed(Int(count))
    }

    private static func roles(
        _ json: JSONValue?, of signature: CSignature, in schema: Schema
    ) throws(DeclarationProblem) -> [FunctionRole] {
        var given: [String: JSONValue] = [:]
        if let json, json != .null {
            guard case .object(let fields) = json else {
                throw DeclarationProblem("arguments is a map from an argument's name to its role: {\"x\": \"parameter:rate\"}")
            }
            given = fields
        }
        var roles: [FunctionRole] = []
        for (place, argument) in signature.arguments.enumerated() {
            let title = "argument \(place + 1) (\(argument.spelling) \(argument.name))"
            guard let json = given.removeValue(forKey: argument.name) else {
                guard let index = schema.space.index(of: argument.name) else {
                    throw DeclarationProblem(
                        "\(title) has no role: write \"arguments\": {\"\(argument.name)\": ROLE}, or give it a parameter's name. Roles are: "
                            + FunctionRole.known)
                }
                roles.append(.parameter(index))
                continue
            }
            guard let text = json.stringValue else {
                throw DeclarationProblem("the role of \(title) is \(json.shown); it is a text. Roles are: \(FunctionRole.known)")
            }
            do throws(DeclarationProblem) {
                roles.append(try FunctionRole(text, in: schema))
            } catch {
                throw DeclarationProblem("\(title): \(error.message)")
            }
        }
        if let unknown = given.keys.min() {
            let names = signature.arguments.map(\.name)
            let hint = nearest(to: unknown, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
            throw DeclarationProblem(
                "arguments names \"\(unknown.prefix(60))\", which the function does not have\(hint) It has: \(names.joined(separator: ", "))")
        }
        return roles
    }

    private static func returns(
        _ json: JSONValue?, of signature: CSignature, in schema: Schema
    ) throws(DeclarationProblem) -> FunctionResult {
        guard let json, json != .null else {
            return switch signature.returns {
            case .scalar(let scalar) where scalar.isFloating: .metric(0)
            case .scalar(let scalar) where scalar.isInteger: .status
            default: .none
            }
        }
        switch json.stringValue {
        case "status": return .status
        case "none": return .none
        case let text? where text.hasPrefix("metric:"):
            do throws(DeclarationProblem) {
                return .metric(try FunctionRole.metric(String(text.dropFirst("metric:".count)), in: schema))
            } catch {
                throw DeclarationProblem("returns: \(error.message)")
            }
        default: throw DeclarationProblem("returns is \(json.shown); it is \"metric:NAME\", \"status\" or \"none\"")
        }
    }
}
