/// What trials reported at each step. A trial with several folds is one line: the mean of those folds that reported at a step.
package enum IntermediatePicture {
    static let curves = 200
    /// Points of one curve.
    static let points = 200
    /// Trials that are never left out.
    static let kept = 50

    /// - Parameters:
    ///   - metric: what was reported.
    ///   - endings: of the trials; one that is missing still runs.
    ///   - best: number of the trial to point out.
    /// - Throws: ``NothingToDraw`` where nothing was reported.
    package static func svg(
        title: String, _ curves: [PlottedCurve], metric: PlottedObjective, endings: [Int: PlottedTrial.Ending], best: Int?
    ) throws(NothingToDraw) -> String {
        var lines = means(of: curves)
        guard !lines.isEmpty else { throw NothingToDraw("no trial reported a value at a step; a plugin does so with host->report, an outside program with POST .../reports") }
        let axis = ValueAxis(lines.flatMap { $0.points.map(\.value) }, minimizes: metric.minimizes)
        guard let axis else { throw NothingToDraw("no finite value was reported") }
        // Best last value first, so that those are kept.
        lines.sort { metric.loss($0.last) != metric.loss($1.last) ? metric.loss($0.last) < metric.loss($1.last) : $0.trial < $1.trial }
        var shown = Thinning.indices(lines.count, limit: Self.curves, keeping: kept).map { lines[$0] }
        if let best, !shown.contains(where: { $0.trial == best }), let line = lines.first(where: { $0.trial == best }) { shown.append(line) }
        let ended = shown.map { endings[$0.trial] }

        let folds = Set(curves.map(\.fold)).count
        var remarks = ["\(NumberText.count(lines.count, "trial")) reported \(metric.name)"]
        if folds > 1 { remarks.append("means over the folds that had come so far") }
        if shown.count < lines.count { remarks.append("the \(kept) that ended best and every nth other drawn") }
        if axis.beyond > 0 { remarks.append("\(NumberText.count(axis.beyond, "value")) beyond the axis") }
        var legend: [Canvas.Legend] = []
        if ended.contains(.complete) || ended.contains(.replicate) || ended.contains(.infeasible) { legend.append(.line("curve", "complete")) }
        if ended.contains(.pruned) { legend += [.line("cut", "pruned"), .mark(.triangle, "pruned", "where it was pruned")] }
        if ended.contains(.failed) { legend += [.line("lost", "failed"), .mark(.cross, "failed", "where it failed")] }
        if ended.contains(nil) { legend.append(.line("going", "running or waiting")) }
        if let best, shown.contains(where: { $0.trial == best }) { legend.append(.line("bestline", "best (trial \(best))")) }

        let height = 460.0
        var canvas = Canvas(.intermediate, title: title, remarks: remarks, legend: legend)
        let steps = shown.flatMap { line in [line.points.first, line.points.last].compactMap { $0?.step } }
        let panel = Panel(
            &canvas.svg, left: Canvas.margin, top: canvas.top, right: canvas.width - Canvas.margin - 8, bottom: height - 8,
            x: .around(steps.min() ?? 0, steps.max() ?? 0, isWhole: true), y: axis.range, xTitle: "step", yTitle: axis.title(of: metric))
        // The best of them is drawn last, over the others.
        for line in shown.reversed().sorted(by: { ($0.trial == best ? 1 : 0) < ($1.trial == best ? 1 : 0) }) {
            draw(&canvas.svg, line, line.trial == best, endings[line.trial], panel)
        }
        return canvas.finished(height: height)
    }

    private static func draw(_ svg: inout SVGText, _ line: Line, _ isBest: Bool, _ ending: PlottedTrial.Ending?, _ panel: Panel) {
        let points = Thinning.indices(line.points.count, limit: points - 1).map { line.points[$0] } + line.points.suffix(line.points.count > points - 1 ? 1 : 0)
        let places = points.map { (x: panel.x.position($0.step), y: panel.y.position($0.value)) }
        let style =
            switch ending {
            case _ where isBest: "bestline"
            case .pruned: "cut"
            case .failed: "lost"
            case nil: "going"
            default: "curve"
            }
        let note = "trial \(line.trial): \(NumberText.significant(line.last)) at step \(NumberText.significant(points.last?.step ?? 0, 9))"
        guard let end = places.last else { return }
        if places.count > 1 { svg.polyline(places, style: style, note: note) }
        switch ending {
        case .pruned: svg.path(Mark.triangle.data(end.x, end.y), style: "m triangle pruned", note: note)
        case .failed: svg.path(Mark.cross.data(end.x, end.y), style: "m cross failed", note: note)
        // A line of one point would not be seen.
        default: if places.count == 1 { svg.path(Mark.disc.data(end.x, end.y), style: "m disc \(isBest ? "best" : "done")", note: note) }
        }
    }

    private struct Line {
        var trial: Int
        var points: [(step: Double, value: Double)]
        var last: Double { points.last?.value ?? .infinity }
    }

    /// Of a step that was reported twice, the later report counts.
    private static func means(of curves: [PlottedCurve]) -> [Line] {
        var sums: [Int: [Double: (sum: Double, count: Double)]] = [:]
        for curve in curves.sorted(by: { ($0.trial, $0.fold) < ($1.trial, $1.fold) }) {
            let steps = Dictionary(curve.points.filter { $0.step.isFinite && $0.value.isFinite }.map { ($0.step, $0.value) }) { $1 }
            for (step, value) in steps {
                let known = sums[curve.trial, default: [:]][step] ?? (0, 0)
                sums[curve.trial, default: [:]][step] = (known.sum + value, known.count + 1)
            }
        }
        return sums.keys.sorted().map { trial in
            let steps = sums[trial] ?? [:]
            return Line(trial: trial, points: steps.keys.sorted().compactMap { step in steps[step].map { (step, $0.sum / $0.count) } })
        }
    }
}
