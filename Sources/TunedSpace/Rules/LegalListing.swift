/// Lists the configurations of a lattice that keep the rules of its space, in bounded work.
enum LegalListing {
    /// A lattice of so many configurations is looked through.
    static let maximumScan: UInt64 = 1 << 16
    /// A larger one is searched: parameter by parameter, without the values that propagation drops. So few legal ones are
    /// found among however many. At so many steps it ends without a result.
    static let maximumSteps = 1 << 13

    /// Places of the legal configurations, ascending; nil where there are too many.
    static func places(in lattice: ConfigurationLattice, of space: SearchSpace, _ system: RuleSystem) -> [UInt64]? {
        if lattice.count <= maximumScan {
            return (0..<lattice.count).filter { space.isLegal(lattice.configuration(at: $0)) }
        }
        var walk = Walk(lattice: lattice, space: space)
        let empty = Configuration(Array(repeating: nil, count: space.count))
        guard walk.visit(0, empty, RuleBox(system)) else { return nil }
        return walk.places.sorted()
    }

    private struct Walk {
        let lattice: ConfigurationLattice
        let space: SearchSpace
        var places: [UInt64] = []
        var steps = 0

        /// False where the steps are used up.
        mutating func visit(_ depth: Int, _ configuration: Configuration, _ box: RuleBox) -> Bool {
            steps += 1
            guard steps <= maximumSteps else { return false }
            var box = box
            guard box.propagate() else { return true }
            guard depth < space.count else {
                if space.isLegal(configuration), let place = lattice.number(of: configuration) { places.append(place) }
                return true
            }
            let index = space.order[depth]
            guard space.active(index, in: configuration) else { return visit(depth + 1, configuration, box) }
            for value in lattice.values(of: index, in: box.reaches[index]) {
                var (next, narrowed) = (configuration, box)
                next[index] = value
                if case .float(let number) = value, space.parameters[index].cellCount == nil {
                    narrowed.reaches[index] = .numbers([number...number])
                } else {
                    narrowed.reaches[index] = Reach(values: [value], of: space.parameters[index])
                }
                guard visit(depth + 1, next, narrowed) else { return false }
            }
            return true
        }
    }
}
