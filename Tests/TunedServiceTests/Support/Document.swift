import TunedService
import TunedSpace

/// The OpenAPI document, as far as tests compare with it.
struct Document {
    let json: JSONValue

    init() throws { json = try JSONValue(parsing: OpenAPIDocument.bytes) }

    /// As `GET /v1/status`.
    var operations: Set<String> {
        var found: Set<String> = []
        for (path, methods) in json["paths"]?.objectValue ?? [:] {
            for method in (methods.objectValue ?? [:]).keys { found.insert("\(method.uppercased()) \(path)") }
        }
        return found
    }

    /// Where a value is not what the named schema says: required fields, types, and fields that it does not know.
    func differences(of value: JSONValue, from name: String) -> [String] {
        check(value, json["components"]?["schemas"]?[name] ?? .null, at: name)
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
        if case .string(let reference)? = schema["$ref"] {
            return differences(of: value, from: String(reference.split(separator: "/").last ?? "")).map {
                "\(path): \($0)"
            }
        }
        switch schema["type"] {
        case .string("object")?: return checkObject(value, schema, at: path)
        case .string("array")?:
            guard let items = value.arrayValue else { return ["\(path) is no array"] }
            return items.flatMap { check($0, schema["items"] ?? .null, at: "\(path)[]") }
        case .string("string")?: return value.stringValue == nil ? ["\(path) is no string"] : []
        case .string("integer")?: return value.integerValue == nil ? ["\(path) is no integer"] : []
        case .string("number")?: return value.doubleValue == nil ? ["\(path) is no number"] : []
        case .string("boolean")?: return value.booleanValue == nil ? ["\(path) is no boolean"] : []
        default: return []
        }
    }

    private func checkObject(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
        guard let fields = value.objectValue else { return ["\(path) is no object"] }
        let required = (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        var wrong = required.filter { fields[$0] == nil }.map { "\(path).\($0) is missing" }
        guard let known = schema["properties"]?.objectValue else { return wrong }
        for (name, value) in fields {
            guard let schema = known[name] else {
                wrong.append("\(path).\(name) is not documented")
                continue
            }
            wrong += check(value, schema, at: "\(path).\(name)")
        }
        return wrong
    }
}
