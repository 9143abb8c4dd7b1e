/// How many trials reached each budget, with which value, and who went on from there.
package enum RungsPicture {
    static let limit = 3_000

    /// - Parameters:
    ///   - budgets: the rungs, ascending.
    ///   - unit: what a budget counts, such as `epochs`.
    /// - Throws: ``NothingToDraw`` where no trial reached a rung, or there is one rung only.
    package static func svg(title: String, _ climbs: [PlottedClimb], budgets: [Double], unit: String, _ objective: PlottedObjective) throws(NothingToDraw) -> String {
        let rungs = budgets.sorted()
        let climbs = climbs.filter { !$0.budgets.isEmpty }.sorted { $0.trial < $1.trial }
        guard rungs.count > 1, !climbs.isEmpty else {
            throw NothingToDraw("all trials were given the same budget, so there are no rungs")
        }
        guard let axis = ValueAxis(climbs.flatMap(\.values), minimizes: objective.minimizes) else { throw NothingToDraw("no trial has a value at a rung") }
        let reached = rungs.map { rung in climbs.count { $0.budgets.contains(rung) } }
        let went = rungs.map { rung in climbs.count { climb in climb.budgets.contains(rung) && (climb.budgets.last ?? 0) > rung } }
        let shown = Thinning.indices(climbs.count, limit: limit).map { climbs[$0] }
        var remarks = ["\(NumberText.count(climbs.count, "trial")) on \(rungs.count) rungs", "each dot is a trial's value at that budget; lines join those that went on"]
        if shown.count < climbs.count { remarks.append("\(NumberText.count(limit)) trials drawn, evenly spread") }
        if axis.beyond > 0 { remarks.append("\(NumberText.count(axis.beyond, "value")) beyond the axis") }
        let legend: [Canvas.Legend] = [
            .box("bar", "went on"), .box("rest", "ended or waits there"), .mark(.disc, "done", "went on, or complete"), .mark(.triangle, "pruned", "ended or waits there"),
        ]
        var canvas = Canvas(.rungs, title: title, remarks: remarks, legend: legend)
        let names = rungs.map { "\(NumberText.significant($0, 6))" }
        let x = AxisRange.choices(names)
        let top = canvas.top
        let most = Double(reached.max() ?? 1)
        let counts = Panel(
            &canvas.svg, left: Canvas.margin + 20, top: top, right: canvas.width - Canvas.margin - 8, bottom: top + 190, x: x,
            y: AxisRange(kind: .linear, low: 0, high: most * 1.18, isWhole: true), xTitle: "", yTitle: "trials that reached the budget")
        let half = min(44, (counts.right - counts.left) / Double(rungs.count) * 0.36)
        for place in rungs.indices {
            let middle = counts.x.position(Double(place))
            let (whole, on) = (counts.y.position(Double(reached[place])), counts.y.position(Double(went[place])))
            let text = place == rungs.count - 1 ? NumberText.count(reached[place]) : "\(NumberText.count(reached[place])) → \(NumberText.count(went[place]))"
            let isLast = place == rungs.count - 1
            if isLast {
                canvas.svg.rectangle(middle - half, whole, half * 2, counts.bottom - whole, style: "bar")
            } else {
                canvas.svg.rectangle(middle - half, whole, half * 2, on - whole, style: "rest")
                canvas.svg.rectangle(middle - half, on, half * 2, counts.bottom - on, style: "bar")
            }
            if TextWidth.of(text) < (counts.right - counts.left) / Double(rungs.count) { canvas.svg.text(text, middle, whole - 6, anchor: .middle) }
        }
        let panel = Panel(
            &canvas.svg, left: counts.left - 10 - labelRoom(axis.range), top: top + 204, right: counts.right, bottom: top + 480, x: x, y: axis.range, xTitle: "budget (\(unit))",
            yTitle: axis.title(of: objective))
        draw(&canvas.svg, shown, rungs, objective, axis, panel)
        return canvas.finished(height: top + 486)
    }

    /// Both panels begin at the same place, so that their rungs stand below each other.
    private static func labelRoom(_ range: AxisRange) -> Double {
        range.ticks(length: 218, room: 38).map { TextWidth.of($0.label) }.max() ?? 0
    }

    private static func draw(
        _ svg: inout SVGText, _ climbs: [PlottedClimb], _ rungs: [Double], _ objective: PlottedObjective, _ axis: ValueAxis, _ panel: Panel
    ) {
        var (on, stopped, beyond) = (Marks(.disc, "done"), Marks(.triangle, "pruned"), Marks(objective.minimizes ? .arrowUp : .arrowDown, "beyond"))
        for climb in climbs {
            let spread = ((Double(climb.trial) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1) - 0.5) * 0.5
            var points: [(x: Double, y: Double)] = []
            for (place, rung) in rungs.enumerated() {
                guard let index = climb.budgets.firstIndex(of: rung), climb.values.indices.contains(index), climb.values[index].isFinite else { continue }
                let value = climb.values[index]
                let x = panel.x.position(Double(place) + spread)
                let note = "trial \(climb.trial) at \(NumberText.significant(rung, 6)): \(NumberText.significant(value))"
                if axis.isBeyond(value) {
                    beyond.add(x, objective.minimizes ? panel.top + 7 : panel.bottom - 7, note)
                    continue
                }
                points.append((x, panel.y.position(value)))
                let wentOn = rung < (climb.budgets.last ?? rung) || climb.ending == .complete
                if wentOn { on.add(x, panel.y.position(value), note) } else { stopped.add(x, panel.y.position(value), note) }
            }
            if points.count > 1 { svg.polyline(points, style: "edge") }
        }
        for marks in [stopped, on, beyond] { marks.draw(&svg, areNoted: climbs.count * rungs.count <= Marks.noted) }
    }
}
