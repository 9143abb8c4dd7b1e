import Glibc
import Testing
import TunedNumerics
import TunedSearch
import TunedSpace

@Suite struct FoldAndCurveTests {
    // MARK: The signed-rank test

    /// One-sided probabilities of the published tables: 25 and 43 of the 1024 sums of 1 to 10 are at most 8 and 10.
    static let table: [([Double], Double)] = [
        ([1, 2, 3, 4, 5], 0.03125),
        ([1, 2, 3, 4, -5], 0.3125),
        ([-1, 2, 3, 4, 5, 6, -7, 8, 9, 10], 0.0244140625),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, -10], 0.0419921875),
        ([-1, -2, -3, -4], 1),
        // Ties: of four equal ones three or more are positive.
        ([1, 1, 1, -1], 0.3125),
        // Zeros take the lowest ranks and are left out: 2 and 3 are both positive.
        ([0, 1, 2], 0.25),
        ([0, 0, 0], 1),
        ([], 1),
        // 0 has rank 1, the ties 2.5 each, 3 rank 4: three of the eight sums of 2.5, 2.5 and 4 reach 6.5.
        ([0, 1, -1, 3], 0.375),
    ]

    @Test(arguments: table)
    func exactProbabilities(_ differences: [Double], _ wanted: Double) {
        #expect(abs(SignedRankTest.pValue(greater: differences) - wanted) < 1e-12)
    }

    @Test func theApproximationMeetsTheExactOne() {
        var random = CounterRandom(seed: 3, trial: 0)
        for _ in 0..<20 {
            let many = (0..<SignedRankTest.exactLimit).map { _ in random.normal() + 0.2 }
            let exact = SignedRankTest.pValue(greater: many)
            // One more pair, the smallest by far, hardly matters.
            let approximate = SignedRankTest.pValue(greater: many + [1e-9])
            #expect(abs(exact - approximate) < 0.03)
        }
    }

    // MARK: Folds

    private func wilcoxon(_ settings: [String: JSONValue] = [:], objectives: Int = 1, folds: Int = 10) throws -> any Pruner {
        try PrunerRegistry.make(name: "wilcoxon", settings: settings, problem: PrunerProblem(objectives: objectives, folds: folds))
    }

    private func run(_ pruner: inout any Pruner, _ trial: Int, _ folds: [[Double]], ends: Bool = false) {
        pruner.observe(.began(trial: trial, budget: nil))
        for (fold, losses) in folds.enumerated() { pruner.observe(.foldEnded(trial: trial, fold: fold, losses: losses)) }
        guard ends else { return }
        let means = folds[0].indices.map { objective in folds.reduce(0) { $0 + $1[objective] } / Double(folds.count) }
        pruner.observe(.ended(trial: trial, .complete(means)))
    }

    @Test func prunesAsSoonAsTheFoldsTell() throws {
        var pruner = try wilcoxon(["p": 0.1])
        run(&pruner, 0, (0..<10).map { [Double($0)] }, ends: true)
        // That later folds are worse is how they are.
        run(&pruner, 5, (0..<10).map { [Double($0) + 5] }, ends: true)
        pruner.observe(.began(trial: 1, budget: nil))
        for fold in 0..<4 {
            #expect(pruner.verdict(on: 1) == .goOn, "1/8 is the least p-value of three pairs")
            pruner.observe(.foldEnded(trial: 1, fold: fold, losses: [Double(fold) + 0.1 + 0.01 * Double(fold)]))
        }
        #expect(pruner.verdict(on: 1) == .prune("4 folds are worse, p = 0.0625, than those of trial 0"))
        // Not in the order of the folds.
        pruner.observe(.began(trial: 2, budget: nil))
        for fold in [9, 2, 5, 7] { pruner.observe(.foldEnded(trial: 2, fold: fold, losses: [Double(fold) + 1])) }
        #expect(pruner.verdict(on: 2) != .goOn)
        // Better on average, though worse on most.
        run(&pruner, 3, (0..<9).map { [$0 == 0 ? -90 : Double($0) + 1] })
        #expect(pruner.verdict(on: 3) == .goOn)
    }

    @Test func firstFoldsThatFlatterTheBestEndNobody() throws {
        var pruner = try wilcoxon()
        run(&pruner, 0, (0..<10).map { [$0 < 4 ? 0 : 9] }, ends: true)
        run(&pruner, 1, (0..<9).map { [1 + 0.01 * Double($0)] })
        #expect(pruner.verdict(on: 1) == .goOn, "it is better than the rest of trial 0")
        run(&pruner, 2, (0..<4).map { [6 + Double($0)] })
        #expect(pruner.verdict(on: 2) != .goOn)
        run(&pruner, 3, (0..<10).map { _ in [1] }, ends: true)
        run(&pruner, 4, (0..<3).map { [2 + Double($0)] })
        #expect(pruner.verdict(on: 4) == .prune("3 folds are worse, p = 0.125, than those of trial 3"))
    }

    @Test func allObjectivesHaveToBeWorse() throws {
        var pruner = try wilcoxon(objectives: 2)
        run(&pruner, 0, (0..<10).map { [Double($0), 0] }, ends: true)
        run(&pruner, 3, (0..<10).map { [Double($0) + 5, 5] }, ends: true)
        run(&pruner, 1, (0..<6).map { [Double($0) + 1, -1] })
        #expect(pruner.verdict(on: 1) == .goOn)
        run(&pruner, 2, (0..<6).map { [Double($0) + 1, 1] })
        #expect(pruner.verdict(on: 2) != .goOn)
    }

    @Test func saysThatItNeedsFolds() throws {
        let error = try #require(throws: SearchError.self) { try wilcoxon(["p": 0.1], folds: 4) }
        #expect(error.code == .problem)
        #expect(error.message.contains("4"))
        _ = try wilcoxon(["p": 0.1], folds: 5)
        #expect(throws: SearchError.self) { try wilcoxon(folds: 3) }
        _ = try wilcoxon(folds: 4)
    }

    /// Half the folds at most, and the best is kept: 30 configurations, noise of the folds shared by all.
    @Test func savesHalfOfTheFolds() throws {
        var saved: [Double] = []
        for seed in 1...10 as ClosedRange<UInt64> {
            var lab = try PrunerLab("wilcoxon", folds: 10, high: 1) { trial, fold, _ in
                var shared = CounterRandom(seed: seed, trial: UInt64(fold), stream: 1)
                var own = CounterRandom(seed: seed, trial: UInt64(trial), stream: UInt32(2 + fold))
                var quality = CounterRandom(seed: seed, trial: UInt64(trial), stream: 0)
                return [quality.uniform() + 0.2 * shared.normal() + 0.1 * own.normal()]
            }
            lab.recordsAnswers = false
            lab.run(60, workers: 1)
            #expect(lab.problems.isEmpty)
            saved.append(lab.busy / 600)
            let best = try #require(lab.results.map(\.loss).min())
            let all = try PrunerLab("none", folds: 10, high: 1, losses: lab.losses)
            var full = all
            full.recordsAnswers = false
            full.run(60, workers: 1)
            // A standard error of the mean of ten folds, which differ by what they share and by what is each trial's own.
            #expect(best <= (full.results.map(\.loss).min() ?? 0) + (0.05 / 10).squareRoot() + 1e-12, "seed \(seed)")
        }
        #expect(saved.sorted()[5] < 0.5, "\(saved)")
    }

    // MARK: Curves

    private func extrapolation(_ count: Int, noise: Double = 0.002, _ curve: (Double) -> Double) -> CurveExtrapolation {
        var random = CounterRandom(seed: 4, trial: 0)
        let times = (1...count).map(Double.init)
        return CurveExtrapolation(times: times, losses: times.map { curve($0) + noise * random.normal() }, target: 100)
    }

    @Test func extrapolatesBothFamilies() {
        let power: (Double) -> Double = { 0.3 + 0.5 * pow($0, -0.7) }
        let exponential: (Double) -> Double = { 0.3 + 0.5 * exp(-$0 / 8) }
        for curve in [power, exponential, { _ in 0.3 }] {
            let end = curve(100)
            let prediction = extrapolation(25, curve)
            #expect(prediction.probability(below: end + 0.08) > 0.95)
            #expect(prediction.probability(below: end - 0.08) < 0.05)
        }
    }

    @Test func isLessSureOfEarlyCurves() {
        let curve: (Double) -> Double = { 0.3 + 0.5 * pow($0, -0.5) }
        let (early, late) = (extrapolation(6, curve), extrapolation(60, curve))
        #expect(early.probability(below: 0.25) > late.probability(below: 0.25))
        #expect(extrapolation(4, curve).probability(below: -100) == 1)
    }

    @Test func endsWhatCannotCatchUp() throws {
        var lab = try PrunerLab("curve", high: 100) { trial, _, step in
            var random = CounterRandom(seed: 9, trial: UInt64(trial))
            let (end, rate) = (random.uniform(), 0.4 + 0.6 * random.uniform())
            return [end + pow(Double(step) + 1, -rate)]
        }
        lab.recordsAnswers = false
        lab.run(60, workers: 4)
        #expect(lab.problems.isEmpty)
        let best = lab.losses
        let wanted = try #require((0..<60).min { best($0, 0, 100)[0] < best($1, 0, 100)[0] })
        #expect(lab.trials[wanted].state == .complete)
        #expect(lab.busy < 0.5 * 60 * 100, "\(lab.busy)")
    }
}
