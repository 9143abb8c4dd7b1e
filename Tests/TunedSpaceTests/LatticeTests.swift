import Testing
import TunedSpace
import TunedTestSupport

@Suite struct LatticeTests {
    @Test func countsWithConditions() throws {
        let space = try Schema(parsing: SchemaTests.svm).space.narrowed(by: ["C": .integer(1)])
        // (linear 1, poly 4 degrees, rbf 1) without scale; with it poly and rbf have 5 values of gamma: 6 + (1 + 20 +
        // 5), by 4 sizes.
        #expect(space.finiteSize == (6 + 26) * 4)
        #expect(try Schema(parsing: SchemaTests.svm).space.finiteSize == nil)
        #expect(try Schema(parsing: SchemaTests.svm).space.gridSize(pointsPerFloat: 3) == 32 * 4 * 3)
    }

    @Test func refusesWhatDoesNotFit() throws {
        let wide = (0..<65).map { Parameter(name: "b\($0)", domain: .boolean) }
        #expect(try SearchSpace(wide).finiteSize == nil)
        #expect(try SearchSpace(Array(wide.dropLast(2))).finiteSize == 1 << 63)
        #expect(try SearchSpace([]).finiteSize == 1)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func numbersEveryConfigurationOnce(_ seed: UInt64) throws {
        let space = try Self.randomSpace(seed)
        let lattice = try #require(space.lattice, "seed \(seed)")
        var seen: Set<Configuration> = []
        for number in 0..<lattice.count {
            let configuration = lattice.configuration(at: number)
            try space.validate(configuration)
            #expect(lattice.number(of: configuration) == number, "seed \(seed)")
            seen.insert(configuration)
        }
        #expect(UInt64(seen.count) == lattice.count, "seed \(seed)")
        #expect(seen.count == Self.enumerated(space), "seed \(seed)")
    }

    /// Up to six small parameters, each with conditions on some of those before it.
    static func randomSpace(_ seed: UInt64) throws -> SearchSpace {
        var random = SeededGenerator(seed: seed)
        var parameters: [Parameter] = []
        for index in 0..<Int.random(in: 1...6, using: &random) {
            let domain: Domain =
                switch Int.random(in: 0..<4, using: &random) {
                case 0: .boolean
                case 1: .integer(IntegerDomain(low: -1, high: 3, step: 2))
                case 2: .float(FloatDomain(low: 0, high: 0.3, step: 0.1))
                default: .categorical([.text("a"), .text("b"), .text("c")])
                }
            var conditions: [Condition] = []
            for parent in 0..<index where Int.random(in: 0..<3, using: &random) == 0 {
                let count = parameters[parent].cellCount ?? 1
                let cells = (0..<count).filter { _ in Bool.random(using: &random) }
                let values = (cells.isEmpty ? [0] : cells).map(parameters[parent].value(ofCell:))
                conditions.append(Condition(parent: parent, values: values))
            }
            parameters.append(Parameter(name: "p\(index)", domain: domain, conditions: conditions))
        }
        return try SearchSpace(parameters)
    }

    /// Counts by trying every combination.
    private static func enumerated(_ space: SearchSpace) -> Int {
        var all: Set<Configuration> = [Configuration(Array(repeating: nil, count: space.count))]
        for index in space.parameters.indices {
            var next: Set<Configuration> = []
            for configuration in all {
                for cell in 0..<(space.parameters[index].cellCount ?? 0) {
                    var configuration = configuration
                    configuration[index] = space.parameters[index].value(ofCell: cell)
                    next.insert(configuration)
                }
            }
            all = next
        }
        return Set(all.map(space.canonical)).count
    }
}
