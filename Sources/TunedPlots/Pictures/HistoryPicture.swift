/// Values of trials in the order of their numbers, and the best so far as a step line.
package enum HistoryPicture {
    /// Trials beyond which some are left out; the line of the best is always of all of them.
    static let limit = 5_000

    /// - Parameter objective: which one of a trial's values.
    /// - Throws: ``NothingToDraw`` where no trial has a value.
    package static func svg(title: String, _ trials: [PlottedTrial], objective index: Int = 0, _ objective: PlottedObjective) throws(NothingToDraw) -> String {
        let trials = trials.sorted { $0.number < $1.number }
        let axis = try trials.axis(index, objective)
        var remarks = [trials.summary]
        let best = trials.best(index, objective)
        if let best { remarks.append("best \(NumberText.significant(best.value)) (trial \(best.trial.number))") }
        if axis.beyond > 0 { remarks.append("\(NumberText.count(axis.beyond, "value")) beyond the axis") }
        let shown = Thinning.indices(trials.count, limit: limit).map { trials[$0] }
        if shown.count < trials.count { remarks.append("\(NumberText.count(limit)) of them drawn, evenly spread") }
        var legend = TrialMarks.legend(trials, beyond: axis.beyond, minimizes: objective.minimizes)
        if best != nil { legend.append(.line("bestline", "best so far")) }

        let height = 460.0
        var canvas = Canvas(.history, title: title, remarks: remarks, legend: legend)
        let hasLane = trials.contains { $0.ending == .failed || $0.value(index) == nil }
        let (first, last) = (Double(trials.first?.number ?? 0), Double(trials.last?.number ?? 0))
        let label = best.map { NumberText.significant($0.value) } ?? ""
        let panel = Panel(
            &canvas.svg, left: Canvas.margin, top: canvas.top, right: canvas.width - Canvas.margin - (TextWidth.of(label) + 8), bottom: height - 10,
            x: .around(first, last, isWhole: true), y: axis.range, xTitle: "trial", yTitle: axis.title(of: objective), hasLane: hasLane)

        var marks = TrialMarks(minimizes: objective.minimizes)
        for trial in shown {
            let value = trial.value(index)
            marks.add(
                trial, x: panel.x.position(Double(trial.number)), value: value, on: axis, panel, minimizes: objective.minimizes,
                note: "trial \(trial.number): \(value.map { NumberText.significant($0) } ?? "failed")")
        }
        marks.draw(&canvas.svg, areNoted: shown.count <= Marks.noted)
        bestSoFar(&canvas.svg, trials, index, objective, panel, label)
        return canvas.finished(height: height)
    }

    private static func bestSoFar(
        _ svg: inout SVGText, _ trials: [PlottedTrial], _ index: Int, _ objective: PlottedObjective, _ panel: Panel, _ label: String
    ) {
        var points: [(x: Double, y: Double)] = []
        var best: Double?
        for trial in trials where trial.ending == .complete {
            guard let value = trial.value(index) else { continue }
            if let best, objective.loss(value) >= objective.loss(best) { continue }
            let x = panel.x.position(Double(trial.number))
            if let last = points.last { points.append((x, last.y)) }
            points.append((x, panel.y.position(value)))
            best = value
        }
        guard let last = points.last else { return }
        points.append((panel.right, last.y))
        svg.polyline(points, style: "bestline")
        svg.text(label, panel.right + 6, last.y + 4, style: "strong")
    }
}
