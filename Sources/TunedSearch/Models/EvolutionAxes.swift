import Glibc
import TunedNumerics
import TunedSpace

/// A point of an evolution: more than the configuration that it stands for, since it says where in its cell a countable number lies, and
/// carries values of inactive parameters.
struct Genotype: Hashable, Sendable {
    /// One an axis of numbers, in units of the parameter's range. A continuous one may lie outside of [0, 1], which stands for the place that
    /// it is mirrored to at the ends.
    var numbers: [Double]
    /// The cell of each categorical parameter.
    var categories: [Int]
}

/// How an evolution sees a space: an axis for each parameter with an order, a choice for each without, and nothing for fixed ones.
struct EvolutionAxes: Sendable {
    private enum Role: Sendable {
        case number(Int)
        case category(Int)
        case fixed
    }

    let cube: UnitCube
    /// The parameters behind ``Genotype/numbers``.
    let numbers: [Int]
    /// The parameters behind ``Genotype/categories``, and how many choices each has.
    let categories: [Int]
    let categoryCounts: [Int]
    private let roles: [Role]
    private let isContinuous: [Bool]

    init(_ cube: UnitCube) {
        self.cube = cube
        var (numbers, categories, counts, roles) = ([Int](), [Int](), [Int](), [Role]())
        for (index, parameter) in cube.space.parameters.enumerated() {
            if parameter.isFixed {
                roles.append(.fixed)
            } else if parameter.isUnordered {
                roles.append(.category(categories.count))
                categories.append(index)
                counts.append(Int(parameter.cellCount ?? 1))
            } else {
                roles.append(.number(numbers.count))
                numbers.append(index)
            }
        }
        (self.numbers, self.categories, categoryCounts, self.roles) = (numbers, categories, counts, roles)
        isContinuous = numbers.map { cube.scales[$0].cellCount == nil }
    }

    /// Parameters that vary.
    var count: Int { numbers.count + categories.count }

    func isContinuous(_ axis: Int) -> Bool { isContinuous[axis] }

    // MARK: From a genotype

    func configuration(of genotype: Genotype) -> Configuration {
        cube.configuration(at: roles.map { role in
            switch role {
            case .number(let axis): return place(genotype.numbers[axis], axis)
            case .category(let axis): return (Double(genotype.categories[axis]) + 0.5) / Double(categoryCounts[axis])
            case .fixed: return 0.5
            }
        })
    }

    private func place(_ number: Double, _ axis: Int) -> Double {
        isContinuous[axis] ? Self.mirrored(number) : min(max(number, 0), 1)
    }

    /// The place in [0, 1] of a number on a line that is folded at the ends.
    static func mirrored(_ number: Double) -> Double {
        if number >= 0, number <= 1 { return number }
        let rest = abs(number).truncatingRemainder(dividingBy: 2)
        return rest > 1 ? 2 - rest : rest
    }

    /// The number nearest to another that is mirrored to a place.
    static func unfolded(_ place: Double, near number: Double) -> Double {
        let period = 2 * (number / 2).rounded()
        return [place, -place, place - 2, 2 - place, place + 2].map { period + $0 }.min { abs($0 - number) < abs($1 - number) } ?? place
    }

    /// The cell that a countable number lies in.
    func cell(at number: Double, _ axis: Int) -> (cell: UInt64, count: UInt64, lower: Double, upper: Double)? {
        let scale = cube.scales[numbers[axis]]
        guard let count = scale.cellCount else { return nil }
        let cell = scale.cell(at: place(number, axis), of: count)
        let bounds = scale.bounds(ofCell: cell)
        return (cell, count, bounds.lower, bounds.upper)
    }

    // MARK: To a genotype

    /// The genotype of a configuration, and which of its axes the configuration says something about. Where it agrees with a genotype that is
    /// drawn, or has nothing to say, that one is kept.
    func genotype(
        of configuration: Configuration, drawn: Genotype
    ) -> (genotype: Genotype, numbers: [Bool], categories: [Bool]) {
        var genotype = drawn
        let isActiveNumber = numbers.indices.map { axis -> Bool in
            let scale = cube.scales[numbers[axis]]
            guard let value = configuration[numbers[axis]], let unit = scale.unit(of: value) else { return false }
            guard scale.value(at: place(drawn.numbers[axis], axis)) != value else { return true }
            genotype.numbers[axis] = isContinuous[axis] ? Self.unfolded(unit, near: drawn.numbers[axis]) : unit
            return true
        }
        let isActiveCategory = categories.indices.map { axis -> Bool in
            guard let value = configuration[categories[axis]],
                let cell = cube.space.parameters[categories[axis]].cell(of: value)
            else { return false }
            genotype.categories[axis] = Int(cell)
            return true
        }
        return (genotype, isActiveNumber, isActiveCategory)
    }

    /// The middle of the space, or its author's defaults.
    var centre: Genotype {
        let middle = Genotype(numbers: numbers.map { _ in 0.5 }, categories: categories.map { _ in 0 })
        return genotype(of: Configuration(cube.space.parameters.map(\.centralValue)), drawn: middle).genotype
    }
}

extension Parameter {
    /// Whether its values have no order that a search could use.
    var isUnordered: Bool {
        switch domain {
        case .categorical, .boolean: true
        case .float, .integer, .ordinal: false
        }
    }
}
