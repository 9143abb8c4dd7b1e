package import HTTPTypes
import Hummingbird

/// One address of the service.
struct Route: Sendable {
    let method: HTTPRequest.Method
    /// As the router and the OpenAPI document write it: `/v1/studies/{slug}`.
    let path: String
    let handle: @Sendable (Request, ServiceContext) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String,
        _ handle: @escaping @Sendable (Request, ServiceContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.handle = handle
    }
}

/// All addresses of the service, and what to say to a request that meets none.
package struct RouteTable: Sendable {
    package struct Entry: Hashable, Sendable {
        package let method: HTTPRequest.Method
        package let path: String
    }
    package let entries: [Entry]

    init(_ routes: [Route]) { entries = routes.map { Entry(method: $0.method, path: $0.path) } }

    func refusal(of request: Request) -> ServiceError {
        let address = String(request.uri.path.prefix(200))
        let allowed = entries.filter { Self.matches(request.uri.path, $0.path) }.map(\.method.rawValue)
        guard allowed.isEmpty else {
            let list = allowed.sorted().joined(separator: ", ")
            return ServiceError(
                .methodNotAllowed, code: "invalid", "\(address) does not take \(request.method): use \(list)",
                headers: [.allow: list])
        }
        return .notFound("there is nothing at \(address); GET /v1/openapi.json tells what there is")
    }

    private static func matches(_ path: String, _ pattern: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let wanted = pattern.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == wanted.count && zip(parts, wanted).allSatisfy { $1.hasPrefix("{") || $0 == $1 }
    }
}
