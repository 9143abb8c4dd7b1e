/// Brings values to mean 0 and variance 1 for a model. What is far worse than the rest is cut off first, at four times the distance of
/// the best value from the median beyond the median: how bad a bad configuration is says little about where the good ones are.
struct OutcomeScale: Sendable {
    private let factor: Double
    private let ceiling: Double
    private let mean: Double
    private let deviation: Double

    private static let reach = 4.0
    /// Squares of larger values would overflow.
    private static let safeMagnitude = 1e100

    init(_ values: [Double]) {
        let largest = values.reduce(0) { max($0, abs($1)) }
        let factor = largest > Self.safeMagnitude ? 1 / largest : 1
        let scaled = values.map { $0 * factor }.sorted()
        self.factor = factor
        guard let least = scaled.first else {
            (ceiling, mean, deviation) = (0, 0, 1)
            return
        }
        let median = (scaled[(scaled.count - 1) / 2] + scaled[scaled.count / 2]) / 2
        var spread = median - least
        // More than half of the values are equal and the best.
        if spread <= 0 { spread = scaled.reduce(0) { $0 + ($1 - least) } / Double(scaled.count) }
        let ceiling = median + Self.reach * spread
        let clipped = scaled.map { min($0, ceiling) }
        let mean = clipped.reduce(0, +) / Double(clipped.count)
        let variance = clipped.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(clipped.count)
        self.ceiling = ceiling
        self.mean = mean
        deviation = variance > 0 ? variance.squareRoot() : 1
    }

    /// The deviation that was made 1, and the value that a scaled one stands for.
    var unit: Double { deviation / factor }
    func value(of scaled: Double) -> Double { (scaled * deviation + mean) / factor }

    func callAsFunction(_ value: Double) -> Double { (min(value * factor, ceiling) - mean) / deviation }
}
