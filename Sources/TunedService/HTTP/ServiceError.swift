package import HTTPTypes
import Hummingbird
package import TunedEngine
package import TunedRecords
package import TunedSpace

/// Why a request was not served, as its client is told.
///
/// On the wire: `{"error": {"code", "message", "path"?, "underlying"?}}` with the status beside.
package struct ServiceError: Error, Hashable, Sendable {
    package var status: HTTPResponse.Status
    /// For programs: `notFound`, `invalid`, `conflict`, ...
    package var code: String
    /// For people: what was wrong, where, and what to do.
    package var message: String
    /// Where in the request's body or query, as `sampler.name`.
    package var path: String?
    /// The words of whatever failed underneath.
    package var underlying: String
    var headers: HTTPFields

    package init(
        _ status: HTTPResponse.Status, code: String, _ message: String, path: String? = nil, underlying: String = "",
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.path = path.flatMap { $0.isEmpty ? nil : $0 }
        self.underlying = underlying
        self.headers = headers
    }

    package var json: JSONValue {
        var fields: [String: JSONValue] = ["code": .string(code), "message": .string(message)]
        fields["path"] = path.map(JSONValue.string)
        if !underlying.isEmpty { fields["underlying"] = .string(underlying) }
        return .object(["error": .object(fields)])
    }

    static func invalid(_ message: String, path: String? = nil) -> ServiceError {
        ServiceError(.badRequest, code: "invalid", message, path: path)
    }

    static func notFound(_ message: String) -> ServiceError {
        ServiceError(.notFound, code: "notFound", message)
    }

    static func forbidden(_ message: String) -> ServiceError {
        ServiceError(.forbidden, code: "forbidden", message)
    }
}

extension ServiceError {
    package init(_ error: EngineError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .notFound: .notFound
            case .exists, .conflict, .testUsed, .dataChanged: .conflict
            case .invalid: .badRequest
            case .unavailable: .serviceUnavailable
            case .storage: .init(code: 507, reasonPhrase: "Insufficient Storage")
            case .plugin, .data, .resources: .unprocessableContent
            case .internalError: .internalServerError
            }
        self.init(
            status, code: error.code.rawValue, error.message, path: error.path, underlying: error.underlying)
    }

    package init(_ error: StoreError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .full, .readOnly, .inputOutput: .init(code: 507, reasonPhrase: "Insufficient Storage")
            case .notFound: .notFound
            case .locked: .serviceUnavailable
            case .damaged, .newerFormat, .networkFileSystem, .other: .internalServerError
            }
        self.init(status, code: "storage", error.message, underlying: error.underlying)
    }

    package init(_ error: SpecificationError) {
        self.init(.badRequest, code: "invalid", error.message, path: error.path)
    }

    /// Whatever a handler threw.
    init(any error: any Error) {
        switch error {
        case let error as ServiceError: self = error
        case let error as EngineError: self.init(error)
        case let error as StoreError: self.init(error)
        case let error as SpecificationError: self.init(error)
        case let error as any HTTPResponseError:
            self.init(error.status, code: error.status == .notFound ? "notFound" : "invalid", "\(error)")
        case is CancellationError:
            self.init(
                .serviceUnavailable, code: "unavailable", "the daemon is shutting down; try again when it is back")
        default:
            self.init(
                .internalServerError, code: "internalError",
                "the daemon failed to serve this request; its log may say more",
                underlying: "\(error)")
        }
    }
}
