import Glibc
import Testing
import TunedNumerics
import TunedSpace
@testable import TunedSearch

@Suite struct InputWarpTests {
    private static func axes() throws -> ParzenAxes {
        ParzenAxes(
            try SearchSpace(declaring: [
                "x": ["type": "float", "low": 0, "high": 1], "n": ["type": "int", "low": 0, "high": 9],
                "k": ["type": "categorical", "choices": ["a", "b", "c"]],
            ]))
    }

    /// Names of a declaration have an order of their own.
    private static func sample(_ axes: ParzenAxes, _ count: Int, seed: UInt64) -> (points: KernelPoints, values: [Double]) {
        var (points, values) = (KernelPoints(axes), [Double]())
        var random = CounterRandom(seed: seed, trial: 0)
        for _ in 0..<count {
            let point = axes.axes.indices.map { axes.snapped(random.uniform(), $0) }
            points.append(point)
            values.append(axes.axes.indices.reduce(0) { $0 + (axes.axes[$1].isCategorical ? 0.3 * point[$1] : sin(6 * point[$1])) })
        }
        return (points, Warping.none.scaled(values))
    }

    private static func parameters(_ points: KernelPoints) -> KernelParameters {
        KernelParameters(logLengths: [-0.8, -0.2, 0.3], logNoise: -5, warp: points.evenWarp.with([0.4, -0.3, -0.5, 0.2]))
    }

    /// 1 - (1 - 0.5²)³ by hand; the ends stay where they are; and shapes of 1 change nothing.
    @Test func theWarpIsTheDistributionFunction() {
        let warp = KumaraswamyWarp(columns: [0], logShapes: [log(2), log(3)])
        #expect(abs(warp.bend(0, 0.5).place - (1 - 0.75 * 0.75 * 0.75)) < 1e-9)
        #expect(warp.bend(0, 0).place < 1e-9 && warp.bend(0, 1).place > 1 - 1e-9)
        for place in [0, 1e-9, 0.3, 1] { #expect(abs(KumaraswamyWarp(columns: [0]).bend(0, place).place - place) < 2e-6) }
        #expect(warp.warped([0.5, 0.5])[1] == 0.5)
    }

    @Test func itsDerivativesAreThoseOfItsDifferences() {
        for shapes in [[0.0, 0], [1.9, -1.9], [-1.9, 1.9], [2, 2], [-2, -2]] {
            for place in [0.02, 0.4, 0.97] {
                func at(_ step: Double, _ a: Double, _ b: Double) -> Double {
                    KumaraswamyWarp(columns: [0], logShapes: [shapes[0] + a, shapes[1] + b]).bend(0, place + step).place
                }
                let bend = KumaraswamyWarp(columns: [0], logShapes: shapes).bend(0, place)
                let h = 1e-6
                for (found, difference) in [
                    (bend.slope, at(h, 0, 0) - at(-h, 0, 0)), (bend.ofLogA, at(0, h, 0) - at(0, -h, 0)),
                    (bend.ofLogB, at(0, 0, h) - at(0, 0, -h)),
                ] { #expect(abs(found - difference / (2 * h)) < 1e-5 * max(1, abs(found)), "shapes \(shapes), place \(place)") }
            }
        }
        // Nothing infinite at the ends.
        for (place, shapes) in [(0.0, [-2.0, -2]), (1, [-2, -2]), (0, [2, 2]), (1, [2, 2]), (1, [-2, 2])] {
            let bend = KumaraswamyWarp(columns: [0], logShapes: shapes).bend(0, place)
            #expect([bend.place, bend.slope, bend.ofLogA, bend.ofLogB].allSatisfy { $0.isFinite }, "place \(place), shapes \(shapes)")
        }
    }

    @Test func theGradientOfTheLikelihoodIsThatOfItsDifferences() throws {
        let (points, values) = Self.sample(try Self.axes(), 25, seed: 3)
        let parameters = Self.parameters(points)
        #expect(parameters.warp.columns.count == 2)
        var likelihood = MarginalLikelihood(points: points, values: values)
        var gradient = [Double](repeating: 0, count: 8)
        _ = gradient.withUnsafeMutableBufferPointer { likelihood.negativeLogarithm(parameters, gradient: $0) }
        for index in 0..<8 {
            func value(_ step: Double) -> Double {
                var moved = parameters
                switch index {
                case 0..<3: moved.logLengths[index] += step
                case 3: moved.logNoise += step
                default:
                    var shapes = parameters.warp.logShapes
                    shapes[index - 4] += step
                    moved.warp = parameters.warp.with(shapes)
                }
                return likelihood.negativeLogarithm(moved, gradient: nil)
            }
            let difference = (value(1e-5) - value(-1e-5)) / 2e-5
            #expect(abs(difference) > 1e-3)
            #expect(abs(gradient[index] - difference) < 1e-5 * max(1, abs(difference)), "parameter \(index)")
        }
    }

    @Test func predictionsFollowTheirGradients() throws {
        let axes = try Self.axes()
        let (points, values) = Self.sample(axes, 20, seed: 5)
        var process = try #require(GaussianProcess(Self.parameters(points), points))
        process.observe(values)
        let place = axes.axes.map { $0.isCategorical ? 1.0 : 0.37 }
        let numbers = axes.numericAxes
        var (ofMean, ofDeviation) = ([0.0, 0.0], [0.0, 0.0])
        let prediction = place.withUnsafeBufferPointer { place in
            ofMean.withUnsafeMutableBufferPointer { mean in
                ofDeviation.withUnsafeMutableBufferPointer {
                    process.predict(place, over: numbers, meanGradient: mean, deviationGradient: $0)
                }
            }
        }
        let batch = process.predict([place])[0]
        #expect(abs(prediction.mean - batch.mean) < 1e-12 && abs(prediction.deviation - batch.deviation) < 1e-9)
        for (number, index) in numbers.enumerated() {
            func at(_ step: Double) -> GaussianProcess.Prediction {
                var moved = place
                moved[index] += step
                return process.predict([moved])[0]
            }
            let (up, down) = (at(1e-5), at(-1e-5))
            #expect(abs(ofMean[number] - (up.mean - down.mean) / 2e-5) < 1e-5)
            #expect(abs(ofDeviation[number] - (up.deviation - down.deviation) / 2e-5) < 1e-5)
        }
    }

    /// A process that grows bends the points that it is given one by one as it bent the first.
    @Test func aGrownProcessIsThatOfAllItsPoints() throws {
        let axes = try Self.axes()
        let (points, values) = Self.sample(axes, 18, seed: 9)
        var first = KernelPoints(axes)
        for row in 0..<10 { first.append(points.columns.map { $0[row] }) }
        var grown = try #require(GaussianProcess(Self.parameters(points), first))
        for row in 10..<18 {
            let isTaken = grown.append(points.columns.map { $0[row] })
            #expect(isTaken)
        }
        var whole = try #require(GaussianProcess(Self.parameters(points), points))
        grown.observe(values)
        whole.observe(values)
        let place = axes.axes.map { $0.isCategorical ? 2.0 : 0.15 }
        let (a, b) = (grown.predict([place])[0], whole.predict([place])[0])
        #expect(abs(a.mean - b.mean) < 1e-9 && abs(a.deviation - b.deviation) < 1e-9)
    }

    /// A sine of the cube root: fast at the lower end, which shapes below 1 take away.
    @Test func theShapesOfAnUnevenObjectiveAreFound() throws {
        let axes = ParzenAxes(try SearchSpace(declaring: ["x": ["type": "float", "low": 0, "high": 1]]))
        var (points, values) = (KernelPoints(axes), [Double]())
        for index in 0...40 {
            let u = pow(Double(index) / 40, 3)
            points.append([u])
            values.append(sin(12 * pow(u, 1.0 / 3)))
        }
        let scaled = Warping.none.scaled(values)
        let plain = KernelParameters.fitted(to: points, scaled, from: .prior(points.isCategorical))
        var start = KernelParameters.prior(points.isCategorical)
        start.warp = points.evenWarp
        let warped = KernelParameters.fitted(to: points, scaled, from: start)
        var likelihood = MarginalLikelihood(points: points, values: scaled)
        #expect(warped.warp.logShapes[0] < -0.2, "\(warped.warp.logShapes)")
        #expect(likelihood.negativeLogarithm(warped, gradient: nil) < likelihood.negativeLogarithm(plain, gradient: nil) - 2)
    }
}
