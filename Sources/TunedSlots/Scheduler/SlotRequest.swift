import Glibc
public import TunedRecords

/// A trial that wants a slot.
public struct SlotRequest: Hashable, Sendable {
    /// Whose it is: slots are shared fairly among studies.
    public var study: StudyID
    /// The trial's number within its study.
    public var trial: Int
    /// The study's share relative to other studies; above 0. The latest request's weight holds for the study.
    public var weight: Double
    /// Among the requests of a study, and of studies that had equal shares so far, the higher comes first.
    public var priority: Int
    public var resources: ResourceRequest

    public init(
        study: StudyID, trial: Int, weight: Double = 1, priority: Int = 0, resources: ResourceRequest = ResourceRequest()
    ) {
        self.study = study
        self.trial = trial
        self.weight = weight
        self.priority = priority
        self.resources = resources
    }
}

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
