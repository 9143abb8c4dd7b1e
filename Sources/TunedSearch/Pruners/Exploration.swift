internal import Glibc
import TunedNumerics
import TunedSpace

/// How a member of a population differs from the one that it goes on from: in the parameters that may change during training alone, so that
/// the checkpoint still fits.
///
/// `perturb` (Jaderberg et al. 2017, arXiv 1711.09846, section 4): each is drawn afresh with a probability, else multiplied by 1.2 or
/// divided by it; what has no order is drawn afresh. `pb2`: by ``PopulationBandit``.
struct Exploration: Sendable {
    private let space: SearchSpace
    private let cube: UnitCube
    private let seed: UInt64
    private let mutable: [Int]
    private let resample: Double
    private let factor: Double
    private var bandit: PopulationBandit?

    init(_ space: SearchSpace, seed: UInt64, full: Double, _ settings: inout MethodSettings) throws(SearchError) {
        self.space = space
        cube = UnitCube(space)
        self.seed = seed
        let named = try settings.names("mutable")
        var mutable: [Int] = []
        for name in named ?? [] {
            guard let index = space.parameters.firstIndex(where: { $0.name == name }) else {
                let hint = nearest(to: name, among: space.parameters.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
                throw SearchError(.unknownSetting, path: "settings.mutable", "the space has no parameter \"\(name.prefix(60))\"\(hint)")
            }
            mutable.append(index)
        }
        self.mutable = named == nil ? space.parameters.indices.filter { space.parameters[$0].isMutable } : mutable
        guard !self.mutable.isEmpty else {
            throw SearchError(
                .problem, path: "settings.mutable",
                "no parameter is known to be changeable during training: its author declares \"mutable\": true, or you say mutable: [\(space.parameters.first?.name ?? "lr")]")
        }
        resample = try settings.number("resample", default: 0.25, in: 0...1)
        factor = try settings.number("factor", default: 1.2, in: 1.0001...100)
        guard try settings.choice("explore", default: "perturb", of: ["perturb", "pb2"]) == "pb2" else { return }
        let ordered = self.mutable.filter { Self.isOrdered(space.parameters[$0]) }
        guard !ordered.isEmpty else {
            throw SearchError(.problem, path: "settings.explore", "pb2 chooses numbers, and no parameter that may change is one: use perturb")
        }
        bandit = PopulationBandit(parameters: ordered, full: full)
    }

    var name: String { bandit == nil ? "perturbed" : "chosen by a bandit (PB2)" }

    mutating func note(_ configuration: Configuration, of trial: Int) {
        bandit?.note(cube.coordinates(of: configuration), of: trial)
    }

    mutating func note(_ loss: Double, of trial: Int, at budget: Double) { bandit?.note(loss, of: trial, at: budget) }

    /// Draws until the rules are kept; where they never are, the parent's values stand.
    func configuration(of trial: Int, from parent: Configuration, at rung: Int, interval: Double) -> Configuration {
        var random = CounterRandom(seed: seed, trial: UInt64(trial), stream: RandomStream.exploration)
        let model = bandit?.fitted()
        for _ in 0..<32 {
            var configuration = parent
            for index in mutable where parent[index] != nil { configuration[index] = changed(parent, index, &random) }
            if let model {
                for (index, unit) in model.choice(at: Double(rung + 1) * interval, &random) where parent[index] != nil { configuration[index] = cube.scales[index].value(at: unit) }
            }
            configuration = space.canonical(configuration)
            for index in space.order where configuration[index] == nil && space.active(index, in: configuration) {
                configuration[index] = cube.scales[index].value(at: random.uniform())
            }
            if space.isLegal(configuration) { return configuration }
        }
        return parent
    }

    private static func isOrdered(_ parameter: Parameter) -> Bool {
        switch parameter.domain {
        case .float: true
        case .integer: parameter.permuted == nil
        case .ordinal, .categorical, .boolean: false
        }
    }

    private func changed(_ parent: Configuration, _ index: Int, _ random: inout CounterRandom) -> ParameterValue? {
        let scale = cube.scales[index]
        // Drawn in any case, so that one parameter's fate does not move the others'.
        let (fate, draw, direction) = (random.uniform(), random.uniform(), random.uniform())
        guard fate >= resample, Self.isOrdered(space.parameters[index]) else { return scale.value(at: draw) }
        let by = direction < 0.5 ? factor : 1 / factor
        switch (parent[index], space.parameters[index].domain) {
        case (.float(let value)?, .float(let domain)):
            // A factor moves nothing at zero, and nothing across it.
            let moved = domain.low > 0 ? value * by : value + (by > 1 ? 1 : -1) * (factor - 1) * (domain.high - domain.low) / 2
            return scale.unit(of: .float(moved)).map(scale.value)
        case (.integer(let value)?, .integer(let domain)):
            let moved = (Double(value) * by).rounded()
            let least = Double(value) + (by > 1 ? 1 : -1) * Double(domain.step)
            let wanted = by > 1 ? max(moved, least) : min(moved, least)
            let bounded = min(max(wanted, Double(domain.low)), Double(domain.high))
            return Int64(exactly: bounded).flatMap { scale.unit(of: .integer($0)).map(scale.value) } ?? parent[index]
        default:
            return scale.value(at: draw)
        }
    }
}
