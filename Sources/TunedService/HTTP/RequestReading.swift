import HTTPTypes
import Hummingbird
import NIOCore
import TunedRecords
import TunedSpace

extension Request {
    /// Reads the fields of the body, a JSON object; an absent body is an empty one.
    ///
    /// - Parameter body: Takes every field that it knows before it judges any: one that it leaves is an error, and that
    ///   error comes first, since a misspelt name explains why another is missing.
    /// - Throws: ``ServiceError`` 415 without `Content-Type: application/json`, 413 past the limit, 400 for what is no JSON object.
    func fields<Value>(upTo limit: Int, _ body: (inout JSONFields) throws -> Value) async throws -> Value {
        try Self.read(try await jsonBody(upTo: limit), body)
    }

    /// Never inlined: the optimiser of Swift 6.3 crashes on a coroutine in which typed errors are thrown between two awaits.
    @inline(never)
    private static func read<Value>(_ json: JSONValue, _ body: (inout JSONFields) throws -> Value) throws -> Value {
        var fields = try JSONFields(json, path: "")
        let value = Result { try body(&fields) }
        try fields.finish()
        return try value.get()
    }

    func jsonBody(upTo limit: Int) async throws -> JSONValue {
        let bytes = try await bodyBytes(upTo: limit)
        guard !bytes.isEmpty else { return .object([:]) }
        guard hasJSONContent else {
            throw ServiceError(
                .unsupportedMediaType, code: "invalid", "the body has to be JSON: send Content-Type: application/json")
        }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw ServiceError.invalid("the body is no JSON: \(error.message)")
        }
    }

    private func bodyBytes(upTo limit: Int) async throws -> [UInt8] {
        let tooLarge = ServiceError(
            .contentTooLarge, code: "invalid", "the body is larger than \(limit) bytes, the limit")
        if let announced = headers[.contentLength].flatMap(Int.init), announced > limit { throw tooLarge }
        do {
            return Array(buffer: try await body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    private var hasJSONContent: Bool {
        guard let text = headers[.contentType] else { return false }
        let type = text.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        return type == "application/json"
    }
}

/// Reads the parameters of a request's query; one that the address does not know is an error that names the nearest.
struct QueryFields {
    private var fields: [String: String] = [:]

    init(_ request: Request, known: [String]) throws(ServiceError) {
        for (name, value) in request.uri.queryParameters {
            let name = String(name)
            guard known.contains(name) else {
                let hint = nearest(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
                throw .invalid(
                    "unknown parameter \"\(name.prefix(64))\" of the query\(hint)", path: String(name.prefix(64)))
            }
            guard fields.updateValue(String(value), forKey: name) == nil else {
                throw .invalid("the query has the parameter \"\(name)\" twice", path: name)
            }
        }
    }

    func text(_ name: String) -> String? { fields[name] }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(ServiceError) -> Int64? {
        guard let text = fields[name] else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            let limit =
                range.upperBound == .max ? "from \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw .invalid("\"\(text.prefix(64))\" is no whole number \(limit)", path: name)
        }
        return number
    }
}

extension ServiceContext {
    /// The study that the address names.
    ///
    /// - Throws: ``ServiceError`` 400 for what can be no study's name, so that nothing else than a name ever reaches a path
    ///   or a query.
    func slug() throws -> String {
        let slug = try parameters.require("slug")
        do {
            try StudySpecification.check(slug: slug)
        } catch {
            throw ServiceError.invalid(error.message, path: "slug")
        }
        return slug
    }

    func trialNumber() throws -> Int {
        let text = try parameters.require("number")
        guard let number = Int(text), number >= 0, number <= Int32.max, String(number) == text else {
            throw ServiceError.invalid(
                "\"\(text.prefix(64))\" is no trial's number: they are 0, 1, 2, ...", path: "number")
        }
        return number
    }

    /// 1 to 128 characters of `[A-Za-z0-9._-]`, starting with a letter or digit.
    func pluginName() throws -> String {
        let name = try parameters.require("name")
        let isSafe = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isSafe, name.utf8.count <= 128, name.first != ".", name.first != "-" else {
            throw ServiceError.invalid("\"\(name.prefix(80))\" is no plugin's name", path: "name")
        }
        return name
    }
}
