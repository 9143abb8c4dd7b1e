/// A rectangle with two axes, and perhaps a lane below it for trials that have no value.
struct Panel {
    let x: Scale
    let y: Scale
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double
    /// The middle of the lane.
    let lane: Double

    /// Draws grid, axes and labels.
    ///
    /// - Parameters:
    ///   - bounds: all that the panel may take, labels included.
    ///   - yTitle: above the axis, where it can be read without turning one's head.
    init(
        _ svg: inout SVGText, left outer: Double, top: Double, right: Double, bottom outerBottom: Double, x: AxisRange, y: AxisRange, xTitle: String,
        yTitle: String?, hasLane: Bool = false, size: Double = 12
    ) {
        let isNamed = !xTitle.isEmpty
        let axisTop = top + (yTitle == nil ? 4 : 20)
        let bottom = outerBottom - (hasLane ? 22 : 0) - 20 - (isNamed ? 18 : 0)
        let yTicks = y.ticks(length: bottom - axisTop, room: y.categories.isEmpty ? 38 : 16)
        let labels = yTicks.map { TextWidth.fitting($0.label, width: 170) }
        let left = outer + (labels.map { TextWidth.of($0) }.max() ?? 0) + 10
        self.left = left
        self.right = right
        self.top = axisTop
        self.bottom = bottom
        lane = bottom + 13
        self.x = x.scale(from: left, to: right)
        self.y = y.scale(from: bottom, to: axisTop)

        if let yTitle {
            svg.text(TextWidth.fitting(yTitle, width: right - outer), outer, top + 8, style: "muted", full: yTitle)
        }
        if hasLane { svg.rectangle(left, bottom + 4, right - left, 18, style: "lane") }
        for (tick, label) in zip(yTicks, labels) {
            let place = self.y.position(tick.value)
            svg.line(left, place, right, place, style: "grid")
            svg.text(label, left - 7, place + 4, anchor: .end, full: tick.label)
        }
        let base = bottom + (hasLane ? 22 : 0)
        for tick in x.ticks(length: right - left) {
            let place = self.x.position(tick.value)
            svg.line(place, base, place, base + 4, style: "axis")
            // A label at the edge leans inwards, so that it does not leave the page.
            let half = TextWidth.of(tick.label) / 2
            svg.text(tick.label, min(max(place, outer + half), right + 14 - half), base + 16, anchor: .middle)
        }
        svg.line(left, axisTop, left, base, style: "axis")
        svg.line(left, base, right, base, style: "axis")
        if isNamed {
            svg.text(
                TextWidth.fitting(xTitle, width: right - outer), (left + right) / 2, base + 34, anchor: .middle, style: "muted", full: xTitle)
        }
    }
}
