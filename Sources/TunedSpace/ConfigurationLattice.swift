/// All configurations of a space whose parameters take countably many values, numbered without gaps or duplicates:
/// conditions are followed, so a value of an inactive parameter is never counted.
///
/// The space is taken apart recursively. Parameters that no condition connects are independent factors, and multiply.
/// In a connected group the first parent is branched on: its cells fall into classes that activate the same children,
/// and each class multiplies with what remains of the group below it. Equal remainders are shared, so a tree of
/// conditions costs as many nodes as it has parameters and classes, whatever the number of configurations.
package struct ConfigurationLattice: Sendable {
    /// A space so entangled that it would need more nodes is not counted.
    private static let maximumNodes = 100_000

    /// Number of configurations; where the space has rules, of those that keep them.
    package private(set) var count: UInt64

    private let axes: [Axis]
    private let root: Int
    private var nodes: [Node] = []
    /// Places of the legal configurations among all, ascending; nil where there are no rules.
    private var legal: [UInt64]?

    /// The values that a parameter takes here.
    package enum Axis: Sendable {
        /// Those of a countable parameter.
        case cells(Parameter)
        /// Some points of a continuous one.
        case points([ParameterValue])

        var count: UInt64? {
            switch self {
            case .cells(let parameter): parameter.cellCount
            case .points(let points): UInt64(points.count)
            }
        }

        func value(at cell: UInt64) -> ParameterValue {
            switch self {
            case .cells(let parameter): parameter.value(ofCell: cell)
            case .points(let points): points[Int(cell)]
            }
        }

        func cell(of value: ParameterValue) -> UInt64? {
            switch self {
            case .cells(let parameter): parameter.cell(of: value)
            case .points(let points): points.firstIndex(of: value).map { UInt64($0) }
            }
        }
    }

    /// Independent factors; their numbers multiply. The last one varies fastest.
    private struct Node: Sendable {
        var factors: [Factor]
        var count: UInt64
    }

    /// One parameter, with what it activates.
    private struct Factor: Sendable {
        var parameter: Int
        var classes: [CellClass]
        var count: UInt64
    }

    /// Cells of a parameter that activate the same children.
    private struct CellClass: Sendable {
        /// Ascending. The cells of the class, or for the class of all others those that it does not have.
        var listed: [UInt64]
        var isComplement: Bool
        /// Number of cells.
        var size: UInt64
        /// What remains of the group when the parameter has one of these cells; nil where nothing does.
        var rest: Int?
        /// Number of configurations of the class.
        var count: UInt64

        func cell(at place: UInt64) -> UInt64 {
            guard isComplement else { return listed[Int(place)] }
            var cell = place
            for absent in listed where absent <= cell { cell += 1 }
            return cell
        }

        func place(of cell: UInt64) -> UInt64? {
            if isComplement {
                return listed.contains(cell) ? nil : cell - UInt64(listed.count { $0 < cell })
            }
            return listed.firstIndex(of: cell).map { UInt64($0) }
        }
    }

    /// nil where a parameter is not countable, where there are 2^64 configurations or more, where conditions are too
    /// entangled, or where rules leave more configurations than are listed (``LegalListing``).
    ///
    /// - Parameter followingRules: false numbers all configurations, also those that break a rule.
    package init?(_ space: SearchSpace, axes: [Axis], followingRules: Bool = true) {
        var builder = Builder(space: space, axes: axes)
        guard let root = builder.node(of: space.order), let count = builder.nodes[root]?.count else { return nil }
        self.axes = axes
        self.root = root
        nodes = builder.nodes.compactMap { $0 }
        guard followingRules, let system = space.legality?.system else {
            self.count = count
            return
        }
        // Without the rules first, to number the candidates.
        self.count = count
        guard let legal = LegalListing.places(in: self, of: space, system) else { return nil }
        self.legal = legal
        self.count = UInt64(legal.count)
    }

    // MARK: Numbers and configurations

    /// The configuration of a number in `0..<count`.
    package func configuration(at number: UInt64) -> Configuration {
        var configuration = Configuration(Array(repeating: nil, count: axes.count))
        fill(&configuration, from: root, legal?[Int(number)] ?? number)
        return configuration
    }

    private func fill(_ configuration: inout Configuration, from node: Int, _ number: UInt64) {
        var number = number
        for factor in nodes[node].factors.reversed() {
            var place = number % factor.count
            number /= factor.count
            for cells in factor.classes {
                if place >= cells.count {
                    place -= cells.count
                    continue
                }
                let below = cells.count / cells.size
                configuration[factor.parameter] = axes[factor.parameter].value(at: cells.cell(at: place / below))
                if let rest = cells.rest { fill(&configuration, from: rest, place % below) }
                break
            }
        }
    }

    /// The number of a configuration in canonical form; nil where it is not in the lattice.
    package func number(of configuration: Configuration) -> UInt64? {
        guard let place = number(of: configuration, in: root) else { return nil }
        guard let legal else { return place }
        var (low, high) = (0, legal.count)
        while low < high {
            let middle = (low + high) / 2
            if legal[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low < legal.count && legal[low] == place ? UInt64(low) : nil
    }

    /// The values that a parameter takes here, as far as they can still be reached.
    func values(of parameter: Int, in reach: Reach) -> LazySequence<AnySequence<ParameterValue>> {
        switch (axes[parameter], reach) {
        case (.cells(let declared), .cells(let ranges)):
            AnySequence(ranges.lazy.joined().lazy.map(declared.value(ofCell:))).lazy
        case (.points(let points), .numbers(let ranges)):
            AnySequence(points.lazy.filter { point in
                if case .float(let number) = point { return ranges.contains { $0.contains(number) } }
                return false
            }).lazy
        case (.cells, .numbers), (.points, .cells): AnySequence(EmptyCollection<ParameterValue>()).lazy
        }
    }

    private func number(of configuration: Configuration, in node: Int) -> UInt64? {
        var number: UInt64 = 0
        for factor in nodes[node].factors {
            guard let value = configuration[factor.parameter], let cell = axes[factor.parameter].cell(of: value)
            else { return nil }
            var before: UInt64 = 0
            var found: UInt64?
            for cells in factor.classes {
                if let place = cells.place(of: cell) {
                    let below = cells.count / cells.size
                    var inner: UInt64 = 0
                    if let rest = cells.rest {
                        guard let number = self.number(of: configuration, in: rest) else { return nil }
                        inner = number
                    }
                    found = before + place * below + inner
                    break
                }
                before += cells.count
            }
            guard let found else { return nil }
            number = number * factor.count + found
        }
        return number
    }

    // MARK: Building

    private struct Builder {
        let space: SearchSpace
        let axes: [Axis]
        /// nil while a node is being built.
        var nodes: [Node?] = []
        private var known: [[Int]: Int] = [:]

        init(space: SearchSpace, axes: [Axis]) {
            self.space = space
            self.axes = axes
        }

        /// The node of parameters whose parents are among them or have been decided already; in the space's order.
        mutating func node(of parameters: [Int]) -> Int? {
            if let index = known[parameters] { return index }
            guard nodes.count < maximumNodes else { return nil }
            let index = nodes.count
            nodes.append(nil)
            known[parameters] = index
            var factors: [Factor] = []
            var count: UInt64 = 1
            for group in connectedGroups(of: parameters) {
                guard let factor = factor(of: group) else { return nil }
                factors.append(factor)
                guard let product = count.multiplied(by: factor.count) else { return nil }
                count = product
            }
            nodes[index] = Node(factors: factors, count: count)
            return index
        }

        private mutating func factor(of group: [Int]) -> Factor? {
            let parent = group[0]
            let others = Array(group.dropFirst())
            guard let total = axes[parent].count, total > 0 else { return nil }
            guard !others.isEmpty else {
                let all = CellClass(listed: [], isComplement: true, size: total, rest: nil, count: total)
                return Factor(parameter: parent, classes: [all], count: total)
            }
            var classes: [CellClass] = []
            var count: UInt64 = 0
            for (cells, value) in partition(parent, total: total, children: others) {
                var cells = cells
                let remaining = survivors(of: others, given: parent, value: value)
                if !remaining.isEmpty {
                    guard let rest = node(of: remaining), let below = nodes[rest]?.count,
                        let product = cells.size.multiplied(by: below)
                    else { return nil }
                    cells.rest = rest
                    cells.count = product
                }
                let (sum, overflow) = count.addingReportingOverflow(cells.count)
                guard !overflow else { return nil }
                count = sum
                classes.append(cells)
            }
            return Factor(parameter: parent, classes: classes, count: count)
        }

        /// The parent's cells, one class for each set of conditions that they satisfy, with a value that stands for the
        /// class; nil for the cells that no condition names.
        private func partition(_ parent: Int, total: UInt64, children: [Int]) -> [(CellClass, ParameterValue?)] {
            let conditions = children.flatMap { space.parameters[$0].conditions }.filter { $0.parent == parent }
            var named: [(cell: UInt64, value: ParameterValue)] = []
            for value in conditions.flatMap(\.values) {
                guard let cell = axes[parent].cell(of: value), !named.contains(where: { $0.cell == cell }) else { continue }
                named.append((cell, value))
            }
            named.sort { $0.cell < $1.cell }
            var classes: [(CellClass, ParameterValue?)] = []
            var signatures: [[Bool]: Int] = [:]
            for (cell, value) in named {
                let signature = conditions.map { $0.values.contains(value) }
                if let index = signatures[signature] {
                    classes[index].0.listed.append(cell)
                    classes[index].0.size += 1
                    classes[index].0.count += 1
                } else {
                    signatures[signature] = classes.count
                    classes.append((CellClass(listed: [cell], isComplement: false, size: 1, rest: nil, count: 1), value))
                }
            }
            let others = total - UInt64(named.count)
            if others > 0 {
                let rest = CellClass(listed: named.map(\.cell), isComplement: true, size: others, rest: nil, count: others)
                classes.append((rest, nil))
            }
            return classes
        }

        /// What can still be active once the parent's value is known: not the children that want another value, nor
        /// what hangs on them.
        private func survivors(of others: [Int], given parent: Int, value: ParameterValue?) -> [Int] {
            var dead: Set<Int> = []
            return others.filter { child in
                let isDead = space.parameters[child].conditions.contains { condition in
                    if condition.parent == parent { return value.map { !condition.values.contains($0) } ?? true }
                    return dead.contains(condition.parent)
                }
                if isDead { dead.insert(child) }
                return !isDead
            }
        }

        /// Splits parameters into groups that no condition connects; each keeps the order, and so begins with a root.
        private func connectedGroups(of parameters: [Int]) -> [[Int]] {
            let present = Set(parameters)
            var groupOf: [Int: Int] = [:]
            var groups: [[Int]] = []
            for parameter in parameters {
                let parents = space.parameters[parameter].conditions.map(\.parent).filter(present.contains)
                let joined = Set(parents.compactMap { groupOf[$0] }).sorted()
                guard let target = joined.first else {
                    groupOf[parameter] = groups.count
                    groups.append([parameter])
                    continue
                }
                // A child of several groups makes them one.
                for other in joined.dropFirst() {
                    for member in groups[other] { groupOf[member] = target }
                    groups[target] += groups[other]
                    groups[other] = []
                }
                groups[target].append(parameter)
                groupOf[parameter] = target
            }
            let place = Dictionary(parameters.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            return groups.filter { !$0.isEmpty }.map { $0.sorted { place[$0, default: 0] < place[$1, default: 0] } }
        }
    }
}

extension UInt64 {
    fileprivate func multiplied(by other: UInt64) -> UInt64? {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? nil : product
    }
}
