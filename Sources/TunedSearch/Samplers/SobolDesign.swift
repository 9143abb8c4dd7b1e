import TunedNumerics
import TunedSpace

/// Configurations at the points of a scrambled Sobol sequence, one dimension a parameter that varies.
///
/// Parents have the first dimensions, which are the best ones. An inactive parameter's coordinate is passed over: a condition on a parent
/// holds on a union of slabs of the cube, the points of a Sobol sequence within an aligned slab are as even as the whole, and so every
/// branch gets its share of the trials, evenly spread over its own parameters.
struct SobolDesign: Sendable {
    let cube: UnitCube
    /// Of each parameter, nil for a fixed one.
    private let dimensions: [Int?]
    private let points: QuasiRandomPoints

    init(_ cube: UnitCube, seed: UInt64) {
        self.cube = cube
        var dimensions = [Int?](repeating: nil, count: cube.space.count)
        var count = 0
        for index in cube.space.order where !cube.space.parameters[index].isFixed {
            dimensions[index] = count
            count += 1
        }
        self.dimensions = dimensions
        points = QuasiRandomPoints(dimensions: count, seed: seed)
    }

    func configuration(at place: Int) -> Configuration {
        let point = points.point(UInt32(truncatingIfNeeded: place))
        let shares = dimensions.map { $0.map { point[$0] } ?? 0.5 }
        return LegalDraw(cube).legal(near: cube.point(ofShares: shares))
    }
}
