/// Where a study stands.
public enum StudyState: UInt8, Hashable, Sendable, CaseIterable {
    case running = 0
    case paused = 1
    /// A stopping rule was met, or the space is exhausted.
    case completed = 2
    /// Ended by a person.
    case stopped = 3
    /// Cannot go on by itself: its plugin or data is gone, or every trial failed.
    case failed = 4

    public var name: String {
        switch self {
        case .running: "running"
        case .paused: "paused"
        case .completed: "completed"
        case .stopped: "stopped"
        case .failed: "failed"
        }
    }

    /// Whether a person or a rule may take a study from this state to `next`.
    public func mayBecome(_ next: StudyState) -> Bool {
        switch (self, next) {
        case (.running, .running): false
        case (.running, _): true
        case (.paused, .running), (.paused, .stopped), (.paused, .failed), (.paused, .completed): true
        case (.completed, .running), (.stopped, .running), (.failed, .running): true
        case (.failed, .stopped): true
        default: false
        }
    }
}

/// Where a trial stands. Pruned and paused trials can be taken up again; a paused one stands at a rung, and is pruned where its study ends
/// without going on with it.
public enum TrialState: UInt8, Hashable, Sendable, CaseIterable {
    case running = 0
    case complete = 1
    case pruned = 2
    case failed = 3
    case paused = 4
    /// Given up by a person or by the end of its study, through no fault of its own.
    case cancelled = 5

    public var name: String {
        switch self {
        case .running: "running"
        case .complete: "complete"
        case .pruned: "pruned"
        case .failed: "failed"
        case .paused: "paused"
        case .cancelled: "cancelled"
        }
    }

    public init?(name: String) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }

    public func mayBecome(_ next: TrialState) -> Bool {
        switch self {
        case .running: next != .running
        case .pruned: next == .running || next == .cancelled
        case .paused: next == .running || next == .cancelled || next == .pruned
        case .complete, .failed, .cancelled: false
        }
    }
}
