import Glibc

/// What an administrator may set about slots.
public struct SlotSettings: Hashable, Sendable {
    /// Trials that may share a GPU; at least 1.
    public var slotsPerGPU: Int
    /// Seconds that a request waits while smaller ones pass it, before what becomes free is kept for it.
    public var reservationWait: Double
    /// The user whose processes on a GPU are this daemon's own; processes of others make a GPU unavailable.
    public var userID: UInt32

    /// - Parameter userID: nil is the user that this process runs as.
    public init(slotsPerGPU: Int = 1, reservationWait: Double = 30, userID: UInt32? = nil) {
        self.slotsPerGPU = max(1, slotsPerGPU)
        self.reservationWait = max(0, reservationWait)
        self.userID = userID ?? geteuid()
    }
}
