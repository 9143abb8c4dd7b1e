/// A population over its generations: a row a place, a column a generation, and an edge to where each member's state came from.
package enum LineagePicture {
    static let limit = 4_000

    /// - Throws: ``NothingToDraw`` where there are no members.
    package static func svg(title: String, _ members: [PlottedMember], _ objective: PlottedObjective) throws(NothingToDraw) -> String {
        guard !members.isEmpty else { throw NothingToDraw("the study has no population; pbt and pb2 keep one") }
        let last = members.map(\.generation).max() ?? 0
        let first = members.map(\.generation).min() ?? 0
        let size = (members.map(\.place).max() ?? 0) + 1
        // Whole generations are left out, so that what is drawn joins up.
        let columns = max(2, limit / size)
        let isCut = last - first + 1 > columns
        let begin = isCut ? last - columns + 1 : first
        let shown = members.filter { $0.generation >= begin }.sorted { ($0.generation, $0.place) < ($1.generation, $1.place) }
        let copies = shown.count { $0.parent != nil && $0.parent != $0.place }
        var remarks = [
            "\(NumberText.count(size, "member")) over \(NumberText.count(last - first + 1, "generation"))",
            "\(NumberText.count(copies)) \(copies == 1 ? "copy" : "copies") of another member's state", "the stronger, the better within its generation",
        ]
        if isCut { remarks.append("the last \(columns) generations") }
        let scored = members.filter { $0.value?.isFinite == true }
        let best = scored.min { (objective.loss($0.value ?? 0), $0.generation, $0.place) < (objective.loss($1.value ?? 0), $1.generation, $1.place) }
        if let best, let value = best.value { remarks.append("best \(objective.name) \(NumberText.significant(value)) (trial \(best.trial), generation \(best.generation))") }

        var legend: [Canvas.Legend] = [.line("edge", "went on"), .line("copy", "took over another's state"), .mark(.disc, "r5", "best sixth"), .mark(.disc, "r0", "worst sixth")]
        if shown.contains(where: { $0.value == nil }) { legend.append(.mark(.cross, "failed", "no value")) }
        if best != nil { legend.append(.mark(.diamond, "best", "best of all")) }
        var canvas = Canvas(.lineage, title: title, remarks: remarks, legend: legend)
        let rowHeight = min(26, max(6, 420 / Double(size)))
        let bottom = canvas.top + 62 + Double(size) * rowHeight
        let panel = Panel(
            &canvas.svg, left: Canvas.margin, top: canvas.top, right: canvas.width - Canvas.margin - 8, bottom: bottom,
            x: .around(Double(begin), Double(last), isWhole: true), y: .choices((0..<size).map { "\($0)" }), xTitle: "generation", yTitle: "member")
        for member in shown where member.generation > begin {
            guard let parent = member.parent else { continue }
            let (x0, x1) = (panel.x.position(Double(member.generation - 1)), panel.x.position(Double(member.generation)))
            canvas.svg.line(x0, panel.y.position(Double(parent)), x1, panel.y.position(Double(member.place)), style: parent == member.place ? "edge" : "copy")
        }
        marks(&canvas.svg, shown, best, objective, panel)
        return canvas.finished(height: bottom + 8)
    }

    private static func marks(_ svg: inout SVGText, _ members: [PlottedMember], _ best: PlottedMember?, _ objective: PlottedObjective, _ panel: Panel) {
        var discs = (0..<Theme.steps).map { Marks(.disc, "r\($0)") }
        var none = Marks(.cross, "failed")
        for (_, generation) in Dictionary(grouping: members, by: \.generation).sorted(by: { $0.key < $1.key }) {
            let scored = generation.filter { $0.value?.isFinite == true }
            let ranks = Theme.ranks(scored.map { objective.loss($0.value ?? 0) })
            for member in generation {
                let (x, y) = (panel.x.position(Double(member.generation)), panel.y.position(Double(member.place)))
                let note = "trial \(member.trial), generation \(member.generation): \(member.value.map { NumberText.significant($0) } ?? "no value")"
                if let place = scored.firstIndex(of: member) { discs[ranks[place]].add(x, y, note) } else { none.add(x, y, note) }
            }
        }
        for marks in discs + [none] { marks.draw(&svg, areNoted: members.count <= Marks.noted) }
        if let best, members.contains(best) {
            var mark = Marks(.diamond, "best")
            mark.add(panel.x.position(Double(best.generation)), panel.y.position(Double(best.place)), "best: trial \(best.trial)")
            mark.draw(&svg, areNoted: true)
        }
    }
}
