import CTunedPlugin
import CTunedWorker
import Glibc
import Synchronization
import TunedRecords
import TunedWire

/// Where what a plugin says while it runs goes to.
package struct HostSink {
    /// The shared `tuned_page`: metric reports and the stop word.
    package var page: OpaquePointer
    /// Tells the daemon that the page fills up. Called on any thread.
    package var doorbell: @convention(c) () -> Void
    /// A descriptor for log lines.
    package var log: Int32

    package init(page: OpaquePointer, doorbell: @escaping @convention(c) () -> Void, log: Int32) {
        self.page = page
        self.doorbell = doorbell
        self.log = log
    }
}

/// Everything that the host functions need for one run. Its trial comes first, so that the `tuned_trial *` that a plugin
/// passes back leads to the rest: the functions are shared by all instances and hold no state of their own.
///
/// Lives at one address for as long as its instance, which uses several in turn: a thread that goes on after its run has
/// ended then finds a context that is closed, not the next run's. Contents belong to the thread that runs the plugin's
/// [trial] call; other threads read what does not change while the call is under way, and `isOpen`, one byte.
struct TrialContext {
    var trial: tuned_trial
    /// Whether its run is under way.
    var isOpen = false
    /// One of many in a call: the page does not tell whose a report is, so reports go to the notes.
    var isOfBatch = false
    let sink: HostSink
    let notes: Unmanaged<RunNotes>
    let files: Unmanaged<RunFiles>
    /// What the instance's slot holds.
    let resources: UnsafePointer<tuned_resources>
    let metricCount: UInt32
    /// The metrics' final values, and whether each was given.
    let metrics: UnsafeMutablePointer<Double>
    let given: UnsafeMutablePointer<Bool>
    /// The parameters' names, in the order of `trial.values`.
    let names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    let parameters: Unmanaged<ParameterTable>
    /// Of the plugin's progress, whose 1 is what its schema calls training in full, to that of the study, which may train less.
    var progressScale = 1.0
    /// Rows of the run's fold; nil where the host splits no data.
    var train: UnsafeBufferPointer<UInt32>?
    var evaluate: UnsafeBufferPointer<UInt32>?

    /// Writes a line of the host's own into the trial's log.
    func tell(_ what: String) {
        var line = "tuned: \(what)\n"
        line.withUTF8 { _ = write(sink.log, $0.baseAddress, $0.count) }
    }

    /// The context behind a trial that the host made; nil once its run has ended.
    static func of(_ trial: UnsafePointer<tuned_trial>?) -> UnsafeMutablePointer<TrialContext>? {
        guard let trial else { return nil }
        let context = UnsafeMutableRawPointer(mutating: trial).assumingMemoryBound(to: TrialContext.self)
        return context.pointee.isOpen ? context : nil
    }

    /// The context of a call that may pass NULL: then that of the create() or run under way on this thread.
    static func ofAny(_ trial: UnsafePointer<tuned_trial>?) -> UnsafeMutablePointer<TrialContext>? {
        if trial != nil { return of(trial) }
        return tuned_calling_context()?.assumingMemoryBound(to: TrialContext.self)
    }
}

/// What a plugin says in words during a call; from any thread.
final class RunNotes: Sendable {
    static let textLimit = 4096
    static let reportLimit = 4096

    struct Content {
        var failure = ""
        var constraints: [RunResult.Constraint] = []
        /// Of a trial in a batch.
        var reports: [MetricReport] = []
    }
    private let content = Mutex(Content())
    private let isTouched = Atomic(false)

    /// Whether anything was said since the last take. Tells without a lock.
    var hasContent: Bool { isTouched.load(ordering: .acquiring) }

    /// The first text stays: later ones tend to follow from it.
    func fail(_ text: String) {
        content.withLock { if $0.failure.isEmpty { $0.failure = text } }
        isTouched.store(true, ordering: .releasing)
    }

    /// It was no failure of the run's.
    func forgetFailure() { content.withLock { $0.failure = "" } }

    /// False where there are too many.
    func add(_ report: MetricReport) -> Bool {
        defer { isTouched.store(true, ordering: .releasing) }
        return content.withLock { content in
            guard content.reports.count < Self.reportLimit else { return false }
            content.reports.append(report)
            return true
        }
    }

    /// False where there are too many.
    func add(_ constraint: RunResult.Constraint) -> Bool {
        defer { isTouched.store(true, ordering: .releasing) }
        return content.withLock { content in
            if let index = content.constraints.firstIndex(where: { $0.name == constraint.name }) {
                content.constraints[index] = constraint
                return true
            }
            guard content.constraints.count < ConstraintValue.countLimit else { return false }
            content.constraints.append(constraint)
            return true
        }
    }

    /// What was said since the last take.
    func take() -> Content {
        guard isTouched.exchange(false, ordering: .acquiringAndReleasing) else { return Content() }
        return content.withLock { content in
            defer { content = Content() }
            return content
        }
    }
}
