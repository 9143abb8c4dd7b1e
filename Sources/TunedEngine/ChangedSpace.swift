public import TunedRecords
public import TunedSpace

/// What a change of a study's space came to.
public struct ChangedSpace: Sendable {
    /// The study's, from the change on.
    public var declaration: StudyDeclaration
    /// The event.
    public var sequence: EventSequence
    /// What the new sampler knows of the trials so far.
    public var trials: SpaceMapping.Summary
    /// In words, the configurations of a person's own that waited and have no place any more.
    public var withdrawn: [String]
    public var state: StudyState

    public init(
        declaration: StudyDeclaration, sequence: EventSequence, trials: SpaceMapping.Summary, withdrawn: [String], state: StudyState
    ) {
        self.declaration = declaration
        self.sequence = sequence
        self.trials = trials
        self.withdrawn = withdrawn
        self.state = state
    }
}
