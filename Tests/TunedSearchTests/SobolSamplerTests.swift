import Testing
import TunedSpace

@testable import TunedSearch

@Suite struct SobolSamplerTests {
    private func configurations(_ space: SearchSpace, _ count: Int, seed: UInt64 = 3) throws -> [Configuration] {
        var lab = try Lab("sobol", space, seed: seed)
        try lab.run(count) { _, _ in .complete([1]) }
        return lab.suggestions
    }

    @Test func fillsEveryStratum() throws {
        let space = NamedSpace.wide.space
        let points = try configurations(space, 32).map(UnitCube(space).coordinates)
        for dimension in 0..<50 { #expect(Set(points.map { Int($0[dimension] * 32) }).count == 32) }
    }

    /// Three kernels share 96 points evenly, and within a branch its own parameter is spread evenly too.
    @Test func branchesGetTheirShare() throws {
        let space = NamedSpace.conditional.space
        let all = try configurations(space, 96)
        for kernel in 0..<3 {
            let branch = all.filter { $0[2] == .category(kernel) }
            #expect((29...35).contains(branch.count), "kernel \(kernel): \(branch.count)")
        }
        let gammas = all.map { UnitCube(space).coordinates(of: $0)[0] }.filter { !$0.isNaN }
        for quarter in 0..<4 {
            let share = Double(gammas.count { Int($0 * 4) == quarter }) / Double(gammas.count)
            #expect(abs(share - 0.25) < 0.08, "quarter \(quarter): \(share)")
        }
    }

    /// What a person tried between two suggestions costs no point of the sequence.
    @Test func goesOnAfterAForeignTrial() throws {
        let space = NamedSpace.oneFloat.space
        let undisturbed = try configurations(space, 4)
        var lab = try Lab("sobol", space, seed: 3)
        try lab.run(2) { _, _ in .complete([1]) }
        lab.observe(.pending(trial: 100, Configuration([.float(1)])))
        try lab.run(2) { _, _ in .failed }
        #expect(lab.suggestions == undisturbed)
    }

    @Test func learnsNothing() throws { #expect(try !Lab("sobol", NamedSpace.mixed.space).sampler.learnsFromResults) }

    @Test func startupDesignBeginsAtTheCentre() {
        let cube = UnitCube(NamedSpace.mixed.space)
        let design = StartupDesign.sobol(size: 8, seed: 5, cube: cube)
        #expect(design.configuration(at: 0, trial: 0) == cube.space.defaults)
        let sobol = SobolDesign(cube, seed: 5)
        for place in 1..<10 { #expect(design.configuration(at: place, trial: place) == sobol.configuration(at: place - 1)) }
    }
}
