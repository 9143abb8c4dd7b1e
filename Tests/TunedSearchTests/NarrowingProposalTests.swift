import Testing
import TunedNumerics
@testable import TunedSearch
import TunedSpace

@Suite struct NarrowingProposalTests {
    private static func float(_ low: Double, _ high: Double, log: Bool = false) -> Domain {
        .float(FloatDomain(low: low, high: high, isLogarithmic: log))
    }

    private static let space = NamedSpace(
        "narrow",
        [
            Parameter(name: "rate", domain: float(1e-6, 1, log: true)), Parameter(name: "free", domain: float(-1, 1)),
            Parameter(name: "depth", domain: .integer(IntegerDomain(low: 1, high: 20))),
            Parameter(name: "kind", domain: .categorical(["a", "b", "c"].map(Choice.text))),
            Parameter(name: "size", domain: .ordinal([16, 32, 64, 128].map(Choice.integer))),
        ]).space

    /// Best at a rate of 1e-3, a depth of 6, kind a or b, and a size of 64.
    private static func loss(_ u: [Double]) -> Double {
        2 * abs(u[0] - 0.5) + 2 * abs(u[2] - 0.28) + (u[3] > 0.6 ? 2 : 0) + 0.2 * abs(u[4] - 0.625)
    }

    private func bounds(_ report: NarrowingReport, _ index: Int) throws -> (low: Double, high: Double) {
        let range = try #require(NumberRange(report.space.parameters[index]))
        return (range.low, range.high)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func holdsTheOptimumAndLeavesOutTheRest(_ seed: UInt64) throws {
        let report = try Narrowing.propose(space: Self.space, observations: study(Self.space, 150, seed: seed, Self.loss))
        let rate = try bounds(report, 0)
        #expect(rate.low < 1e-3 && rate.high > 1e-3 && rate.low > 1e-6 && rate.high < 1, "seed \(seed): \(report)")
        let depth = try bounds(report, 2)
        #expect(depth.low <= 6 && depth.high >= 6 && depth.high < 20, "seed \(seed): \(report)")
        #expect(report.space.parameters[1].domain == Self.space.parameters[1].domain, "seed \(seed): \(report)")
        #expect(report.space.parameters[3].categories == [0, 1], "seed \(seed): \(report)")
        #expect(report.space.parameters[4].categories.contains(2))
        #expect(report.proposals.map(\.parameter) == Self.space.parameters.map(\.name))
        #expect(report.proposals.map(\.action)[...3] == [.narrow, .keep, .narrow, .narrow])
        for proposal in report.proposals { #expect(proposal.reason.hasSuffix(".") && !proposal.reason.contains(". ")) }
    }

    @Test(arguments: NamedSpace.all)
    func staysWithinEverySpace(_ named: NamedSpace) throws {
        let bowl = Lab.bowl(named.space)
        let cube = UnitCube(named.space)
        let observations = study(named.space, 60, seed: 3) { bowl(cube.configuration(at: $0)) }.map { observation in
            guard case .pending(let trial, let configuration) = observation, !named.space.isLegal(configuration) else { return observation }
            return .pending(trial: trial, named.space.legal(near: cube.coordinates(of: configuration)))
        }
        let report = try Narrowing.propose(space: named.space, observations: observations)
        #expect(try named.space.narrowed(by: report.fields) == report.space)
        // The best trial stays legal.
        let best = try AnalysedTrials(named.space, observations, objective: 0)
        try report.space.validate(best.history.configurations[best.ranked[0]])
    }

    @Test func fewTrialsKeepMore() throws {
        let places = [0.40, 0.42, 0.44, 0.46, 0.48]
        func width(_ copies: Int) -> Double {
            let good = (0..<copies).flatMap { copy in places.map { $0 + 0.001 * Double(copy) } }
            let trials = ParameterEvidence(good: good, all: good, best: 0.44)
            let interval = NumberNarrowing.interval(trials)
            return interval.high - interval.low
        }
        #expect(width(1) > 0.11)
        #expect(width(10) < width(1))
        #expect(width(10) > 0.07)
    }

    @Test func extendsWhatTheStudyHadNarrowed() throws {
        let narrow = try Self.space.narrowed(by: ["rate": .object(["low": 1e-6, "high": 1e-4]), "kind": .object(["choices": ["a", "b"]])])
        // The rate wants to be larger.
        var observations = study(narrow, 60, seed: 4) { -$0[0] }
        var best = narrow.defaults
        best[0] = .float(1e-4)
        observations += [.pending(trial: 999, best), .finished(trial: 999, .complete([-2]))]
        let report = try Narrowing.propose(space: narrow, observations: observations, declared: Self.space)
        let rate = try bounds(report, 0)
        #expect(rate.high > 5e-4 && rate.high <= 2e-3, "\(report)")
        #expect(report.proposals[0].action == .extend)
        #expect(report.space.parameters[3].categories == [0, 1])
        let warning = try #require(report.warnings.first { $0.parameter == "rate" })
        #expect(warning.bound == .high && warning.canBeExtended)

        // The same at the declared limit: nothing to extend.
        let alone = try Narrowing.propose(space: narrow, observations: observations)
        #expect(try bounds(alone, 0).high == 1e-4)
        #expect(alone.warnings.first?.canBeExtended == false)
    }

    @Test func warnsOfBoundsOnlyAtBounds() throws {
        let cube = UnitCube(Self.space)
        func warnings(_ point: [Double]) throws -> [BoundaryWarning] {
            let configuration = cube.configuration(at: point)
            return try BoundaryWarning.find(
                space: Self.space,
                observations: [.pending(trial: 0, configuration), .finished(trial: 0, .complete([1]))])
        }
        #expect(try warnings([0.5, 0.5, 0.5, 0.1, 0.1]).isEmpty)
        let found = try warnings([0.001, 0.999, 0.99, 0.1, 0.1])
        #expect(found.map(\.parameter) == ["rate", "free", "depth"])
        #expect(found.map(\.bound) == [.low, .high, .high])
        #expect(found[2].message == "The best depth, 20, is at the upper end of its range, which is the declared limit.")
        #expect(try BoundaryWarning.find(space: Self.space, observations: []).isEmpty)
    }

    @Test func aCategoryIsDroppedOnlyOnEvidence() {
        // 20 of 100 trials have it, none of the 15 good: (80 · 79 · … · 66) / (100 · 99 · … · 86).
        let chance = (0..<15).reduce(1.0) { $0 * Double(80 - $1) / Double(100 - $1) }
        #expect(abs(CategoryNarrowing.chanceOfNone(of: 20, among: 15, of: 100) - chance) < 1e-15)
        #expect(chance < 0.05)
        #expect(CategoryNarrowing.chanceOfNone(of: 3, among: 15, of: 100) > 0.5)
        #expect(CategoryNarrowing.chanceOfNone(of: 90, among: 15, of: 100) == 0)
    }

    @Test func needsEnoughTrials() throws {
        let error = try #require(throws: AnalysisError.self) {
            try Narrowing.propose(space: Self.space, observations: study(Self.space, 19, seed: 1, Self.loss))
        }
        #expect(error.code == .tooFewTrials)
        let other = try #require(throws: AnalysisError.self) {
            try Narrowing.propose(
                space: Self.space, observations: study(Self.space, 30, seed: 1, Self.loss), declared: NamedSpace.mixed.space)
        }
        #expect(other.code == .space)
    }
}
