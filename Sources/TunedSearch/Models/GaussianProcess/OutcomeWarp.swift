/// Values as a model takes them: where asked for through a Yeo-Johnson transformation of the most likely power, as HEBO does (A. I.
/// Cowen-Rivers et al. 2022, arXiv 2012.03826, section 4.1), then standardised (``OutcomeScale``).
///
/// The transformation is not indifferent to where 0 and 1 are. They are the median of the values and its distance from the best one, which
/// no bad value moves.
struct OutcomeWarp: Sendable {
    private let transformation: YeoJohnson
    private let factor: Double
    private let centre: Double
    private let unit: Double
    private let scale: OutcomeScale

    /// Beyond it a value says no more.
    private static let reach = 1e20
    /// Differences of larger values would overflow.
    private static let safeMagnitude = 1e300

    init(_ values: [Double]) {
        let largest = values.reduce(0) { max($0, abs($1)) }
        let factor = largest > Self.safeMagnitude ? 1e-10 : 1
        let sorted = values.map { $0 * factor }.sorted()
        let centre = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        let least = sorted.first ?? 0
        // Half of the values may be equal and the best.
        let unit = [centre - least, (sorted.last ?? 0) - least].first { $0 > 0 } ?? 1
        let ratios = sorted.map { Self.ratio($0, centre, unit) }
        let transformation = YeoJohnson(fittedTo: ratios)
        (self.factor, self.centre, self.unit, self.transformation) = (factor, centre, unit, transformation)
        scale = OutcomeScale(ratios.map(transformation.callAsFunction))
    }

    private static func ratio(_ value: Double, _ centre: Double, _ unit: Double) -> Double {
        min(max((value - centre) / unit, -reach), reach)
    }

    func callAsFunction(_ value: Double) -> Double {
        scale(transformation(Self.ratio(value * factor, centre, unit)))
    }
}
