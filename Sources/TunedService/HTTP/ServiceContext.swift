import Hummingbird
import NIOCore

/// What a request carries through middleware and handlers.
struct ServiceContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection that the request came over.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Whether the request came over the Unix socket, where the kernel vouches for who is asking.
    var isLocalSocket: Bool {
        if case .unixDomainSocket? = channel.localAddress { true } else { false }
    }
}
