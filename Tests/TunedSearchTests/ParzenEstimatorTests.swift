import Glibc
import Testing
import TunedNumerics
import TunedSearch
import TunedSpace

@Suite struct ParzenEstimatorTests {
    /// A category, a number of its second branch alone, and a number of both.
    let space: SearchSpace
    let axes: ParzenAxes
    let estimator: ParzenEstimator

    init() throws {
        space = try SearchSpace([
            Parameter(name: "kind", domain: .categorical([.text("a"), .text("b"), .text("c")])),
            Parameter(
                name: "gamma", domain: .float(FloatDomain(low: 0, high: 1)),
                conditions: [Condition(parent: 0, values: [.category(1)])]),
            Parameter(name: "x", domain: .float(FloatDomain(low: 0, high: 1))),
        ])
        axes = ParzenAxes(space)
        var history = TrialHistory(dimensions: 3, objectives: 1)
        var random = CounterRandom(seed: 4, trial: 0)
        for trial in 0..<12 {
            let kind = trial % 3
            let configuration = Configuration([
                .category(kind), kind == 1 ? .float(random.uniform()) : nil, .float(random.uniform()),
            ])
            _ = history.begin(trial, configuration, at: axes.coordinates(of: configuration))
        }
        var estimator = ParzenEstimator(axes)
        estimator.update(rows: Array(0..<12), weights: (0..<12).map { 0.5 + Double($0) / 6 }, history: history)
        self.estimator = estimator
    }

    private func density(_ point: [Double]) -> Double {
        var room = ParzenRoom()
        return exp(estimator.logDensity(at: point, logPrior: axes.logPrior(at: point), room: &room))
    }

    @Test func integratesToOneOverTheBranches() {
        let points = 100
        let middles = (0..<points).map { (Double($0) + 0.5) / Double(points) }
        var total = 0.0
        for x in middles {
            total += (density([0, .nan, x]) + density([2, .nan, x])) / Double(points)
            for gamma in middles { total += density([1, gamma, x]) / Double(points * points) }
        }
        #expect(abs(total - 1) < 1e-4)
    }

    @Test func drawsFollowTheDensity() {
        let candidates = ParzenCandidates(axes, estimator)
        var random = CounterRandom(seed: 8, trial: 0)
        let draws = 40_000
        var bins = [Double](repeating: 0, count: 12)
        for _ in 0..<draws {
            let point = candidates.draw(&random)
            #expect(point[1].isNaN == (point[0] != 1))
            bins[Int(point[0]) * 4 + min(Int(point[2] * 4), 3)] += 1 / Double(draws)
        }
        let points = 40
        for kind in 0..<3 {
            for bin in 0..<4 {
                var mass = 0.0
                for step in 0..<points {
                    let x = (Double(bin) + (Double(step) + 0.5) / Double(points)) / 4
                    if kind != 1 {
                        mass += density([Double(kind), .nan, x]) / Double(4 * points)
                    } else {
                        for inner in 0..<points {
                            mass += density([1, (Double(inner) + 0.5) / Double(points), x]) / Double(4 * points * points)
                        }
                    }
                }
                #expect(abs(bins[kind * 4 + bin] - mass) < 0.01, "kind \(kind), bin \(bin)")
            }
        }
    }

    @Test(arguments: [0, 1, 7, 8, 9, 64])
    func sumsOfExponentialsAreThoseOfTheLibrary(_ count: Int) {
        var random = CounterRandom(seed: UInt64(count), trial: 0)
        for scale in [1.0, 30, 1_000] {
            var terms = (0..<count).map { _ in Float(-scale * random.uniform()) }
            let first = -scale * random.uniform()
            let expected = logSumExp(terms.map { Double($0) } + [first])
            while terms.count % KernelLoops.lanes != 0 { terms.append(-.infinity) }
            let sum = terms.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { KernelLoops.logSumExp($0, count: buffer.count, first: first) } ?? first
            }
            #expect(abs(sum - expected) <= 1e-6 * max(1, abs(expected)))
        }
    }
}
