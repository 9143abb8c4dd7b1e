import Glibc

/// From values to pixels. What lies outside of the range is put on its nearer end; a value that is not finite has no place.
struct Scale {
    enum Kind: Hashable { case linear, logarithmic }

    let kind: Kind
    let low: Double
    let high: Double
    let start: Double
    let end: Double

    /// `low` comes to `start` and `high` to `end`, which may lie to the left of it or below.
    init(_ kind: Kind, _ low: Double, _ high: Double, from start: Double, to end: Double) {
        self.kind = kind
        self.low = low
        self.high = high
        self.start = start
        self.end = end
    }

    func position(_ value: Double) -> Double {
        let value = min(max(value, low), high)
        let fraction: Double
        switch kind {
        // Halved, since the width of the range may exceed the largest double.
        case .linear: fraction = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5
        case .logarithmic: fraction = high > low ? (log(value) - log(low)) / (log(high) - log(low)) : 0.5
        }
        return start + fraction * (end - start)
    }
}

/// What an axis spans and how it is marked, before it is known where on the page it lies.
struct AxisRange: Hashable {
    var kind: Scale.Kind
    var low: Double
    var high: Double
    var isWhole = false
    /// Names in place of numbers, at 0, 1, 2 and so on.
    var categories: [String] = []

    /// Values spread over the axis with a little room on both sides; equal values in its middle.
    static func around(_ low: Double, _ high: Double, _ kind: Scale.Kind = .linear, isWhole: Bool = false) -> AxisRange {
        let (low, high) = (max(low, -8e307), min(high, 8e307))
        switch kind {
        case .linear:
            let span = high - low
            let room = span > 0 ? span * 0.05 : isWhole ? 0.5 : max(low.magnitude * 0.1, low == 0 ? 0.5 : 1e-300)
            // Values that cannot be negative get no negative axis.
            let bottom = low >= 0 && low - room < 0 && span > 0 ? 0 : low - room
            return AxisRange(kind: .linear, low: bottom == 0 && low == 0 ? -room * 0.6 : bottom, high: high + room, isWhole: isWhole)
        case .logarithmic:
            let ratio = high > low ? min(pow(high / low, 0.05), 1e10) : 2
            return AxisRange(kind: .logarithmic, low: max(low / ratio, 1e-307), high: min(high * ratio, 8e307), isWhole: isWhole)
        }
    }

    static func choices(_ names: [String]) -> AxisRange {
        AxisRange(kind: .linear, low: -0.5, high: Double(max(1, names.count)) - 0.5, categories: names)
    }

    func scale(from start: Double, to end: Double) -> Scale { Scale(kind, low, high, from: start, to: end) }

    /// - Parameters:
    ///   - length: pixels of the axis.
    ///   - room: pixels that a label takes along it; nil where that is its own width.
    func ticks(length: Double, room: Double? = nil, size: Double = 12) -> [Tick] {
        if !categories.isEmpty { return categoryTicks(length: length, room: room) }
        var count = max(2, Int(length / (room ?? 34)))
        while true {
            let ticks =
                kind == .logarithmic ? Ticks.logarithmic(low, high, count: count) : Ticks.linear(low, high, count: min(count, 10), isWhole: isWhole)
            if count <= 1 || room != nil || fits(ticks, length, size) { return ticks }
            count -= 1
        }
    }

    private func fits(_ ticks: [Tick], _ length: Double, _ size: Double) -> Bool {
        let scale = scale(from: 0, to: length)
        return zip(ticks, ticks.dropFirst()).allSatisfy { one, next in
            let needed = (TextWidth.of(one.label, size: size) + TextWidth.of(next.label, size: size)) / 2 + 8
            return (scale.position(next.value) - scale.position(one.value)).magnitude >= needed
        }
    }

    /// Every nth name where there is no room for all of them.
    private func categoryTicks(length: Double, room: Double?) -> [Tick] {
        let each = length / Double(categories.count)
        let stride = max(1, Int(((room ?? 22) / each).rounded(.up)))
        return categories.enumerated().filter { $0.offset % stride == 0 }.map { index, name in
            Tick(value: Double(index), label: room == nil ? TextWidth.fitting(name, width: each * Double(stride) - 2) : name)
        }
    }
}
