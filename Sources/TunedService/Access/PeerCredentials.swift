package import Glibc
package import NIOCore

/// Tells who is at the other end of a Unix socket's connection.
package protocol PeerCredentialReader: Sendable {
    /// The user id that connected; nil where the kernel does not tell.
    func userID(of channel: any Channel) async -> uid_t?
}

/// Asks the kernel, which noted it when the connection was made (SO_PEERCRED, see unix(7)).
package struct KernelPeerCredentials: PeerCredentialReader {
    /// Linux's `struct ucred`, which Glibc keeps from Swift.
    private struct Credentials: Sendable {
        var processID: pid_t = 0
        var userID: uid_t = 0
        var groupID: gid_t = 0
    }

    package init() {}

    package func userID(of channel: any Channel) async -> uid_t? {
        guard let options = channel as? any SocketOptionProvider else { return nil }
        let credentials: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
            level: SocketOptionLevel(SOL_SOCKET), name: SO_PEERCRED)
        return try? await credentials.get().userID
    }
}
