import Glibc
import TunedNumerics
import TunedSpace

/// Draws near a configuration (N. Mallik et al. 2023: PriorBand, arXiv 2306.12370, section 5.2): each parameter is changed with a probability
/// of a half, a number by a normal distribution that is cut to its range, with a standard deviation of a quarter of its scale, a choice to any other.
struct IncumbentPerturbation: Sendable {
    private static let probability = 0.5
    private static let deviation = 0.25

    let cube: UnitCube
    /// NaN where a parameter is inactive.
    private let centre: [Double]
    /// Logarithms of the masses within the scale.
    private let logMasses: [Double]

    init(_ cube: UnitCube, around incumbent: Configuration) {
        self.cube = cube
        let centre = cube.coordinates(of: incumbent)
        self.centre = centre
        logMasses = centre.map { $0.isNaN ? 0 : Self.normal($0).logMass }
    }

    /// A point of the cube.
    func draw(_ random: inout CounterRandom) -> [Double] {
        cube.scales.indices.map { index in
            let (isChanged, share) = (random.uniform() < Self.probability, random.openUniform())
            // What the incumbent says nothing of may be anything.
            guard !centre[index].isNaN else { return share }
            guard isChanged else { return centre[index] }
            guard let choices = choices(index) else { return Self.normal(centre[index]).quantile(share) }
            guard choices > 1 else { return centre[index] }
            let own = Int(centre[index] * Double(choices))
            let other = min(Int(share * Double(choices - 1)), choices - 2)
            return (Double(other < own ? other : other + 1) + 0.5) / Double(choices)
        }
    }

    /// The logarithm of the density of what is drawn when it is changed, on the unit scale; of choices, of all draws.
    func logDensity(of configuration: Configuration) -> Double {
        cube.coordinates(of: configuration).enumerated().reduce(0) { sum, item in
            let (index, place) = item
            guard !place.isNaN, !centre[index].isNaN, !cube.space.parameters[index].isFixed else { return sum }
            guard let choices = choices(index) else {
                return sum + StandardNormal.logDensity((place - centre[index]) / Self.deviation) - log(Self.deviation) - logMasses[index]
            }
            guard choices > 1 else { return sum }
            let isSame = Int(place * Double(choices)) == Int(centre[index] * Double(choices))
            return sum + log((isSame ? 1 - Self.probability : Self.probability / Double(choices - 1)) * Double(choices))
        }
    }

    private static func normal(_ centre: Double) -> TruncatedNormal {
        TruncatedNormal(mean: centre, deviation: Self.deviation, low: 0, high: 1)
    }

    /// nil where the parameter's values have an order.
    private func choices(_ index: Int) -> Int? {
        cube.space.parameters[index].isUnordered ? cube.scales[index].cellCount.map { Int($0) } : nil
    }
}
