import Glibc

/// Looks for a configuration that keeps all rules, near a point of the unit cube: branch and bound over what the rules leave
/// open (which values activate a parameter, which premises hold, which cell a countable number takes), the nearest
/// branch first, with propagation and a linear program at each node.
///
/// The work is bounded. Where it ends before the search does, nothing is known.
struct LegalSearch {
    enum Outcome {
        case found(Configuration)
        /// There is none, for certain.
        case none
        case gaveUp
    }

    private let system: RuleSystem
    private let scales: [UnitScale]
    /// A place for every parameter.
    private let target: [Double]
    private var nodes = 0
    /// A node counts more where there are many rules to propagate.
    private let cost: Int
    private var isUncertain = false
    private let maximumNodes: Int

    /// - Parameter point: where it is NaN, the parameter's central value.
    init(_ system: RuleSystem, near point: [Double], maximumNodes: Int) {
        cost = 1 + system.rules.count / 20
        self.system = system
        self.maximumNodes = maximumNodes
        let scales = system.parameters.map(UnitScale.init)
        self.scales = scales
        target = system.parameters.indices.map { index in
            let place = index < point.count ? point[index] : .nan
            return place.isNaN ? scales[index].unit(of: system.parameters[index].centralValue) ?? 0.5 : min(max(place, 0), 1)
        }
    }

    /// - Parameter fixed: values that must not be changed.
    mutating func run(fixed: [Int: ParameterValue] = [:]) -> Outcome {
        var box = RuleBox(system)
        for index in fixed.keys.sorted() {
            guard let value = fixed[index], let reach = Self.reach(of: value, system.parameters[index]) else { return .none }
            box.reaches[index] = reach
        }
        if let found = visit(box, fixed) { return .found(found) }
        return nodes > maximumNodes || isUncertain ? .gaveUp : .none
    }

    private static func reach(of value: ParameterValue, _ parameter: Parameter) -> Reach? {
        guard parameter.contains(value) else { return nil }
        if let cell = parameter.cell(of: value) { return .cells([cell...cell]) }
        guard case .float(let number) = value else { return nil }
        return .numbers([number...number])
    }

    private mutating func visit(_ box: RuleBox, _ fixed: [Int: ParameterValue]) -> Configuration? {
        nodes += cost
        guard nodes <= maximumNodes else { return nil }
        var box = box
        guard box.propagate() else { return nil }
        if let test = box.openTest() { return branch(box, test.parameter, test.inside, fixed) }
        let bounds = box.linearBounds
        guard !bounds.isEmpty else { return legal(configuration(box, [:])) }
        let relaxation = LinearRelaxation(bounds, box, scales)
        guard let solution = relaxation.numbers(near: target) else { return nil }
        let numbers = Dictionary(zip(relaxation.variables, solution), uniquingKeysWith: { first, _ in first })
        if let found = legal(configuration(box, numbers)) { return found }
        // The first countable number that still has a choice takes the cell nearest to the relaxed solution, or not.
        guard let index = relaxation.variables.first(where: { isUnsettled(box.reaches[$0]) }), let number = numbers[index],
            let cell = box.reaches[index].nearestCell(toNumber: number, of: system.parameters[index])
        else {
            // Bounds so narrow that rounding decides.
            isUncertain = true
            return nil
        }
        let single = Reach.cells([cell...cell])
        var chosen = box
        chosen.reaches[index] = single
        if let found = visit(chosen, fixed) { return found }
        // The parts below and above, the larger one first: it is likelier to hold something.
        guard case .cells(let rest) = box.reaches[index].subtracting(single) else { return nil }
        let below = rest.filter { $0.upperBound < cell }
        let above = rest.filter { $0.lowerBound > cell }
        for part in Self.size(below) > Self.size(above) ? [below, above] : [above, below] where !part.isEmpty {
            var other = box
            other.reaches[index] = .cells(part)
            if let found = visit(other, fixed) { return found }
        }
        return nil
    }

    private static func size(_ ranges: [ClosedRange<UInt64>]) -> UInt64 {
        ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) + 1 }
    }

    private func isUnsettled(_ reach: Reach) -> Bool {
        if case .cells = reach { return !reach.isSingle && !reach.isEmpty }
        return false
    }

    private mutating func branch(
        _ box: RuleBox, _ index: Int, _ inside: Reach, _ fixed: [Int: ParameterValue]
    ) -> Configuration? {
        let (yes, no) = (box.reaches[index].intersection(inside), box.reaches[index].subtracting(inside))
        for part in distance(index, yes) <= distance(index, no) ? [yes, no] : [no, yes] {
            var chosen = box
            chosen.reaches[index] = part
            if let found = visit(chosen, fixed) { return found }
        }
        return nil
    }

    /// On the unit scale, from the target to the nearest of the values. Categories are all equally far.
    private func distance(_ index: Int, _ reach: Reach) -> Double {
        let parameter = system.parameters[index]
        let place = target[index]
        guard let value = nearest(index, place, in: reach), let unit = scales[index].unit(of: value) else { return .infinity }
        if let own = scales[index].cellCount.map({ scales[index].cell(at: place, of: $0) }), parameter.cell(of: value) == own {
            return 0
        }
        return parameter.isNumeric ? abs(unit - place) : 1
    }

    private func nearest(_ index: Int, _ place: Double, in reach: Reach) -> ParameterValue? {
        if let count = scales[index].cellCount {
            return reach.nearestCell(to: scales[index].cell(at: place, of: count)).map(system.parameters[index].value(ofCell:))
        }
        guard case .float(let number) = scales[index].value(at: place) else { return nil }
        return reach.nearestNumber(to: number).map(ParameterValue.float)
    }

    /// - Parameter numbers: of some parameters; the others lie at the target.
    private func configuration(_ box: RuleBox, _ numbers: [Int: Double]) -> Configuration? {
        var isWhole = true
        let configuration = system.configuration { index in
            let reach = box.reaches[index]
            var value = nearest(index, target[index], in: reach)
            if let number = numbers[index] {
                value =
                    reach.nearestNumber(to: number).map(ParameterValue.float)
                    ?? reach.nearestCell(toNumber: number, of: system.parameters[index])
                        .map(system.parameters[index].value(ofCell:))
            }
            if value == nil { isWhole = false }
            return value
        }
        return isWhole ? configuration : nil
    }

    private func legal(_ configuration: Configuration?) -> Configuration? {
        configuration.flatMap { system.isLegal($0) ? $0 : nil }
    }
}
