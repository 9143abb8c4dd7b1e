/// Configurations as lines across all parameters to their value; the better, the stronger and thicker, drawn last.
package enum ParallelPicture {
    static let axes = 12
    /// Lines at the most; the best ones are all among them.
    static let limit = 600
    static let kept = 200

    /// - Parameter parameters: in the order of the configurations; `order` says which come first, by index.
    /// - Throws: ``NothingToDraw`` where no trial has a value, or there is no parameter.
    package static func svg(
        title: String, _ trials: [PlottedTrial], _ parameters: [PlottedParameter], order: [Int]? = nil, objective index: Int = 0,
        _ objective: PlottedObjective
    ) throws(NothingToDraw) -> String {
        guard !parameters.isEmpty else { throw NothingToDraw("the study has no parameter that a picture has an axis for") }
        let axis = try trials.axis(index, objective)
        let lines = trials.filter { $0.ending == .complete && $0.value(index) != nil }.sorted {
            let (one, other) = (objective.loss($0.value(index) ?? 0), objective.loss($1.value(index) ?? 0))
            return one != other ? one < other : $0.number < $1.number
        }
        guard !lines.isEmpty else { throw NothingToDraw("no trial is complete yet") }
        let all = (order ?? Array(parameters.indices)).filter { parameter in lines.contains { $0.has(parameter) } }
        // The most important ones, in the order in which they are declared.
        let chosen = Array(all.prefix(axes)).sorted()
        let steps = Theme.ranks(lines.map { objective.loss($0.value(index) ?? 0) })
        let shown = Thinning.indices(lines.count, limit: limit, keeping: kept)
        var remarks = ["\(NumberText.count(lines.count, "complete trial"))", "the better, the stronger and thicker the line; six steps by rank"]
        if chosen.count < all.count { remarks.append("\(chosen.count) of \(NumberText.count(all.count)) parameters") }
        if shown.count < lines.count { remarks.append("the best \(kept) and every nth other drawn") }
        if axis.beyond > 0 { remarks.append("\(NumberText.count(axis.beyond, "value")) beyond the axis") }

        let spacing = min(180, max(96, 768 / Double(chosen.count + 1)))
        let names = chosen.map { parameters[$0].name } + [objective.name]
        let legend: [Canvas.Legend] = [
            .line("r5", "best sixth"), .line("r3", "middle"), .line("r0", "worst sixth"), .line("bestline", "best (trial \(lines[0].number))"),
        ]
        let width = max(640, Double(chosen.count + 1) * spacing + 2 * Canvas.margin)
        var canvas = Canvas(.parallel, title: title, remarks: remarks, legend: legend, width: width)
        let (top, bottom) = (canvas.top + 24, canvas.top + 24 + 300)
        let gaps = Set(chosen.filter { parameter in lines.contains { $0.lacks(parameter) } })
        // Labels stand to the right of their axis, so the first one needs little room.
        let between = (width - 2 * Canvas.margin - spacing * 0.45 - 20) / Double(max(1, names.count - 1))
        let places = names.indices.map { Canvas.margin + 20 + Double($0) * between }
        let ranges = chosen.map { place in
            parameters[place].range(covering: lines.lazy.compactMap { $0.configuration.indices.contains(place) ? $0.configuration[place] : nil })
        }
        let scales = (ranges + [axis.range]).map { $0.scale(from: bottom, to: top) }

        canvas.svg.raw(shown.count > 200 ? "<g class=\"many\">\n" : "<g>\n")
        for rank in shown.reversed() {
            if rank == 0 { canvas.svg.raw("</g>\n") }
            let trial = lines[rank]
            var points: [(x: Double, y: Double)] = []
            for (place, parameter) in chosen.enumerated() {
                let value = trial.configuration.indices.contains(parameter) ? trial.configuration[parameter] : nil
                points.append((places[place], value.map { scales[place].position($0.position) } ?? bottom + 22))
            }
            points.append((places[names.count - 1], scales[names.count - 1].position(trial.value(index) ?? 0)))
            let note = shown.count <= Marks.noted ? "trial \(trial.number): \(NumberText.significant(trial.value(index) ?? 0))" : nil
            canvas.svg.polyline(points, style: rank == 0 ? "bestline" : "r\(steps[rank])", note: note)
        }
        for (place, range) in (ranges + [axis.range]).enumerated() {
            let room = (place + 1 < names.count ? places[place + 1] : width - 4) - places[place] - 10
            let isLast = place == names.count - 1
            let name = TextWidth.fitting(names[place], width: isLast ? 2 * (width - places[place] - 6) : spacing - 8, size: 12.8)
            canvas.svg.text(
                name, place == 0 ? Canvas.margin : places[place], top - 10, anchor: place == 0 ? .start : .middle,
                style: "strong", full: names[place])
            draw(&canvas.svg, range, scales[place], x: places[place], room: room, top: top, bottom: bottom)
            if !isLast, gaps.contains(chosen[place]) { canvas.svg.text("not set", places[place], bottom + 38, anchor: .middle, style: "muted small") }
        }
        return canvas.finished(height: bottom + (gaps.isEmpty ? 24 : 52))
    }

    private static func draw(_ svg: inout SVGText, _ range: AxisRange, _ scale: Scale, x: Double, room: Double, top: Double, bottom: Double) {
        svg.line(x, top, x, bottom, style: "axis")
        for tick in range.ticks(length: bottom - top, room: range.categories.isEmpty ? 50 : 15) {
            let y = scale.position(tick.value)
            let label = TextWidth.fitting(tick.label, width: max(24, room), size: 11)
            svg.line(x - 3, y, x + 3, y, style: "axis")
            // Lines cross the labels: the ground shows through but a little.
            svg.rectangle(x + 4, y - 7, TextWidth.of(label, size: 11) * 0.95 + 3, 14, style: "halo")
            svg.text(label, x + 6, y + 4, style: "small", full: tick.label)
        }
    }
}
