package import HTTPTypes
import Hummingbird
import Logging

/// Outermost: turns whatever is thrown further in into the documented error body, and adds the headers of every reply.
struct ErrorMiddleware: RouterMiddleware {
    let version: String
    let routes: RouteTable

    func handle(
        _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            response = reply(routes.refusal(of: request))
        } catch {
            let error = ServiceError(any: error)
            if error.status.code >= 500 {
                context.logger.error("\(request.method) \(request.uri.path): \(error.message) \(error.underlying)")
            }
            response = reply(error)
        }
        response.headers[.tunedVersion] = version
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        return response
    }

    private func reply(_ error: ServiceError) -> Response {
        var response = Response.json(error.json, status: error.status)
        response.headers.append(contentsOf: error.headers)
        return response
    }
}

extension HTTPField.Name {
    /// The daemon's version, on every reply.
    package static let tunedVersion = HTTPField.Name("Tuned-Version")!
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
}
