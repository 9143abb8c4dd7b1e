import CTunedPlugin

/// One run of a trial: the values to try and the way back to the host. Valid until the call that it is given to returns, on the
/// thread of that call.
public struct Trial: ~Copyable {
    let pointer: UnsafePointer<tuned_trial>
    let instance: Instance

    /// Why the host wants a run.
    public enum Purpose: UInt32, Sendable {
        /// Trains on the training rows and scores on the validation rows.
        case search
        /// Trains on training and validation rows and scores on the test rows.
        case final
        /// A trial run again, to compare.
        case replay
    }

    public var purpose: Purpose { Purpose(rawValue: pointer.pointee.purpose) ?? .search }
    /// The trial's number within its study, from 0.
    public var id: Int { Int(pointer.pointee.id) }
    /// Counts the runs of this trial, from 0.
    public var run: Int { Int(pointer.pointee.run) }
    /// Counts the attempts at this run, from 0.
    public var attempt: Int { Int(pointer.pointee.attempt) }
    /// The same for every attempt at a run. Seed all randomness from it, by ``SeededRandom`` for one.
    public var seed: UInt64 { pointer.pointee.seed }
    /// From 0; 0 where there is one.
    public var fold: Int { Int(pointer.pointee.fold) }
    /// 1: a holdout; 0: the host splits no data.
    public var folds: Int { Int(pointer.pointee.folds) }
    /// Seconds that the run may take from its start; nil: no limit.
    public var deadline: Double? { pointer.pointee.deadline > 0 ? pointer.pointee.deadline : nil }

    /// How much to train, in units of the schema's fidelity; 0 where the schema declares none.
    public var budget: Double {
        pointer.pointee.budget > 0 ? pointer.pointee.budget : instance.layout.schema.fidelity?.range.upperBound ?? 0
    }
    /// ``budget`` in whole units, at least 1: the number of epochs or rounds to train.
    public var steps: Int { Int(max(1, min(budget.rounded(), 0x1p53))) }

    /// Whether the run should end: it was pruned or cancelled, or is out of time. Ask between steps; it costs nanoseconds.
    public var shouldStop: Bool { (pointer.pointee.host.pointee.should_stop?(pointer) ?? 0) != 0 }

    /// Throws ``TrialError/stopped`` where ``shouldStop`` is true.
    public func stopIfAsked() throws(TrialError) {
        if shouldStop { throw .stopped }
    }

    /// A line for the trial's log. What is printed goes there too.
    public func log(_ text: String, level: LogLevel = .info) { instance.host.log(pointer, level, text) }

    /// What the run's slot holds; nil where this host does not tell.
    public var resources: Resources? { instance.host.slotResources() }
}
