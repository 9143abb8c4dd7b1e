import Testing
import TunedNumerics
import TunedSpace
@testable import TunedSearch

@Suite struct TrustRegionTests {
    /// Two dimensions: three successes double, four failures halve.
    @Test func itGrowsAndShrinksByWhatFollows() {
        var region = TrustRegion(dimensions: 2, warmUp: 2, design: 3)
        var row = 0
        func learn(_ values: Double?...) -> Double {
            for value in values {
                let begins = region.learn(row, value: value, asked: row + 1)
                #expect(!begins)
                row += 1
            }
            return region.length
        }
        #expect(!region.isActive)
        #expect(learn(10, nil, 9) == 0.8)
        #expect(region.isActive)
        // What came before the first region counts for nothing, nor does an improvement of less than a thousandth of the best.
        #expect(learn(8, 7, 6.999) == 0.8)
        #expect(learn(6, 5) == 0.8)
        #expect(learn(4) == 1.6)
        #expect(learn(3, 2, 1) == 1.6)
        #expect(learn(1, nil, 2) == 1.6)
        #expect(learn(1) == 0.8)
        // A success ends a row of failures, and the other way round.
        #expect(learn(2, 2, 2, 0, 2, 2, 2, -1, -2) == 0.8)
        #expect(learn(2, -3, -4, -5) == 1.6)
    }

    /// 0.8 / 128 is less than 1 / 128: the seventh halving begins anew, and what was asked for before has no say in it.
    @Test func itBeginsAnewWhereItIsTooSmall() {
        var region = TrustRegion(dimensions: 2, warmUp: 1, design: 3)
        var beginnings: [Int] = []
        for row in 0..<60 where region.learn(row, value: 1, asked: row + 3) { beginnings.append(row) }
        #expect(beginnings.first == 28)
        #expect(region.firstRow == 31 && beginnings.count == 1)
        var fresh = TrustRegion(dimensions: 2, warmUp: 1, design: 3)
        for row in 0...28 { _ = fresh.learn(row, value: 1, asked: row + 3) }
        #expect(fresh.isDesigning && fresh.length == 0.8)
        for row in 29..<34 { _ = fresh.learn(row, value: 5, asked: 40) }
        #expect(!fresh.isDesigning && fresh.isActive && fresh.length == 0.8)
    }

    /// Sides follow the length scales and keep their product; a countable number can always take a step, and the rest is free.
    @Test func itsBoxFollowsTheLengthScales() throws {
        let axes = ParzenAxes(NamedSpace.conditional.space)
        let names = axes.space.parameters.map(\.name)
        let at = try ["gamma", "degree", "kernel", "deep", "C"].map { try #require(names.firstIndex(of: $0)) }
        var centre = [Double](repeating: .nan, count: 5)
        (centre[at[0]], centre[at[1]], centre[at[2]], centre[at[4]]) = (0.5, 0.375, 1, 0.98)
        var region = TrustRegion(dimensions: 3, warmUp: 1, design: 1)
        for row in 0..<13 { _ = region.learn(row, value: 1, asked: row) }
        #expect(region.length == 0.1)
        var logLengths = [Double](repeating: 0, count: 5)
        (logLengths[at[0]], logLengths[at[4]]) = (1, -1)
        let box = region.box(around: centre, logLengths, axes)
        func side(_ index: Int) -> [Double] { [box.lower[at[index]], box.upper[at[index]]] }
        let e = 2.718281828459045
        #expect(zip(side(0), [0.5 - 0.05 * e, 0.5 + 0.05 * e]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(side(1) == [0.125, 0.625])
        #expect(side(2) == [0, 1] && side(3) == [0, 1])
        #expect(abs(side(4)[0] - (0.98 - 0.05 / e)) < 1e-12 && side(4)[1] < 1)
        var point = centre
        point[at[0]] = 0.9
        #expect(!box.contains(point) && box.contains(centre) && box.contains(box.clamped(point, axes)))
        point = centre
        (point[at[2]], point[at[1]], point[at[0]]) = (0, .nan, .nan)
        #expect(box.contains(point))
    }

    /// Fifty dimensions: every suggestion lies within the region around the best, and differs from it in fewer coordinates than all.
    @Test func suggestionsKeepToTheRegion() throws {
        let space = NamedSpace.wide.space
        let moves = PointMoves(ParzenAxes(space))
        var box = SearchBox(centre: [Double](repeating: 0.5, count: 50))
        for index in 0..<50 { box.limit(index, to: 0.2, moves.axes) }
        var points = KernelPoints(moves.axes)
        var random = CounterRandom(seed: 3, trial: 0)
        for _ in 0..<10 { points.append((0..<50).map { _ in random.uniform() }) }
        var process = try #require(GaussianProcess(.prior(points.isCategorical), points))
        process.observe((0..<10).map { Double($0) / 5 })
        var search = AcquisitionSearch(
            moves: moves, models: [ImprovementModel(process: process, improvement: ExpectedImprovement(best: 0))], feasibility: nil,
            belief: nil, candidates: 40)
        search.box = box
        let outside = [[Double](repeating: 0.9, count: 50)]
        let proposals = search.proposals(around: outside, SobolSequence(dimensions: 50, seed: 1), &random)
        #expect(proposals.count >= 80)
        #expect(proposals.allSatisfy { box.contains($0.point) })
        #expect(proposals.contains { $0.point.count { $0 == 0.5 } > 10 })
    }

    @Test func itIsForOneObjective() throws {
        let problem = SearchProblem(space: NamedSpace.mixed.space, objectives: 2, seed: 1)
        #expect { try SamplerRegistry.make(name: "gp", settings: ["region": "on"], problem: problem) } throws: {
            ($0 as? SearchError)?.path == "settings.region"
        }
        _ = try SamplerRegistry.make(name: "gp", settings: ["region": "auto", "warping": "both"], problem: problem)
    }
}
