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
