import Glibc
import Testing
import TunedNumerics
@testable import TunedSearch

@Suite struct HypervolumeImprovementTests {
    private typealias Prediction = GaussianProcess.Prediction

    private func points(_ count: Int, _ objectives: Int, _ random: inout CounterRandom) -> [[Double]] {
        (0..<count).map { _ in
            // Near a sphere, so that many are on the front.
            let direction = (0..<objectives).map { _ in abs(random.normal()) + 0.01 }
            let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return direction.map { 1 - 0.9 * $0 / length + 0.02 * random.uniform() }
        }
    }

    // MARK: The boxes

    /// Every place is in one box, or in none where a point dominates it or it is not below the reference.
    @Test(arguments: [1, 2, 3, 4], [0, 1, 7, 25])
    func theBoxesCoverWhatNoPointDominatesOnce(_ objectives: Int, _ count: Int) {
        let seed = UInt64(100 * objectives + count)
        var random = CounterRandom(seed: seed, trial: 0)
        var front = points(count, objectives, &random)
        // Ties, and one that another dominates.
        if count > 1 { front += [front[0], front[1].map { $0 + 0.01 }, Array(front[0].dropLast()) + [front[1][objectives - 1]]] }
        let reference = [Double](repeating: 1.1, count: objectives)
        let partition = NondominatedBoxes(of: front, reference: reference)
        for _ in 0..<300 {
            let place = (0..<objectives).map { _ in 1.4 * random.uniform() - 0.2 }
            let isFree = place.allSatisfy { $0 < 1.1 } && !front.contains { zip($0, place).allSatisfy(<=) }
            let holders = partition.boxes.count { box in
                place.indices.allSatisfy {
                    partition.levels[$0][box.lower[$0]] <= place[$0] && place[$0] < partition.levels[$0][box.upper[$0]]
                }
            }
            #expect(holders == (isFree ? 1 : 0), "seed \(seed), \(place)")
        }
    }

    @Test func thereAreAsFewBoxesAsThereCanBe() {
        var random = CounterRandom(seed: 4, trial: 0)
        for objectives in 2...3 {
            let all = points(60, objectives, &random)
            let front = ParetoFront.indices(of: all).map { all[$0] }
            let boxes = NondominatedBoxes(of: front, reference: [Double](repeating: 2, count: objectives)).boxes.count
            #expect(boxes <= (objectives - 1) * front.count + 1)
        }
    }

    // MARK: The bounds

    @Test func whileTheFrontIsAPointAllThatWasSeenCounts() {
        let values: [[Double]] = [[-1, -1], [1, 2], [2, 1]]
        let bounds = ExpectedHypervolumeImprovement.Bounds(of: [[-1, -1]], among: values)
        #expect(bounds.reference.allSatisfy { $0 > 2 && $0 < 2.01 })
        #expect(abs(bounds.floor[0] + 1.3) < 1e-9 && abs(bounds.floor[1] + 1.3) < 1e-9)
    }

    @Test func aFrontBoundsItselfExceptForPointsThatGainNextToNothing() {
        let front = (0...10).map { [Double($0) / 5, 2 - Double($0) / 5] }
        // Worse by 3 for 0.01.
        let bounds = ExpectedHypervolumeImprovement.Bounds(of: front + [[-0.01, 5]], among: front + [[-0.01, 5]])
        #expect(bounds.reference[1] < 2.9 && bounds.reference[1] > 2.2)
    }

    // MARK: The expectation

    @Test func ofOneObjectiveItIsTheExpectedImprovement() {
        let improvement = ExpectedHypervolumeImprovement(front: [[0.4], [0.9]], reference: [2])
        for prediction in [Prediction(mean: 0.7, deviation: 0.2), Prediction(mean: 9, deviation: 0.1)] {
            let expected = ExpectedImprovement(best: 0.4).logarithm(prediction)
            #expect(abs(improvement.logarithm([prediction]) - expected) < 1e-12 * abs(expected))
        }
    }

    /// Without any noise the gain is that of the hypervolume; without a front it is a product of two improvements.
    @Test func handComputedValues() {
        let front = [[1.0, 4], [2, 2], [3, 0]]
        let improvement = ExpectedHypervolumeImprovement(front: front, reference: [5, 5])
        // A column from 1.5 to 2 of height 4 - 1, and one from 2 to 3 of height 2 - 1.
        let sure = improvement.logarithm([Prediction(mean: 1.5, deviation: 1e-9), Prediction(mean: 1, deviation: 1e-9)])
        #expect(abs(exp(sure) - 2.5) < 1e-6)
        let free = ExpectedHypervolumeImprovement(front: [], reference: [0, 0])
        // ψ(0) of a standard normal variable is φ(0).
        let value = free.logarithm([Prediction(mean: 0, deviation: 1), Prediction(mean: 0, deviation: 2)])
        #expect(abs(exp(value) - 2 / (2 * Double.pi)) < 1e-12)
    }

    @Test(arguments: [2, 3, 4])
    func itIsTheMeanOfWhatRandomValuesGain(_ objectives: Int) {
        var random = CounterRandom(seed: UInt64(objectives), trial: 0)
        let front = points(9, objectives, &random)
        let reference = [Double](repeating: 1.1, count: objectives)
        let floor = [Double](repeating: -0.3, count: objectives)
        let before = Hypervolume.volume(of: front, reference: reference)
        let open = ExpectedHypervolumeImprovement(front: front, reference: reference)
        let closed = ExpectedHypervolumeImprovement(front: front, reference: reference, floor: floor)
        for number in 0..<3 {
            let predictions = (0..<objectives).map { _ in
                Prediction(mean: 0.1 + 0.6 * random.uniform(), deviation: 0.1 + 0.3 * random.uniform())
            }
            let sequence = QuasiRandomPoints(dimensions: objectives, seed: 5, trial: UInt64(number))
            var (sum, bounded) = (0.0, 0.0)
            for index in 0..<UInt32(1024) {
                let value = zip(sequence.point(index), predictions).map { $1.mean + $1.deviation * StandardNormal.quantile($0) }
                sum += Hypervolume.volume(of: front + [value], reference: reference) - before
                bounded += Hypervolume.volume(of: front + [zip(value, floor).map(max)], reference: reference) - before
            }
            #expect(abs(exp(open.logarithm(predictions)) / (sum / 1024) - 1) < 0.03)
            #expect(abs(exp(closed.logarithm(predictions)) / (bounded / 1024) - 1) < 0.03)
        }
    }

    /// Near and where the gain itself is less than the least number.
    @Test(arguments: [0.0, 1, 60])
    func itsSlopesAreThoseOfItsDifferences(_ distance: Double) {
        var random = CounterRandom(seed: 9, trial: 0)
        for objectives in 2...3 {
            let improvement = ExpectedHypervolumeImprovement(
                front: points(12, objectives, &random), reference: [Double](repeating: 1.1, count: objectives),
                floor: [Double](repeating: -0.2, count: objectives))
            var predictions = (0..<objectives).map { _ in Prediction(mean: 0.5 + distance + 0.3 * random.uniform(), deviation: 0.3) }
            let (value, slopes) = improvement.slopes(predictions)
            #expect(value.isFinite && value == improvement.logarithm(predictions))
            for objective in 0..<objectives {
                for (path, slope) in [(\Prediction.mean, slopes[objective].mean), (\Prediction.deviation, slopes[objective].deviation)] {
                    let original = predictions[objective]
                    predictions[objective][keyPath: path] += 1e-5
                    let above = improvement.logarithm(predictions)
                    predictions[objective][keyPath: path] -= 2e-5
                    let below = improvement.logarithm(predictions)
                    predictions[objective] = original
                    #expect(abs((above - below) / 2e-5 - slope) < 1e-4 * max(1, abs(slope)))
                }
            }
        }
    }
}
