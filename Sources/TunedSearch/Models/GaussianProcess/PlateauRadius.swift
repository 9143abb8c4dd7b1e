/// How far around a trial its value says the same, where the objective has steps: two trials with exactly equal values and categories, not
/// far from each other, lie on one step, and the radius grows to cover both.
struct PlateauRadius: Sendable {
    private let isCategorical: [Bool]
    private(set) var radius = 0.0
    /// Rows that lie on one step with another one.
    private var tied: [Int] = []

    private static let largest = 0.1
    private static let smallest = 0.01
    private static let growth = 1.2
    /// Rows that are kept at most.
    private static let limit = 1000

    init(_ axes: ParzenAxes) {
        isCategorical = axes.axes.map(\.isCategorical)
    }

    /// - Parameter rows: those that ended before.
    mutating func learn(_ row: Int, among rows: [Int], _ history: TrialHistory) {
        guard history.objectives == 1, tied.count < Self.limit else { return }
        let point = history.coordinates(of: row)
        for other in rows where history.values[other] == history.values[row] && history.standings[other] == .complete {
            guard let distance = distance(point, history.coordinates(of: other)), distance <= Self.largest else { continue }
            for tie in [row, other] where !tied.contains(tie) { tied.append(tie) }
            radius = min(Self.largest, max(radius, Self.growth * distance, Self.smallest))
        }
    }

    /// Whether a point is within the radius of a trial that lies on a step with another one. Around the others the objective may still
    /// change.
    func covers(_ point: [Double], _ history: TrialHistory) -> Bool {
        tied.contains { row in distance(point[...], history.coordinates(of: row)).map { $0 < radius } ?? false }
    }

    /// The largest difference in a number; nil where the points differ in a category or in what is active.
    private func distance(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double? {
        var largest = 0.0
        for (index, (x, y)) in zip(a, b).enumerated() {
            if x.isNaN && y.isNaN { continue }
            if x.isNaN || y.isNaN || (isCategorical[index] && x != y) { return nil }
            largest = max(largest, abs(x - y))
        }
        return largest
    }
}
