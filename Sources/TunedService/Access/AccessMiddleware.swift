import Glibc
import HTTPTypes
import Hummingbird

/// Lets in who may be let in: over the Unix socket the daemon's own user and root, over TCP who knows the token.
struct AccessMiddleware: RouterMiddleware {
    /// How requests over TCP prove themselves.
    struct TCPAccess: Sendable {
        let token: AccessToken
        let hosts: HostPolicy
    }
    let peers: any PeerCredentialReader
    /// nil where there is no TCP listener.
    let tcp: TCPAccess?

    func handle(
        _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        if context.isLocalSocket {
            try await checkPeer(of: context)
        } else if let tcp {
            try tcp.hosts.check(request)
            try checkToken(of: request, tcp.token)
        } else {
            throw ServiceError.forbidden("this daemon serves its Unix socket only")
        }
        return try await next(request, context)
    }

    private func checkPeer(of context: ServiceContext) async throws {
        let peer = await peers.userID(of: context.channel)
        guard let peer, peer == geteuid() || peer == 0 else {
            let who = peer.map { "user \($0)" } ?? "an unknown user"
            throw ServiceError.forbidden("this daemon belongs to user \(geteuid()) and does not serve \(who)")
        }
    }

    private func checkToken(of request: Request, _ token: AccessToken) throws {
        let scheme = "bearer "
        guard let field = request.headers[.authorization], field.lowercased().hasPrefix(scheme),
            token.matches(Array(field.utf8.dropFirst(scheme.utf8.count)))
        else {
            throw ServiceError(
                .unauthorized, code: "unauthorized", "send the daemon's token: Authorization: Bearer TOKEN",
                headers: [.wwwAuthenticate: "Bearer"])
        }
    }
}
