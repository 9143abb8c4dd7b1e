import CTunedPlugin
import CTunedWorker
import Glibc
import Synchronization
import TunedSpace
import TunedWire

/// A plain function under check: it sees no host, so its reports come through the shared page, and so does the word to stop.
final class CheckFunction {
    private let host: any TrainableHost
    private let split: CheckSplit?
    private let page: OpaquePointer
    private let metricCount: Int

    init(_ code: FunctionLibrary, _ lab: CheckLab) throws(PluginError) {
        page = lab.page
        metricCount = lab.schema.metrics.count
        let sink = HostSink(page: lab.page, doorbell: { CheckPage.drain() }, log: STDERR_FILENO)
        // The rows are known by the instance alone, which wants to know the folds.
        let rows = try code.open(lab.request.open, sink: sink, folds: []).dataset()?.rows ?? 0
        split = CheckSplit(rows: rows)
        host = try code.open(lab.request.open, sink: sink, folds: split?.folds ?? [])
    }

    func run(_ run: CheckRun) -> CheckOutcome {
        _ = CheckPage.take()
        tuned_page_clear_stop(page)
        let start = MonotonicTime.now()
        CheckPage.stop(after: run.limits.stopAfter)
        let result = host.run(
            RunRequest(
                nonce: 0, trial: 0, run: 0, attempt: run.attempt, purpose: UInt8(TUNED_SEARCH), seed: run.seed, budget: run.budget,
                deadline: run.deadline, fold: 0, folds: Int32(split?.folds.count ?? 0), configuration: run.configuration))
        let seconds = MonotonicTime.seconds(since: start)
        CheckPage.stop(after: nil)
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_IDLE))
        return outcome(result, run, seconds)
    }

    private func outcome(_ result: RunResult, _ run: CheckRun, _ seconds: Double) -> CheckOutcome {
        var outcome = CheckOutcome()
        outcome.budget = run.budget
        outcome.code = result.code
        outcome.function = "the function"
        outcome.metrics = result.metrics
        outcome.said = result.text
        outcome.seconds = seconds
        outcome.wasToldToStop = result.code == TUNED_STOPPED
        if let stopAfter = run.limits.stopAfter, seconds > stopAfter { outcome.secondsToStop = seconds - stopAfter }
        var lastSteps = [Int64?](repeating: nil, count: metricCount)
        for point in CheckPage.take() where Int(point.metric) < metricCount {
            if let before = lastSteps[Int(point.metric)], point.step <= before, outcome.infractions[.stepsNotIncreasing] == nil {
                outcome.infractions[.stepsNotIncreasing] = "step \(point.step) of metric \(point.metric) came after step \(before)"
            }
            if !point.value.isFinite { outcome.infractions[.reportNotFinite] = "\(point.value) at step \(point.step)" }
            lastSteps[Int(point.metric)] = point.step
            outcome.lastStep = max(point.step, outcome.lastStep ?? point.step)
            outcome.reports.append(point)
        }
        return outcome
    }
}

/// The shared page of a check: who reads its reports, and who sets its stop word, in place of the daemon.
enum CheckPage {
    private struct State {
        var tail: UInt64 = 0
        var reports: [CurvePoint] = []
        var stopAt: UInt64?
        var isWatched = false
    }
    private static let state = Mutex(State())
    /// `nonisolated(unsafe)`: set once, before the function is called; what lies there is accessed by its own rules.
    nonisolated(unsafe) private static var page: OpaquePointer?

    /// Reads what waits, so that the page never fills. On any thread.
    static func drain() {
        guard let page else { return }
        state.withLock { state in
            let waiting = tuned_page_waiting(page, state.tail)
            for position in state.tail..<state.tail + waiting {
                let report = tuned_page_report_at(page, position)
                guard state.reports.count < CheckTrial.reportLimit else { continue }
                state.reports.append(CurvePoint(metric: report.metric, step: report.step, bits: report.value.bitPattern))
            }
            state.tail += waiting
            tuned_page_set_tail(page, state.tail)
        }
    }

    /// The reports since the last take.
    static func take() -> [CurvePoint] {
        drain()
        return state.withLock { state in
            defer { state.reports = [] }
            return state.reports
        }
    }

    /// Sets the stop word after so many seconds; nil: no more.
    static func stop(after seconds: Double?) {
        if seconds == 0, let page { tuned_page_add_stop(page, UInt32(TUNED_STOP_ASKED)) }
        state.withLock { $0.stopAt = seconds.map { MonotonicTime.now() &+ UInt64($0 * 1e9) } }
    }

    /// Starts the thread that sets the stop word, once. Before threads are counted: it is not the function's.
    static func watch(_ page: OpaquePointer) {
        let isFirst = state.withLock { state in
            defer { state.isWatched = true }
            return !state.isWatched
        }
        guard isFirst else { return }
        self.page = page
        let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { _ in CheckPage.serve() }
        _ = tuned_start_thread("check-stop", body, nil)
    }

    private static func serve() {
        while true {
            usleep(1000)
            let isDue = state.withLock { state in state.stopAt.map { MonotonicTime.now() >= $0 } ?? false }
            if isDue, let page { tuned_page_add_stop(page, UInt32(TUNED_STOP_ASKED)) }
        }
    }
}
