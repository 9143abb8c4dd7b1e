/// Two objectives against each other, and the trials that none beats in all of them.
package enum ParetoPicture {
    static let limit = 5_000

    /// - Parameters:
    ///   - front: numbers of the trials on the front of all objectives.
    ///   - shown: which two of them are drawn.
    /// - Throws: ``NothingToDraw`` where there is one objective only, or no trial with values.
    package static func svg(
        title: String, _ trials: [PlottedTrial], _ objectives: [PlottedObjective], front: Set<Int>, shown pair: (x: Int, y: Int) = (0, 1)
    ) throws(NothingToDraw) -> String {
        guard objectives.count > 1 else { throw NothingToDraw("the study has one objective; a front has two or more") }
        guard objectives.indices.contains(pair.x), objectives.indices.contains(pair.y) else { throw NothingToDraw("the study has no such objective") }
        let trials = trials.sorted { $0.number < $1.number }
        let (x, y) = (try trials.axis(pair.x, objectives[pair.x]), try trials.axis(pair.y, objectives[pair.y]))
        let points = trials.compactMap { trial -> (trial: PlottedTrial, x: Double, y: Double)? in
            guard trial.ending != .failed, trial.ending != .pruned, let a = trial.value(pair.x), let b = trial.value(pair.y) else { return nil }
            return (trial, a, b)
        }
        guard !points.isEmpty else { throw NothingToDraw("no trial has values of all objectives yet") }
        let best = points.filter { front.contains($0.trial.number) }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
        let others = points.filter { !front.contains($0.trial.number) }
        let drawn = Thinning.indices(others.count, limit: limit).map { others[$0] }
        var remarks = [trials.summary, "\(NumberText.count(best.count)) on the front"]
        if drawn.count < others.count { remarks.append("\(NumberText.count(drawn.count)) of the others drawn, evenly spread") }
        if x.beyond + y.beyond > 0 { remarks.append("\(NumberText.count(x.beyond + y.beyond, "value")) beyond an axis, drawn at its end") }
        if objectives.count > 2 { remarks.append("the front is that of all \(objectives.count) objectives, of which two are shown") }

        let shown = points.map(\.trial)
        var legend = TrialMarks.legend(shown, beyond: 0, minimizes: true)
        legend.append(.mark(.diamond, "best", "on the front"))
        let height = 520.0
        var canvas = Canvas(.pareto, title: title, remarks: remarks, legend: legend)
        let panel = Panel(
            &canvas.svg, left: Canvas.margin, top: canvas.top, right: canvas.width - Canvas.margin - 8, bottom: height - 8, x: x.range, y: y.range,
            xTitle: x.title(of: objectives[pair.x]), yTitle: y.title(of: objectives[pair.y]))
        func note(_ point: (trial: PlottedTrial, x: Double, y: Double)) -> String {
            "trial \(point.trial.number): \(objectives[pair.x].name) \(NumberText.significant(point.x)), \(objectives[pair.y].name) \(NumberText.significant(point.y))"
        }
        let areNoted = points.count <= Marks.noted
        var groups: [(PlottedTrial.Ending, Marks)] = [
            (.complete, Marks(.disc, "done")), (.replicate, Marks(.ring, "again")), (.infeasible, Marks(.square, "infeasible")),
        ]
        for point in drawn {
            guard let group = groups.firstIndex(where: { $0.0 == point.trial.ending }) else { continue }
            groups[group].1.add(panel.x.position(point.x), panel.y.position(point.y), note(point))
        }
        for group in groups { group.1.draw(&canvas.svg, areNoted: areNoted) }
        if objectives.count == 2 { canvas.svg.polyline(steps(best.map { ($0.x, $0.y) }, objectives[pair.x], objectives[pair.y], panel), style: "bestline") }
        var marks = Marks(.diamond, "best")
        for point in best { marks.add(panel.x.position(point.x), panel.y.position(point.y), note(point)) }
        marks.draw(&canvas.svg, areNoted: areNoted)
        return canvas.finished(height: height)
    }

    /// Between two points of the front lies what both of them fall short of: the corner is the worse of each objective.
    private static func steps(_ front: [(Double, Double)], _ x: PlottedObjective, _ y: PlottedObjective, _ panel: Panel) -> [(x: Double, y: Double)] {
        var points: [(x: Double, y: Double)] = []
        for (place, point) in front.enumerated() {
            if place > 0 {
                let before = front[place - 1]
                let worse = y.minimizes ? max(before.1, point.1) : min(before.1, point.1)
                let corner = (x.minimizes ? point.0 : before.0, worse)
                points.append((panel.x.position(corner.0), panel.y.position(corner.1)))
            }
            points.append((panel.x.position(point.0), panel.y.position(point.1)))
        }
        return points
    }
}
