import Synchronization
import TunedRecords

/// Which reports of one attempt are kept, so that one that reports at every step of millions fills neither memory nor disk: of each metric
/// the first 10,000, of the next 20,000 every second, of the next 40,000 every fourth, and so on; and the last one, at the end. Ten million
/// reports leave a hundred thousand.
///
/// What is left out here nobody hears of, pruners least of all: every decision follows from what is in the log.
final class ReportThinning: Sendable {
    static let limit = 10_000

    private struct Metric {
        /// Of so many reports one is kept.
        var stride = 1
        /// Kept with this stride.
        var kept = 0
        /// Left out since the last one that was kept.
        var skipped = 0
        var latest: MetricReport?
    }
    /// By the metric's index.
    private let metrics = Mutex<[Metric]>([])

    /// What goes on of what an attempt says.
    func pass(_ signal: AttemptSignal) -> [AttemptSignal] {
        let reports = if case .reports(let reports) = signal { kept(of: reports) } else { withheld() }
        let signals = reports.isEmpty ? [] : [AttemptSignal.reports(reports)]
        return if case .ended = signal { signals + [signal] } else { signals }
    }

    func kept(of reports: [MetricReport]) -> [MetricReport] {
        metrics.withLock { metrics in
            reports.filter { report in
                while metrics.count <= report.metric { metrics.append(Metric()) }
                return Self.keeps(report, &metrics[report.metric])
            }
        }
    }

    private static func keeps(_ report: MetricReport, _ metric: inout Metric) -> Bool {
        metric.skipped += 1
        guard metric.skipped == metric.stride else {
            metric.latest = report
            return false
        }
        metric.latest = nil
        metric.skipped = 0
        metric.kept += 1
        if metric.kept == limit {
            metric.kept = 0
            metric.stride *= 2
        }
        return true
    }

    /// At the end: the last report of each metric that was left out.
    func withheld() -> [MetricReport] {
        metrics.withLock { metrics in
            defer { metrics = metrics.map { Metric(stride: $0.stride, kept: $0.kept) } }
            return metrics.compactMap(\.latest)
        }
    }
}
