import Testing
import TunedSpace
import TunedTestSupport

@Suite struct UnitScaleTests {
    static let domains: [Domain] = [
        .float(FloatDomain(low: -5, high: 5)), .float(FloatDomain(low: 1e-300, high: 1e300, isLogarithmic: true)),
        .float(FloatDomain(low: -1.7e308, high: 1.7e308)), .float(FloatDomain(low: 3, high: 3)), .float(FloatDomain(low: 0, high: .leastNonzeroMagnitude)),
        .float(FloatDomain(low: 0, high: 1, step: 0.1)), .float(FloatDomain(low: 0.1, high: 10, isLogarithmic: true, step: 0.1)),
        .integer(IntegerDomain(low: 0, high: 1)), .integer(IntegerDomain(low: 1, high: 1_000_000, isLogarithmic: true)),
        .integer(IntegerDomain(low: -(1 << 53), high: 1 << 53)), .integer(IntegerDomain(low: 1, high: 100, isLogarithmic: true, step: 7)),
        .integer(IntegerDomain(low: 7, high: 7)), .categorical([.text("a"), .text("b"), .text("c")]), .ordinal([.integer(1), .integer(2)]),
        .boolean,
    ]

    @Test(arguments: domains)
    func coversTheDomainAndNothingElse(_ domain: Domain) {
        let parameter = Parameter(name: "x", domain: domain)
        let scale = UnitScale(parameter)
        var random = SeededGenerator(seed: 3)
        for unit in [0, 1, 0.5, -1, 2] + (0..<500).map({ _ in Double.random(in: 0...1, using: &random) }) {
            let value = scale.value(at: unit)
            #expect(parameter.contains(value), "\(value) at \(unit)")
            guard let place = scale.unit(of: value) else {
                Issue.record("\(value) has no place")
                continue
            }
            #expect((0...1).contains(place))
            if scale.cellCount != nil { #expect(scale.value(at: place) == value, "\(value) at \(place)") }
        }
    }

    @Test(arguments: domains)
    func cellsTileTheUnitInterval(_ domain: Domain) {
        let parameter = Parameter(name: "x", domain: domain)
        let scale = UnitScale(parameter)
        guard let count = scale.cellCount, count < 1_000 else { return }
        var end = 0.0
        for cell in 0..<count {
            let bounds = scale.bounds(ofCell: cell)
            #expect(abs(bounds.lower - end) < 1e-12)
            #expect(bounds.upper > bounds.lower)
            let place = scale.unit(of: parameter.value(ofCell: cell)) ?? -1
            #expect(place > bounds.lower && place < bounds.upper)
            end = bounds.upper
        }
        #expect(abs(end - 1) < 1e-12)
    }

    @Test func followsTheScale() {
        let linear = UnitScale(Parameter(name: "x", domain: .float(FloatDomain(low: 10, high: 20))))
        #expect(linear.value(at: 0.25) == .float(12.5))
        let logarithmic = UnitScale(Parameter(name: "x", domain: .float(FloatDomain(low: 1e-4, high: 1, isLogarithmic: true))))
        guard case .float(let middle) = logarithmic.value(at: 0.5) else { return }
        #expect(abs(middle - 1e-2) < 1e-15)
    }

    @Test func knowsWhatAHandWrittenPointIs() {
        let parameter = Parameter(name: "x", domain: .float(FloatDomain(low: 0, high: 1, step: 0.1)))
        #expect(parameter.contains(.float(0.3)))
        #expect(parameter.cell(of: .float(0.3)) == 3)
        #expect(!parameter.contains(.float(0.35)))
        #expect(parameter.cellCount == 11)
    }

    @Test func readsAPointAlongTheConditions() throws {
        let cube = UnitCube(try Schema(parsing: SchemaTests.svm).space)
        let linear = cube.configuration(at: [0.5, 0.5, 0.1, 0.5, 0.5, 0.9])
        #expect(linear[1] == nil)
        #expect(linear[3] == nil)
        #expect(cube.coordinates(of: linear)[1].isNaN)
        let poly = cube.configuration(at: [0.5, 0.5, 0.5, 0.5, 0.5, 0.9])
        #expect(poly[1] != nil)
        #expect(poly[3] == .float(0.5))
    }
}
