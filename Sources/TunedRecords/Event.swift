public import TunedSpace

/// One entry of the append-only log, the spine of a study: recovery, live views, replay and audit all read it.
public struct Event: Hashable, Sendable {
    public var sequence: EventSequence
    public var study: StudyID
    /// Milliseconds since 1970; for people. No suggestion depends on it.
    public var time: Int64
    public var payload: EventPayload

    public init(sequence: EventSequence, study: StudyID, time: Int64, payload: EventPayload) {
        self.sequence = sequence
        self.study = study
        self.time = time
        self.payload = payload
    }
}

/// What happened.
public enum EventPayload: Hashable, Sendable {
    /// The study's name, and its whole declaration as JSON text (``StudyDeclaration``).
    case studyCreated(slug: String, declaration: String)
    case studyStateChanged(StudyState, reason: String)
    /// From here on suggestions come from this sampler, in this numeric environment, and decisions from its pruner.
    case samplerAdopted(SamplerAdoption)
    /// The sampler goes on by another of its methods from here on. A decision that time had a part in; it is known by this event alone.
    case samplerSwitched(method: String, reason: String)
    /// A configuration of a person's own; tried next. Parameters that it leaves out are filled by the sampler. Its id is the
    /// event's own sequence number.
    case enqueued(values: [Int: ParameterValue])
    case trialAsked(TrialAsked)
    /// What the attempts that name this event's sequence number ran on, as JSON text (``EnvironmentRecord``).
    case environmentSeen(record: String)
    case attemptStarted(AttemptStarted)
    case reported(trial: Int, run: RunKey, MetricReport)
    case attemptEnded(AttemptEnded)
    case trialEnded(TrialEnded)
    /// Trials that were asked, run and ended together: stands for the four events above of each of them.
    indirect case batchRun(BatchRun)
    /// The trial may spend this much from here on. One that was paused or pruned is taken up again by it.
    case budgetGiven(BudgetGiven)
    /// A pruner's decision, with its reason: the runs of the trial are told to end.
    case pruningDecided(trial: Int, reason: String)
    /// It has kept a rung waiting for longer than the study allows; what waits for it waits no more.
    case trialOverdue(trial: Int)
    /// No new trial will begin, unless the study is given more to do.
    case askingEnded
    /// New stopping rules, as JSON text.
    case stopRulesChanged(rules: String)
    /// From here on suggestions come from another space: a ``SpaceStatement`` as JSON text. The sampler begins anew, with the trials so
    /// far that have a place in it.
    case spaceChanged(statement: String, reason: String)
    /// The test rows are used from here on, and that counts.
    indirect case finalizeBegun(FinalizeBegun)
    case finalized(Finalized)
    case replayBegun(ReplayBegun)
    case replayed(ReplayEnded)
    /// A person allowed the study to go on with data that is not what it was, of this digest from here on.
    case dataAllowed(digest: String, reason: String)
    /// A warning or remark that belongs to the study's history.
    case noted(text: String)
    /// The tombstone. What the study left behind is purged later.
    case studyDeleted
}

public struct SamplerAdoption: Hashable, Sendable {
    public var name: String
    public var revision: Int
    /// Which method it took and why, in one line.
    public var explanation: String
    /// What bit-equality depends on beside the sampler: mathematics library and CPU.
    public var numericEnvironment: String
    /// nil where the study has no pruner, and in logs of before it was noted.
    public var pruner: Pruner?

    public struct Pruner: Hashable, Sendable {
        public var name: String
        public var revision: Int

        public init(name: String, revision: Int) {
            self.name = name
            self.revision = revision
        }
    }

    public init(name: String, revision: Int, explanation: String, numericEnvironment: String, pruner: Pruner? = nil) {
        self.name = name
        self.revision = revision
        self.explanation = explanation
        self.numericEnvironment = numericEnvironment
        self.pruner = pruner
    }
}

/// Where a trial's configuration comes from.
public enum TrialOrigin: Hashable, Sendable {
    case sampler
    /// The sequence number of its ``EventPayload/enqueued(values:)`` event; the sampler fills what that leaves out.
    case enqueued(EventSequence)
    /// The configuration of that earlier trial, measured again.
    case replicate(of: Int)
    /// Goes on from the checkpoint that the other trial had at this budget, with some of its parameters changed.
    case continued(from: Int, at: Double)
}

public struct TrialAsked: Hashable, Sendable {
    public var trial: Int
    public var configuration: Configuration
    public var origin: TrialOrigin
    /// The last event of the study that the sampler had seen.
    public var askedAfter: EventSequence
    /// Asked by an outside program, which will tell the result; no attempt is made here.
    public var isExternal: Bool

    public init(trial: Int, configuration: Configuration, origin: TrialOrigin, askedAfter: EventSequence, isExternal: Bool) {
        self.trial = trial
        self.configuration = configuration
        self.origin = origin
        self.askedAfter = askedAfter
        self.isExternal = isExternal
    }
}

public struct BudgetGiven: Hashable, Sendable {
    public var trial: Int
    /// Of its runs from here on; 0 begins a trial.
    public var segment: Int
    /// In units of the fidelity, what it has spent included; 0: all that training in full takes.
    public var budget: Double
    /// For a person, in half a sentence.
    public var reason: String

    public init(trial: Int, segment: Int, budget: Double, reason: String) {
        self.trial = trial
        self.segment = segment
        self.budget = budget
        self.reason = reason
    }
}

public struct AttemptStarted: Hashable, Sendable {
    public var trial: Int
    public var run: RunKey
    /// Attempts at this run are numbered from 0.
    public var attempt: Int
    /// Fences late results: only a result that carries it counts.
    public var nonce: UInt64
    /// Logical CPUs of the slot.
    public var cpus: [Int]
    /// GPU UUIDs of the slot.
    public var gpus: [String]
    /// Sequence number of the ``EventPayload/environmentSeen(record:)`` event that describes the surroundings; one of the same
    /// study, so that a study's log explains itself when others are deleted.
    public var environment: EventSequence

    public init(
        trial: Int, run: RunKey, attempt: Int, nonce: UInt64, cpus: [Int], gpus: [String], environment: EventSequence
    ) {
        self.trial = trial
        self.run = run
        self.attempt = attempt
        self.nonce = nonce
        self.cpus = cpus
        self.gpus = gpus
        self.environment = environment
    }
}

public struct AttemptEnded: Hashable, Sendable {
    public var trial: Int
    public var run: RunKey
    public var attempt: Int
    public var nonce: UInt64
    public var outcome: AttemptOutcome
    /// The end of what the run printed and logged; empty where it was silent.
    public var log: String

    public init(trial: Int, run: RunKey, attempt: Int, nonce: UInt64, outcome: AttemptOutcome, log: String) {
        self.trial = trial
        self.run = run
        self.attempt = attempt
        self.nonce = nonce
        self.outcome = outcome
        self.log = log
    }
}

public struct TrialEnded: Hashable, Sendable {
    public var trial: Int
    public var state: TrialState
    /// Objective values in the study's order, in the metrics' own units; empty unless the trial is complete, stands at a rung, was pruned
    /// with a value, or is infeasible: a result that breaks a constraint, which is a failure.
    public var values: [Double]
    /// The furthest step that was reported by a trial that was pruned or failed; of a paused one, the budget that it has spent.
    public var step: Int64?
    /// Why it failed.
    public var failure: Failure?
    /// Of a trial whose runs all succeeded: its outcome constraints, see ``TrialResult/constraints``.
    public var constraints: [ConstraintValue]

    public init(
        trial: Int, state: TrialState, values: [Double], step: Int64? = nil, failure: Failure? = nil, constraints: [ConstraintValue] = []
    ) {
        self.trial = trial
        self.state = state
        self.values = values
        self.step = step
        self.failure = failure
        self.constraints = constraints
    }

    /// A trial whose runs all succeeded: complete; or infeasible, which is a failure with values.
    ///
    /// - Parameter step: the furthest that was reported.
    public init(trial: Int, _ result: TrialResult, step: Int64? = nil) {
        self.init(
            trial: trial, state: result.failure == nil ? .complete : .failed, values: result.values, step: result.failure == nil ? nil : step,
            failure: result.failure, constraints: result.constraints)
    }

    /// Whether all of its runs succeeded, and their result breaks a constraint.
    public var isInfeasible: Bool { state == .failed && failure?.kind == .infeasible && !values.isEmpty }
}
