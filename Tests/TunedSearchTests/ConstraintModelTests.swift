import Testing
import TunedSpace

@testable import TunedSearch

/// What a Gaussian process sampler makes of outcome constraints.
@Suite struct ConstraintModelTests {
    private static let space = NamedSpace(
        "two floats", ["x": ["type": "float", "low": 0, "high": 1], "y": ["type": "float", "low": 0, "high": 1]]
    ).space

    /// x + y ≤ 1 in units of a million, on a lattice of points; and a second constraint that is told of half of them and never broken.
    private static func history() -> (TrialHistory, ParzenAxes) {
        let axes = ParzenAxes(space)
        var history = TrialHistory(dimensions: 2, objectives: 1)
        for trial in 0..<25 {
            let point = [Double(trial % 5) / 4, Double(trial / 5) / 4]
            let row = history.begin(trial, axes.configuration(at: point), at: point)
            history.finish(row, .measured([0], constraints: [1e6 * (point[0] + point[1] - 1.1), trial % 2 == 0 ? .nan : -1]))
        }
        return (history, axes)
    }

    @Test func theChanceFollowsTheBoundary() throws {
        let (history, axes) = Self.history()
        var parameters = ConstraintModel.Parameters()
        let model = try #require(ConstraintModel(history, Array(0..<25), axes, fittedTo: 25, pending: [], &parameters))
        let chances = model.logChances(at: [[0.1, 0.1], [0.45, 0.45], [0.62, 0.62], [0.9, 0.9]])
        #expect(chances[0] > -1e-3 && chances[1] > chances[2] && chances[2] > chances[3] && chances[3] < -10)
        #expect(chances[1] > -0.7 && chances[2] < -0.7)
        #expect(model.areKept(at: [0.3, 0.3]) && !model.areKept(at: [0.8, 0.8]))
    }

    @Test func itsGradientIsThatOfTheChance() throws {
        let (history, axes) = Self.history()
        var parameters = ConstraintModel.Parameters()
        let model = try #require(ConstraintModel(history, Array(0..<25), axes, fittedTo: 25, pending: [[0.6, 0.6]], &parameters))
        for point in [[0.3, 0.6], [0.55, 0.58], [0.9, 0.7]] {
            var gradient = [1.0, 1.0]
            let value = gradient.withUnsafeMutableBufferPointer { gradient in
                point.withUnsafeBufferPointer { model.logChance(at: $0, over: [0, 1], addingTo: gradient) }
            }
            #expect(abs(value - model.logChances(at: [point])[0]) < 1e-9)
            for axis in 0..<2 {
                var (low, high) = (point, point)
                low[axis] -= 1e-5
                high[axis] += 1e-5
                let slopes = model.logChances(at: [low, high])
                #expect(abs((slopes[1] - slopes[0]) / 2e-5 - (gradient[axis] - 1)) < 1e-3 * max(1, abs(gradient[axis])), "\(point) \(axis)")
            }
        }
    }

    @Test func thereIsNoneWhereNothingIsBroken() {
        var history = TrialHistory(dimensions: 2, objectives: 1)
        let axes = ParzenAxes(Self.space)
        for trial in 0..<5 {
            let point = [Double(trial) / 5, 0.5]
            history.finish(history.begin(trial, axes.configuration(at: point), at: point), .complete([1], constraints: [-1]))
        }
        var parameters = ConstraintModel.Parameters()
        #expect(ConstraintModel(history, Array(0..<5), axes, fittedTo: 5, pending: [], &parameters) == nil)
    }

    /// The best of what breaks the constraint lies in a corner: trials that run at once do not all go there.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func runningTrialsKeepApart(_ seed: UInt64) throws {
        let cube = UnitCube(Self.space)
        var lab = try Lab("gp", Self.space, seed: seed)
        try lab.run(20) { _, configuration in
            let point = cube.coordinates(of: configuration)
            return .measured([2 - point[0] - point[1]], constraints: [point[0] + point[1] - 1])
        }
        for _ in 0..<6 { #expect(try lab.ask() != nil) }
        let running = lab.suggestions.suffix(6).map(cube.coordinates)
        for (index, a) in running.enumerated() {
            for b in running[..<index] { #expect(zip(a, b).contains { abs($0 - $1) > 1e-4 }, "\(running)") }
        }
    }
}
