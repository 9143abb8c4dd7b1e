import CTunedPlugin
import Glibc
import Synchronization

/// A `tuned_trial` of the check's own, and the record of what a plugin does with it.
///
/// The host's functions are plain C functions: a trial's memory leads them here. Behind the `tuned_trial` lie bytes that a
/// later release might use, a magic number, and a pointer to this object.
///
/// `@unchecked Sendable`: the record is guarded by its mutex; the trial's memory is written between runs only.
final class CheckTrial: @unchecked Sendable {
    /// When a run is told to stop.
    struct Limits {
        /// Seconds after its start; nil: never.
        var stopAfter: Double?
        var keepsReports = true
        /// Bytes of one read of a checkpoint; nil: as many as are asked for.
        var readSize: Int?
        /// Kill this process after so many commits, and so many reports after the last of them.
        var kill: (commits: Int, reports: Int)?
    }

    struct State {
        var isOpen = false
        var outcome = CheckOutcome()
        var limits = Limits()
        var lastSteps: [Int64?] = []
        var pending: (step: Int64, bytes: [UInt8])?
        var source: SavedCheckpoint?
        var position: Int?
        var reportCount = 0
        var stopAt: UInt64?
    }

    /// Reports of one run that are kept; a longer curve is compared by its beginning.
    static let reportLimit = 100_000
    static let extraBytes = 64
    private static let magic: UInt64 = 0x7475_6e65_642d_636b

    let pointer: UnsafeMutablePointer<tuned_trial>
    let metricCount: Int
    let parameters: ParameterTable
    let state = Mutex(State())
    /// Rows of the run's fold. Written between runs only.
    var rows: (train: UnsafeBufferPointer<UInt32>, evaluate: UnsafeBufferPointer<UInt32>)?
    private let memory: UnsafeMutableRawPointer

    init(metricCount: Int, parameters: ParameterTable) {
        self.metricCount = metricCount
        self.parameters = parameters
        let size = MemoryLayout<tuned_trial>.stride + Self.extraBytes + 16
        memory = .allocate(byteCount: size, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        pointer = memory.bindMemory(to: tuned_trial.self, capacity: 1)
        (memory + Self.magicOffset).storeBytes(of: Self.magic, as: UInt64.self)
        (memory + Self.magicOffset + 8).storeBytes(of: Unmanaged.passUnretained(self).toOpaque(), as: UnsafeMutableRawPointer.self)
        Self.everMade.withLock { $0.append(self) }
    }

    /// Trials live as long as the process: a thread that outlives its run, and its instance, finds one that is closed.
    private static let everMade = Mutex<[CheckTrial]>([])

    private static let magicOffset = MemoryLayout<tuned_trial>.stride + extraBytes

    /// Writes over the bytes behind the struct, which a plugin that believes the size it is told of may look at.
    func fillExtra(_ byte: UInt8) {
        memset(memory + MemoryLayout<tuned_trial>.stride, Int32(byte), Self.extraBytes)
    }

    /// The object behind a trial that a plugin passed; nil where the host made no such trial, or its run has ended.
    static func of(_ trial: UnsafePointer<tuned_trial>?) -> CheckTrial? {
        guard let trial else {
            CheckHost.noteStray("a host function was called with a NULL trial")
            return nil
        }
        let memory = UnsafeRawPointer(trial)
        guard memory.loadUnaligned(fromByteOffset: magicOffset, as: UInt64.self) == magic else {
            CheckHost.noteStray("a host function was called with a trial that the host did not make")
            return nil
        }
        let object = memory.loadUnaligned(fromByteOffset: magicOffset + 8, as: UnsafeMutableRawPointer.self)
        let found = Unmanaged<CheckTrial>.fromOpaque(object).takeUnretainedValue()
        guard found.state.withLock({ $0.isOpen }) else {
            CheckHost.noteLateCall()
            return nil
        }
        return found
    }

    func begin(_ limits: Limits, source: SavedCheckpoint?) {
        state.withLock { state in
            state.isOpen = true
            state.outcome = CheckOutcome()
            state.outcome.metrics = Array(repeating: nil, count: metricCount)
            state.limits = limits
            state.lastSteps = Array(repeating: nil, count: metricCount)
            state.pending = nil
            state.source = source
            state.position = nil
            state.reportCount = 0
            state.stopAt = limits.stopAfter.map { MonotonicTime.now() &+ UInt64($0 * 1e9) }
        }
    }

    /// Closes the trial: calls that come later are late.
    func end() -> CheckOutcome {
        state.withLock { state in
            state.isOpen = false
            defer { state.outcome = CheckOutcome() }
            return state.outcome
        }
    }

    func asked(forSchedule parameter: Int) { state.withLock { _ = $0.outcome.scheduled.insert(parameter) } }

    /// Notes the first example of an infraction.
    func note(_ infraction: Infraction, _ example: @autoclosure () -> String) {
        state.withLock { state in
            if state.outcome.infractions[infraction] == nil { state.outcome.infractions[infraction] = example() }
        }
    }
}
