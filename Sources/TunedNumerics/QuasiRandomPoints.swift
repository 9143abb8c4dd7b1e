/// Scrambled Sobol points of any dimension: coordinates beyond ``SobolSequence/maximumDimensions`` come from further sequences, each
/// scrambled by itself and walked through in an order of its own, so that no coordinate repeats or mirrors another (B. Burley 2020,
/// section 3.2). Every group of so many dimensions keeps the balance of a Sobol sequence; across groups the points are like those of a
/// Latin hypercube, in whose every stratum of 2^-k lies one of the first 2^k points.
public struct QuasiRandomPoints: Sendable {
    public let dimensions: Int
    private let sequences: [SobolSequence]
    /// Of the order of each sequence.
    private let seeds: [UInt32]

    /// - Parameter dimensions: 0 or more.
    public init(dimensions: Int, seed: UInt64, trial: UInt64 = 0) {
        self.dimensions = dimensions
        var random = CounterRandom(seed: seed, trial: trial, stream: 0x50B0_1001)
        let group = SobolSequence.maximumDimensions
        sequences = stride(from: 0, to: dimensions, by: group).map { start in
            SobolSequence(dimensions: min(group, dimensions - start), seed: random.next())
        }
        seeds = sequences.map { _ in UInt32(truncatingIfNeeded: random.next()) }
    }

    /// The point at a position, from 0 on; each coordinate in (0, 1).
    public func point(_ index: UInt32) -> [Double] {
        var point: [Double] = []
        point.reserveCapacity(dimensions)
        for (group, sequence) in sequences.enumerated() {
            point += sequence.point(group == 0 ? index : SobolSequence.shuffled(index, seeds[group]))
        }
        return point
    }
}
