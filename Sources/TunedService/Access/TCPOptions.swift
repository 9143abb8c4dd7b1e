/// A listener on TCP beside the Unix socket. Off unless an administrator asks for it.
public struct TCPOptions: Hashable, Sendable {
    /// A loopback address or name, unless ``allowsOtherHosts`` is set.
    public var host: String
    /// 0 lets the system choose.
    public var port: Int
    /// A file of mode 0600 whose first line is the token that clients send as `Authorization: Bearer`.
    public var tokenFile: String
    /// Whether an address that other machines can reach may be bound. Nothing is encrypted: a proxy in front has to.
    public var allowsOtherHosts: Bool
    /// Names beside the loopback ones by which browsers may address the listener, without port.
    public var names: [String]

    public init(
        host: String = "127.0.0.1", port: Int, tokenFile: String, allowsOtherHosts: Bool = false, names: [String] = []
    ) {
        self.host = host
        self.port = port
        self.tokenFile = tokenFile
        self.allowsOtherHosts = allowsOtherHosts
        self.names = names
    }

    static let loopback: Set<String> = ["127.0.0.1", "::1", "[::1]", "localhost"]

    func check() throws(ServerError) {
        guard allowsOtherHosts || Self.loopback.contains(host) else {
            throw ServerError(
                .address,
                "\(host) can be reached by other machines: listen on 127.0.0.1, or allow it by allow_other_hosts")
        }
        guard (0...65535).contains(port) else {
            throw ServerError(.address, "\(port) is no TCP port: use 1 to 65535, or 0 for any that is free")
        }
    }
}
