package import Glibc
package import NIOCore

/// Tells who is at the other end of a Unix socket's connection.
package protocol PeerCredentialReader: Sendable {
    /// The user id that connected; nil where the kernel does not tell.
    func userID(of channel: any Channel) async -> uid_t?
}

/// Asks the kernel, which noted it when the connection was made (SO_PEERCRED, see unix(7)).
struct KernelPeerCredentials: PeerCredentialReader {
    func userID(of channel: any Channel) async -> uid_t? {
        guard let options = channel as? any SocketOptionProvider else { return nil }
        let credentials: EventLoopFuture<ucred> = options.unsafeGetSocketOption(
            level: .socket, name: SocketOptionName(rawValue: SO_PEERCRED))
        return try? await credentials.get().uid
    }
}
