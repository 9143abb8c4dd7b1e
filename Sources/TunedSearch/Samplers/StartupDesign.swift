import TunedNumerics
import TunedSpace

/// The first trials of a study, before there is enough to learn from: the space's centre (each parameter's default
/// where its author gave one), then Latin hypercubes of `size` points (M. D. McKay et al. 1979): along each parameter
/// every one of `size` strata once. Where a person gave a prior, strata have equal shares of its mass. A point that breaks a
/// rule gives way to a legal one near it.
struct StartupDesign: Sendable {
    let size: Int
    let seed: UInt64
    let cube: UnitCube

    func configuration(at place: Int, trial: Int) -> Configuration {
        guard place > 0 else { return cube.space.defaults }
        var jitter = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.startup)
        let (square, row) = (place - 1).quotientAndRemainder(dividingBy: size)
        let shares = cube.scales.indices.map { index in
            // A column is a permutation of the strata of its own, the same for every row of a square.
            var column = CounterRandom(seed: seed, trial: UInt64(square), stream: RandomStream.columns + UInt32(index))
            let stratum = column.permutation(of: size)[row]
            return (Double(stratum) + jitter.uniform()) / Double(size)
        }
        return LegalDraw(cube).legal(near: cube.point(ofShares: shares))
    }
}
