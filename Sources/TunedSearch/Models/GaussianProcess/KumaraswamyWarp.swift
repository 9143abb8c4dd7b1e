import Glibc

/// Bends numeric coordinates by the distribution function of P. Kumaraswamy 1980, with two shapes a parameter that are learnt along with the
/// rest of the process, so that an objective which changes fast near one end of a range and slowly near the other looks even to the kernel
/// (J. Snoek et al. 2014, arXiv 1402.0929, section 3, which has the beta distribution, much alike and without a closed form):
///
///     w(u) = 1 - (1 - u^a)^b
///
/// The shapes are lognormal around 1, at which w(u) = u. Categories and orders are left as they are.
struct KumaraswamyWarp: Hashable, Sendable {
    /// The parameters that are bent.
    let columns: [Int]
    /// Of each ln a, then ln b.
    private(set) var logShapes: [Double]

    static let deviation = 0.4
    static let range = -2.0...2.0
    /// Share of the range that is left out at both ends, where slopes may be infinite.
    private static let margin = 1e-6

    /// The identity, of no parameter unless some are given.
    init(columns: [Int] = []) { self.init(columns: columns, logShapes: Array(repeating: 0, count: 2 * columns.count)) }

    init(columns: [Int], logShapes: [Double]) { (self.columns, self.logShapes) = (columns, logShapes) }

    /// The same parameters with other shapes.
    func with(_ logShapes: some Sequence<Double>) -> KumaraswamyWarp { KumaraswamyWarp(columns: columns, logShapes: Array(logShapes)) }

    /// A point without NaN as the kernel sees it.
    func warped(_ place: [Double]) -> [Double] {
        var result = place
        for (number, column) in columns.enumerated() { result[column] = bend(number, place[column]).place }
        return result
    }

    struct Bend {
        var place: Double
        /// dw/du.
        var slope: Double
        /// dw / d ln a and dw / d ln b.
        var ofLogA: Double
        var ofLogB: Double
    }

    /// - Parameter number: of the parameter among those that are bent.
    func bend(_ number: Int, _ coordinate: Double) -> Bend {
        let (a, b) = (exp(logShapes[2 * number]), exp(logShapes[2 * number + 1]))
        let u = Self.margin + (1 - 2 * Self.margin) * coordinate
        let logU = log(u)
        let p = exp(a * logU)
        // q = 1 - p, without a loss where p is nearly 1.
        let q = -expm1(a * logU)
        let logQ = p < 0.5 ? log1p(-p) : log(q)
        let outer = exp(b * logQ)
        return Bend(
            place: -expm1(b * logQ), slope: (1 - 2 * Self.margin) * a * b * (p / u) * (outer / q), ofLogA: a * b * p * logU * (outer / q),
            ofLogB: -b * outer * logQ)
    }

    /// The slopes dw/du at a place, of the parameters named.
    func slopes(at place: UnsafeBufferPointer<Double>, of axes: [Int]) -> [Double] {
        axes.map { axis in columns.firstIndex(of: axis).map { bend($0, place[axis]).slope } ?? 1 }
    }
}
