import TunedRecords
import TunedSlots
import TunedSpace

/// What a study runs beside its search: the final run on the test rows, and replays. No sampler and no stopping rule knows of it. Confined to
/// the study's queue.
struct OutsideRuns {
    /// The leakage ledger.
    private(set) var uses: [TestUse] = []
    private(set) var replays: [Replay] = []
    /// Whether a use is looked into that has not begun.
    var isPreparing = false
    var jobs: [OutsideJob] = []
    var underWay: [UInt64: OutsideAttempt] = [:]
    /// From the log: attempts without an end, and how many each run has had.
    private var open: [UInt64: AttemptStarted] = [:]
    private var attempts: [Place: Int] = [:]

    private struct Place: Hashable {
        var trial: Int
        var run: RunKey
    }

    /// The use that has begun and not ended.
    var openUse: FinalizeBegun? { uses.last.flatMap { $0.result == nil ? $0.begun : nil } }

    var openReplays: [ReplayBegun] { replays.filter { $0.result == nil }.map(\.begun) }

    func attemptsMade(_ trial: Int, _ run: RunKey) -> Int { attempts[Place(trial: trial, run: run)] ?? 0 }

    /// Takes an event of the study, live or from the log.
    mutating func take(_ payload: EventPayload, at time: Int64) {
        switch payload {
        case .finalizeBegun(let begun): uses.append(TestUse(at: time, begun: begun))
        case .finalized(let result): uses.end(result, at: time)
        case .replayBegun(let begun): replays.append(Replay(at: time, begun: begun))
        case .replayed(let result): replays.end(result, at: time)
        case .attemptStarted(let started) where started.run.purpose != .search:
            open[started.nonce] = started
            attempts[Place(trial: started.trial, run: started.run)] = started.attempt + 1
        case .attemptEnded(let ended) where ended.run.purpose != .search: open[ended.nonce] = nil
        default: break
        }
    }

    /// The ends of attempts that an earlier daemon left open.
    func lost() -> [EventPayload] {
        open.values.sorted { $0.nonce < $1.nonce }.map { started in
            .attemptEnded(
                AttemptEnded(
                    trial: started.trial, run: started.run, attempt: started.attempt, nonce: started.nonce,
                    outcome: .failed(Failure(kind: .lost, message: "the daemon ended while it ran; it is made again")), log: ""))
        }
    }
}

/// Something that is run beside the search, with one run or several.
///
/// `@unchecked Sendable`: guarded by its study's queue, on which every mutable property is touched.
final class OutsideJob: @unchecked Sendable {
    enum Purpose {
        case final(FinalizeBegun)
        /// What the trial's runs came to, and what they ran on.
        case replay(ReplayBegun, before: [PastRun])
    }

    let purpose: Purpose
    let trial: Int
    let configuration: Configuration
    let runs: [RunKey]
    /// What each run may spend, in units of the fidelity; 0: all.
    let budgets: [Double]
    let blueprint: WorkerBlueprint
    /// Seconds.
    let deadline: Double?
    /// Called when it has ended, whatever its end.
    let onEnd: @Sendable () -> Void
    /// Indices of runs that wait for a slot.
    var waiting: [Int]
    var requests: Set<UInt64> = []
    var outcomes: [AttemptOutcome?]
    var environments: [EnvironmentRecord?]
    var lost = 0

    init(
        _ purpose: Purpose, trial: Int, configuration: Configuration, runs: [RunKey], budgets: [Double], blueprint: WorkerBlueprint,
        deadline: Double?, onEnd: @escaping @Sendable () -> Void = {}
    ) {
        self.purpose = purpose
        self.trial = trial
        self.configuration = configuration
        self.runs = runs
        self.budgets = budgets
        self.blueprint = blueprint
        self.deadline = deadline
        self.onEnd = onEnd
        waiting = Array(runs.indices)
        outcomes = Array(repeating: nil, count: runs.count)
        environments = Array(repeating: nil, count: runs.count)
    }

    /// How often attempts that were lost to their machine are made again.
    static let lossesAllowed = 5

    var isDone: Bool { outcomes.allSatisfy { $0 != nil } }
}

/// A run of a trial as it was.
struct PastRun: Sendable {
    var run: RunKey
    /// What it might spend, in units of the fidelity; 0: all.
    var budget: Double
    var outcome: AttemptOutcome
    var environment: EnvironmentRecord?
}

/// An attempt at one of a job's runs.
final class OutsideAttempt {
    let job: OutsideJob
    let index: Int
    let number: Int
    let nonce: UInt64
    let grant: SlotGrant
    /// nil until its slot's queue has started it.
    private var handle: (any RunningAttempt)?
    private var stopWanted: StopReason?

    init(job: OutsideJob, index: Int, number: Int, nonce: UInt64, grant: SlotGrant) {
        self.job = job
        self.index = index
        self.number = number
        self.nonce = nonce
        self.grant = grant
    }

    func adopt(_ handle: any RunningAttempt) {
        self.handle = handle
        if let reason = stopWanted { handle.stop(reason) }
    }

    func stop(_ reason: StopReason) {
        guard stopWanted == nil else { return }
        stopWanted = reason
        handle?.stop(reason)
    }
}
