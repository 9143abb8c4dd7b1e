package import TunedPlots
import TunedRecords

/// What the runs of a study reported, in bounded memory: of a run that reports often every second, fourth, eighth … value is kept, and its last.
package struct ReportedCurves: Sendable {
    /// Values of one run.
    static let pointLimit = 400
    /// Runs; further ones are left out.
    static let runLimit = 20_000

    private struct Key: Hashable {
        var trial: Int
        var fold: Int
        var metric: Int
    }

    private struct Curve {
        var reports: [MetricReport] = []
        var last: MetricReport
        var stride = 1
        var seen = 0
    }

    private var curves: [Key: Curve] = [:]

    package init() {}

    package var isEmpty: Bool { curves.isEmpty }

    mutating func add(_ report: MetricReport, trial: Int, fold: Int) {
        let key = Key(trial: trial, fold: fold, metric: report.metric)
        guard report.value.isFinite, curves[key] != nil || curves.count < Self.runLimit else { return }
        var curve = curves.removeValue(forKey: key) ?? Curve(last: report)
        curve.last = report
        if curve.seen % curve.stride == 0 { curve.reports.append(report) }
        curve.seen += 1
        if curve.reports.count > Self.pointLimit {
            curve.reports = curve.reports.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            curve.stride *= 2
        }
        curves[key] = curve
    }

    /// Metrics that were reported, by their index in the schema, the most often reported first.
    package var metrics: [Int] {
        let counts = Dictionary(curves.map { ($0.key.metric, 1) }, uniquingKeysWith: +)
        return counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map(\.key)
    }

    package func curves(of metric: Int) -> [PlottedCurve] {
        curves.filter { $0.key.metric == metric }.sorted { ($0.key.trial, $0.key.fold) < ($1.key.trial, $1.key.fold) }.map { key, curve in
            let reports = curve.reports.last == curve.last ? curve.reports : curve.reports + [curve.last]
            return PlottedCurve(trial: key.trial, fold: key.fold, steps: reports.map { Double($0.step) }, values: reports.map(\.value))
        }
    }
}
