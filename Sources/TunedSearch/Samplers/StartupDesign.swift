import TunedNumerics
import TunedSpace

/// The first trials of a study, before there is enough to learn from: the space's centre (each parameter's default
/// where its author gave one), then points that fill the space. Where a person gave a prior, they have equal shares of its mass. A point
/// that breaks a rule gives way to a legal one near it.
struct StartupDesign: Sendable {
    enum Filling: Sendable {
        /// Latin hypercubes of `size` points (M. D. McKay et al. 1979): along each parameter every one of `size` strata once.
        case latinHypercubes
        case sobol(SobolDesign)
    }

    let size: Int
    let seed: UInt64
    let cube: UnitCube
    let filling: Filling

    init(size: Int, seed: UInt64, cube: UnitCube) {
        self.init(size: size, seed: seed, cube: cube, filling: .latinHypercubes)
    }

    private init(size: Int, seed: UInt64, cube: UnitCube, filling: Filling) {
        (self.size, self.seed, self.cube, self.filling) = (size, seed, cube, filling)
    }

    /// The centre, then scrambled Sobol points.
    static func sobol(size: Int, seed: UInt64, cube: UnitCube) -> StartupDesign {
        StartupDesign(size: size, seed: seed, cube: cube, filling: .sobol(SobolDesign(cube, seed: seed)))
    }

    func configuration(at place: Int, trial: Int) -> Configuration {
        guard place > 0 else { return cube.space.defaults }
        switch filling {
        case .latinHypercubes: return latinConfiguration(at: place - 1, trial: trial)
        case .sobol(let design): return design.configuration(at: place - 1)
        }
    }

    private func latinConfiguration(at place: Int, trial: Int) -> Configuration {
        var jitter = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.startup)
        let (square, row) = place.quotientAndRemainder(dividingBy: size)
        let shares = cube.scales.indices.map { index in
            // A column is a permutation of the strata of its own, the same for every row of a square.
            var column = CounterRandom(seed: seed, trial: UInt64(square), stream: RandomStream.columns + UInt32(index))
            let stratum = column.permutation(of: size)[row]
            return (Double(stratum) + jitter.uniform()) / Double(size)
        }
        return LegalDraw(cube).legal(near: cube.point(ofShares: shares))
    }
}
