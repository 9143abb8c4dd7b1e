import Testing
import TunedNumerics

@Suite struct QuasiRandomPointsTests {
    private static let dimensions = 2 * SobolSequence.maximumDimensions + 50

    @Test func everyStratumHoldsOnePointInAnyDimension() {
        let sequence = QuasiRandomPoints(dimensions: Self.dimensions, seed: 4)
        let points = (0..<64).map { sequence.point($0) }
        for dimension in 0..<Self.dimensions {
            #expect(Set(points.map { Int($0[dimension] * 64) }).count == 64, "dimension \(dimension)")
        }
    }

    /// The same dimension of two groups must not go up and down together.
    @Test func groupsAreNotCorrelated() {
        let sequence = QuasiRandomPoints(dimensions: Self.dimensions, seed: 9)
        let points = (0..<256).map { sequence.point($0) }
        for dimension in [0, 1, 7, 30] {
            let other = dimension + SobolSequence.maximumDimensions
            let covariance = points.reduce(0) { $0 + ($1[dimension] - 0.5) * ($1[other] - 0.5) } / 256
            #expect(abs(covariance * 12) < 0.25, "dimension \(dimension)")
        }
    }

    @Test func hasNoDimensionsWhereNoneAreAsked() {
        #expect(QuasiRandomPoints(dimensions: 0, seed: 1).point(3).isEmpty)
    }
}
