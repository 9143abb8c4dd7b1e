import Testing
@testable import TunedSpace
import TunedTestSupport

@Suite struct LegalSearchTests {
    @Test func findsTheDeepestPoint() throws {
        // A triangle: the corner at the origin is 1/√2 away from the only row.
        let triangle = LinearSystem(low: [0, 0], high: [1, 1], rows: [.init(coefficients: [1, 1], bound: 1)])
        #expect(try #require(triangle.centre()) == [0, 0])
        // Between x >= 1 and x <= 3 on [0, 4] the deepest point is 2; y is free.
        let band = LinearSystem(
            low: [0, 0], high: [4, 1], rows: [.init(coefficients: [1, 0], bound: 3), .init(coefficients: [-1, 0], bound: -1)])
        #expect(try abs(#require(band.centre())[0] - 2) < 1e-9)
        // Nothing is above the far corner, and the corner itself is.
        let corner = [1.0, 1, 1]
        func above(_ bound: Double) -> LinearSystem {
            LinearSystem(low: [0, 0, 0], high: corner, rows: [.init(coefficients: [-1, -1, -1], bound: -bound)])
        }
        #expect(above(3.01).centre() == nil)
        #expect(try #require(above(3).centre()).allSatisfy { abs($0 - 1) < 1e-6 })
    }

    /// Random systems in two dimensions against a fine grid: where the grid finds a point, so does the program, and what
    /// it finds holds.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func agreesWithAGrid(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
        let rows = (0..<Int.random(in: 1...6, using: &random)).map { _ in
            (a: number(-1...1), b: number(-1...1), bound: number(-0.6...0.6))
        }
        let system = LinearSystem(
            low: [-1, -2], high: [1, 2], rows: rows.map { .init(coefficients: [$0.a, $0.b], bound: $0.bound) })
        var isFeasible = false
        for i in 0...200 {
            for j in 0...200 {
                let (x, y) = (-1 + Double(i) / 100, -2 + Double(j) / 50)
                if rows.allSatisfy({ $0.a * x + $0.b * y <= $0.bound }) { isFeasible = true }
            }
        }
        let centre = system.centre()
        if isFeasible { #expect(centre != nil, "seed \(seed)") }
        if let centre {
            for row in rows { #expect(row.a * centre[0] + row.b * centre[1] <= row.bound + 1e-9, "seed \(seed)") }
        }
    }

    @Test func movesAsLittleAsIsNeeded() throws {
        let unit: JSONValue = ["type": "float", "low": 0, "high": 1]
        let space = try SearchSpace(declaring: ["x": unit, "y": unit, "z": unit], rules: ["x + y <= 1"])
        let found = space.legal(near: [0.9, 0.5, 0.7])
        // The foot of the perpendicular.
        guard case (.float(let x)?, .float(let y)?) = (found[0], found[1]) else { Issue.record("no floats"); return }
        #expect(abs(x - 0.7) < 1e-6 && abs(y - 0.3) < 1e-6)
        #expect(found[2] == .float(0.7))
    }

    @Test func keepsToLogarithmsStepsAndIntegers() throws {
        let space = try SearchSpace(
            declaring: [
                "a": ["type": "float", "low": 1e-6, "high": 1, "log": true], "b": ["type": "float", "low": 1e-6, "high": 1, "log": true],
                "n": ["type": "int", "low": 1, "high": 1000], "m": ["type": "int", "low": 1, "high": 1000, "step": 3],
                "s": ["type": "float", "low": 0, "high": 1, "step": 0.1],
            ], rules: ["a + b <= 0.001", "7*n + 3*m <= 100", "n >= m + 1", "s + a <= 0.25"])
        var random = SeededGenerator(seed: 4)
        for _ in 0..<200 {
            let point = (0..<5).map { _ in Double.random(in: 0...1, using: &random) }
            let found = space.legal(near: point)
            try space.validate(found)
        }
    }

    /// 7n + 5m = 51 has one solution, (3, 6), in 0...9.
    @Test func findsANeedleAmongIntegers() throws {
        let digit: JSONValue = ["type": "int", "low": 0, "high": 9]
        let space = try SearchSpace(declaring: ["m": digit, "n": digit], rules: [["linear": ["n": 7, "m": 5], "at_least": 51, "at_most": 51]])
        #expect(space.defaults.values == [.integer(6), .integer(3)])
        #expect(space.finiteSize == 1)
        let error = try #require(throws: SpaceError.self) {
            try SearchSpace(declaring: ["m": digit, "n": digit], rules: [["linear": ["n": 7, "m": 5], "at_least": 4, "at_most": 4]])
        }
        #expect(error.code == .illegal)
    }

    /// Implications that chain through a conditional space until a contradiction.
    @Test func followsImplications() throws {
        let parameters: [String: JSONValue] = [
            "a": ["type": "categorical", "choices": [1, 2, 3]], "b": ["type": "categorical", "choices": [1, 2, 3], "when": ["a": [2, 3]]],
            "c": ["type": "float", "low": 0, "high": 1, "when": ["b": 3]], "d": ["type": "float", "low": 0, "high": 1],
        ]
        let chain: [JSONValue] = [
            ["never": ["a": 1]], ["if": ["a": [2, 3]], "then": ["b": 3]], ["if": ["b": 3], "then": ["c": ["low": 0.9]]], "c <= d",
        ]
        let space = try SearchSpace(declaring: parameters, rules: chain)
        let found = space.legal(near: [0, 0, 0, 0])
        try space.validate(found)
        #expect(found[1] == .category(2))
        #expect(throws: SpaceError.self) { try SearchSpace(declaring: parameters, rules: chain + ["d <= 0.8"]) }
    }

    @Test func endsInBoundedWork() throws {
        // Pigeons: ten integers from 1 to 9, all different, cannot be; proving it takes more than the steps that are allowed.
        let hole: JSONValue = ["type": "int", "low": 1, "high": 9]
        let fields = Dictionary((0..<10).map { ("p\($0)", hole) }, uniquingKeysWith: { first, _ in first })
        var rules: [JSONValue] = []
        for i in 0..<10 {
            for j in 0..<i { for value in 1...9 as ClosedRange<Int64> { rules.append(["never": .object(["p\(i)": .integer(value), "p\(j)": .integer(value)])]) } }
        }
        let error = try #require(throws: SpaceError.self) { try SearchSpace(declaring: fields, rules: rules) }
        #expect(error.code == .illegal)
    }

    @Test func keepsWhatIsFixed() throws {
        let unit: JSONValue = ["type": "float", "low": 0, "high": 1]
        let space = try SearchSpace(declaring: ["x": unit, "y": unit], rules: ["x + y <= 1"])
        let found = try #require(space.legal(near: [0.9, 0.9], fixing: [0: .float(0.9)]))
        #expect(found[0] == .float(0.9))
        try space.validate(found)
        #expect(try SearchSpace(declaring: ["x": unit, "y": unit], rules: ["x + y <= 0.5"]).legal(near: [0.9, 0.9], fixing: [0: .float(0.9)]) == nil)
    }

    /// Random mixed spaces: what is found is legal, and where every configuration was looked at, found exactly when there is
    /// one; the lattice lists just the legal ones.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func agreesWithEnumeration(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let plain = try LatticeTests.randomSpace(seed)
        guard plain.count > 1, let lattice = plain.lattice else { return }
        var rules: [Rule] = []
        func test() -> ValueTest {
            let index = Int.random(in: 0..<plain.count, using: &random)
            let count = plain.parameters[index].cellCount ?? 1
            let value = plain.parameters[index].value(ofCell: UInt64.random(in: 0..<count, using: &random))
            return ValueTest(parameter: index, wanted: Bool.random(using: &random) ? .values([value]) : .others([value]))
        }
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: rules.append(Rule(premises: [test(), test()], demand: .never))
            case 1: rules.append(Rule(premises: [test()], demand: .tests([test()])))
            default:
                let numbers = plain.parameters.indices.filter { index in
                    if case .categorical = plain.parameters[index].domain { false } else { true }
                }
                guard !numbers.isEmpty else { continue }
                let terms = numbers.map { LinearBound.Term(parameter: $0, coefficient: Double(Int.random(in: -2...2, using: &random)) + 0.5) }
                let bound = LinearBound(
                    terms: terms, bound: Double(Int.random(in: -4...2, using: &random)), isStrict: Bool.random(using: &random),
                    countsActive: Bool.random(using: &random))
                rules.append(Rule(premises: Bool.random(using: &random) ? [test()] : [], demand: .linear(bound)))
            }
        }
        let all = (0..<lattice.count).map(lattice.configuration(at:))
        let space: SearchSpace
        do throws(SpaceError) {
            space = try SearchSpace(plain.parameters, rules: rules)
        } catch {
            #expect(error.code == .illegal, "seed \(seed): \(error)")
            let bare = all.filter { configuration in
                rules.indices.allSatisfy { rule in
                    (try? SearchSpace(plain.parameters, rules: [rules[rule]]).isLegal(configuration)) ?? false
                }
            }
            #expect(bare.isEmpty, "seed \(seed)")
            return
        }
        let legal = all.filter(space.isLegal)
        let listed = try #require(space.lattice)
        #expect((0..<listed.count).map(listed.configuration(at:)) == legal, "seed \(seed)")
        for (number, configuration) in legal.enumerated() { #expect(listed.number(of: configuration) == UInt64(number)) }
        for configuration in all {
            let found = space.legal(near: UnitCube(space).coordinates(of: configuration))
            try space.validate(found)
            if space.isLegal(configuration) { #expect(found == configuration, "seed \(seed)") }
        }
    }

    /// A million times a million configurations, of which 55 are legal.
    @Test func listsTheFewOfVeryMany() throws {
        let wide: JSONValue = ["type": "int", "low": 0, "high": 999_999]
        let space = try SearchSpace(declaring: ["a": wide, "b": wide], rules: ["a + b <= 9"])
        #expect(space.finiteSize == 55)
        #expect(try SearchSpace(declaring: ["a": wide, "b": wide], rules: ["a <= b"]).finiteSize == nil)
    }

    /// Sets of values against sets of numbers.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func reckonsWithRanges(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func ranges() -> (Reach, Set<UInt64>) {
            var (ranges, all, next) = ([ClosedRange<UInt64>](), Set<UInt64>(), UInt64.random(in: 0...3, using: &random))
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let last = next + UInt64.random(in: 0...4, using: &random)
                ranges.append(next...last)
                all.formUnion(next...last)
                next = last + UInt64.random(in: 2...5, using: &random)
            }
            return (.cells(ranges), all)
        }
        func numbers(_ reach: Reach) -> Set<UInt64> {
            if case .cells(let ranges) = reach { Set(ranges.flatMap { Array($0) }) } else { [] }
        }
        let ((a, setA), (b, setB)) = (ranges(), ranges())
        #expect(numbers(a.intersection(b)) == setA.intersection(setB), "seed \(seed)")
        #expect(numbers(a.subtracting(b)) == setA.subtracting(setB), "seed \(seed)")
        if let nearest = a.nearestCell(to: 9) {
            #expect(setA.allSatisfy { abs(Int($0) - 9) >= abs(Int(nearest) - 9) }, "seed \(seed)")
        }
    }

    @Test func takesManyChoices() throws {
        let choices = (0..<10_000 as Range<Int64>).map { JSONValue.string("c\($0)") }
        let space = try SearchSpace(
            declaring: ["c": ["type": "categorical", "choices": .array(choices)], "x": ["type": "float", "low": 0, "high": 1]],
            rules: [["if": ["c": ["not": .array(Array(choices.suffix(2)))]], "then": ["x": ["high": 0.001]]], ["never": ["x": ["high": 0.01]]]])
        let found = space.legal(near: [0.2, 0.5])
        #expect(found[0] == .category(9_998) || found[0] == .category(9_999))
    }

    /// Thousands of gaps in a list of choices.
    @Test func takesChoicesWithManyGaps() throws {
        let choices = (0..<10_000 as Range<Int64>).map { JSONValue.string("c\($0)") }
        let even = JSONValue.array(choices.indices.filter { $0 % 2 == 0 }.map { choices[$0] })
        let space = try SearchSpace(
            declaring: ["c": ["type": "categorical", "choices": .array(choices)], "d": ["type": "categorical", "choices": .array(choices)]],
            rules: [["if": ["c": even], "then": ["d": ["not": even]]], ["if": ["c": ["not": even]], "then": ["d": even]]])
        let found = space.legal(near: [0.25, 0.75])
        try space.validate(found)
        #expect(found[0] == .category(2_500))
    }
}
