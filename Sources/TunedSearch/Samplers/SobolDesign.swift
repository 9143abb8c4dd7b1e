import TunedNumerics
import TunedSpace

/// The first trials of a study: the space's centre (each parameter's default where its author gave one), then scrambled Sobol points.
struct SobolDesign: Sendable {
    let size: Int
    private let seed: UInt64
    private let cube: UnitCube
    private let sequence: SobolSequence

    init(_ cube: UnitCube, size: Int, seed: UInt64) {
        self.size = size
        self.seed = seed
        self.cube = cube
        sequence = SobolSequence(dimensions: min(max(cube.scales.count, 1), SobolSequence.maximumDimensions), seed: seed)
    }

    func configuration(at place: Int, trial: Int) -> Configuration {
        guard place > 0 else { return cube.space.defaults }
        var point = sequence.point(UInt32(truncatingIfNeeded: place - 1))
        // Beyond the sequence's dimensions the coordinates are independent.
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.startup)
        while point.count < cube.scales.count { point.append(random.uniform()) }
        return cube.configuration(at: point)
    }
}
