/// What a client may ask of the service at most, so that no client can starve another or the trials.
package struct ServiceLimits: Sendable {
    /// Bytes of a request's body.
    package var bodyBytes = 1 << 20
    /// Bytes of all header fields of a request together.
    package var headerBytes = 32 << 10
    /// Connections to each listener; more wait in the kernel's backlog until one closes.
    package var connections = 512
    /// From the first byte awaited to the last byte of the request's head, and between requests of a connection.
    package var idle: Duration = .seconds(30)
    /// From a request's head to the last byte of its body.
    package var body: Duration = .seconds(30)
    /// Between signs of life on an event stream.
    package var heartbeat: Duration = .seconds(15)
    /// Heartbeats that a client may fail to take before its stream is closed.
    package var missedHeartbeats = 4
    /// Events held in memory for one client; one that falls further behind reads from the store.
    package var bufferedEvents = 4096
    /// Events or trials in one read of the store.
    package var page = 1000
    /// From a wish to shut down to the closing of connections that are still served.
    package var shutdown: Duration = .seconds(5)

    package init() {}
}
