/// The share of each parameter as a bar with its number.
package enum ImportancePicture {
    static let bars = 25

    /// - Parameters:
    ///   - shares: greatest first.
    ///   - method: how they were found, for the remark.
    /// - Throws: ``NothingToDraw`` where there are none.
    package static func svg(title: String, _ shares: [PlottedShare], method: String, objective: PlottedObjective, trials: Int) throws(NothingToDraw) -> String {
        guard !shares.isEmpty else { throw NothingToDraw("the study has no parameter to compare") }
        var rows = shares.prefix(bars).map { (name: $0.names.joined(separator: " × "), share: $0.share) }
        if shares.count > bars {
            let rest = shares.dropFirst(bars)
            rows.append(("\(NumberText.count(rest.count)) others", rest.reduce(0) { $0 + $1.share }))
        }
        var canvas = Canvas(
            .importance, title: title,
            remarks: ["share of each parameter in what makes the \(objective.name) of trials differ", "\(method) over \(NumberText.count(trials, "complete trial"))"])
        let names = rows.map { TextWidth.fitting($0.name, width: 260) }
        let left = Canvas.margin + (names.map { TextWidth.of($0) }.max() ?? 0) + 10
        // Numbers stand behind the bars; the longest is 100%.
        let right = canvas.width - Canvas.margin - TextWidth.of("99.99%") - 8
        let (top, height) = (canvas.top, 24.0)
        let largest = max(rows.map(\.share).filter(\.isFinite).max() ?? 0, 1e-9)
        let scale = Scale(.linear, 0, largest, from: left, to: right)
        for (place, row) in rows.enumerated() {
            let y = top + Double(place) * height
            let text = NumberText.significant(row.share * 100, row.share < 0.1 ? 2 : 3) + "%"
            let end = row.share.isFinite ? scale.position(row.share) : left
            canvas.svg.text(names[place], left - 8, y + 16, anchor: .end, full: row.name)
            canvas.svg.rectangle(left, y + 3, end - left, height - 6, style: "bar", note: "\(row.name): \(text)")
            canvas.svg.text(text, end + 6, y + 16)
        }
        let bottom = top + Double(rows.count) * height
        canvas.svg.line(left, top, left, bottom, style: "axis")
        return canvas.finished(height: bottom + 14)
    }
}
