/// Values over each parameter, one panel a parameter, on the parameter's own scale.
package enum SlicePicture {
    /// Panels at the most.
    static let panels = 24
    /// Marks of one panel, and over all of them, at the most.
    static let panelLimit = 3_000
    static let limit = 24_000

    /// - Parameter parameters: in the order of the configurations; `order` says which come first, by index.
    /// - Throws: ``NothingToDraw`` where no trial has a value, or there is no parameter.
    package static func svg(
        title: String, _ trials: [PlottedTrial], _ parameters: [PlottedParameter], order: [Int]? = nil, objective index: Int = 0,
        _ objective: PlottedObjective
    ) throws(NothingToDraw) -> String {
        guard !parameters.isEmpty else { throw NothingToDraw("the study has no parameter that a picture has an axis for") }
        let trials = trials.sorted { $0.number < $1.number }
        let axis = try trials.axis(index, objective)
        let all = (order ?? Array(parameters.indices)).filter { parameter in trials.contains { $0.has(parameter) } }
        guard !all.isEmpty else { throw NothingToDraw("no trial has a value of a parameter that the study searches now") }
        let chosen = Array(all.prefix(panels))
        let shown = Thinning.indices(trials.count, limit: min(panelLimit, limit / chosen.count)).map { trials[$0] }
        var remarks = [trials.summary]
        if chosen.count < all.count { remarks.append("\(chosen.count) of \(NumberText.count(all.count)) parameters") }
        if axis.beyond > 0 { remarks.append("\(NumberText.count(axis.beyond, "value")) beyond the axis") }
        if shown.count < trials.count { remarks.append("\(NumberText.count(shown.count)) trials drawn, evenly spread") }
        if chosen.contains(where: { if case .choices = parameters[$0].axis { true } else { false } }) {
            remarks.append("choices are spread sideways only to be told apart")
        }
        let best = trials.best(index, objective)
        var legend = TrialMarks.legend(trials, beyond: axis.beyond, minimizes: objective.minimizes)
        if let best { legend.append(.mark(.diamond, "best", "best (trial \(best.trial.number))")) }

        let columns = min(3, chosen.count)
        let width = columns == 1 ? 520.0 : 800
        var canvas = Canvas(.slice, title: title, remarks: remarks, legend: legend, width: width)
        let cell = (width - 2 * Canvas.margin + 18) / Double(columns)
        let rowHeight = columns == 1 ? 320.0 : 236
        canvas.svg.text(axis.title(of: objective), Canvas.margin, canvas.top + 8, style: "muted")
        let top = canvas.top + 16
        let hasLane = trials.contains { $0.ending == .failed || $0.value(index) == nil }
        for (place, parameter) in chosen.enumerated() {
            let left = Canvas.margin + Double(place % columns) * cell
            let rowTop = top + Double(place / columns) * rowHeight
            let values = trials.lazy.compactMap { $0.configuration.indices.contains(parameter) ? $0.configuration[parameter] : nil }
            let panel = Panel(
                &canvas.svg, left: left, top: rowTop, right: left + cell - 20, bottom: rowTop + rowHeight - 10,
                x: parameters[parameter].range(covering: values), y: axis.range, xTitle: parameters[parameter].name, yTitle: nil, hasLane: hasLane)
            draw(&canvas.svg, shown, parameters[parameter], parameter, index, objective, axis, panel, areNoted: shown.count * chosen.count <= Marks.noted)
            if let best, best.trial.configuration.indices.contains(parameter), let value = best.trial.configuration[parameter] {
                var mark = Marks(.diamond, "best")
                let text = parameters[parameter].text(value)
                mark.add(
                    x(best.trial, value, panel), panel.y.position(best.value),
                    "best: trial \(best.trial.number), \(parameters[parameter].name) = \(text), \(NumberText.significant(best.value))")
                mark.draw(&canvas.svg, areNoted: true)
            }
        }
        return canvas.finished(height: top + Double((chosen.count + columns - 1) / columns) * rowHeight)
    }

    private static func draw(
        _ svg: inout SVGText, _ trials: [PlottedTrial], _ parameter: PlottedParameter, _ place: Int, _ index: Int, _ objective: PlottedObjective,
        _ axis: ValueAxis, _ panel: Panel, areNoted: Bool
    ) {
        var marks = TrialMarks(minimizes: objective.minimizes)
        for trial in trials {
            guard trial.configuration.indices.contains(place), let value = trial.configuration[place], value.position.isFinite else { continue }
            let result = trial.value(index)
            marks.add(
                trial, x: x(trial, value, panel), value: result, on: axis, panel, minimizes: objective.minimizes,
                note: "trial \(trial.number): \(parameter.text(value)), \(result.map { NumberText.significant($0) } ?? "failed")")
        }
        marks.draw(&svg, areNoted: areNoted)
    }

    /// Choices lie beside each other by the golden ratio of the trial's number: spread evenly, and the same each time.
    private static func x(_ trial: PlottedTrial, _ value: PlottedValue, _ panel: Panel) -> Double {
        guard case .choice(let choice) = value else { return panel.x.position(value.position) }
        let spread = (Double(trial.number) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1) - 0.5
        return panel.x.position(Double(choice) + spread * 0.6)
    }
}
