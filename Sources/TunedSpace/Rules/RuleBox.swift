/// What may still be, on the way to a configuration that keeps all rules.
struct RuleBox: Sendable {
    enum Certainty: Sendable {
        case no, open, yes
    }

    let system: RuleSystem
    var reaches: [Reach]

    init(_ system: RuleSystem) {
        self.system = system
        reaches = system.parameters.map(Reach.init)
    }

    // MARK: What is certain

    /// Whether the parameter has a value.
    func activity(_ index: Int) -> Certainty {
        var result = Certainty.yes
        for condition in system.conditions[index] {
            switch outcome(condition) {
            case .no: return .no
            case .open: result = .open
            case .yes: break
            }
        }
        return result
    }

    /// Whether the test holds, of an active parameter.
    func outcome(_ test: RuleSystem.Test) -> Certainty {
        let activity = activity(test.parameter)
        if activity == .no { return .no }
        let common = reaches[test.parameter].intersection(test.inside)
        if common.isEmpty { return .no }
        return activity == .yes && common == reaches[test.parameter] ? .yes : .open
    }

    // MARK: Propagation

    private static let maximumRounds = 100

    /// Drops values that no legal configuration has. False where nothing is left.
    mutating func propagate() -> Bool {
        for _ in 0..<Self.maximumRounds {
            var hasChanged = false
            for rule in system.rules { guard apply(rule, &hasChanged) else { return false } }
            for index in system.relevant where reaches[index].isEmpty && activity(index) == .yes { return false }
            if !hasChanged { break }
        }
        return true
    }

    /// False where the rule cannot be kept.
    private mutating func apply(_ rule: RuleSystem.CompiledRule, _ hasChanged: inout Bool) -> Bool {
        var open: RuleSystem.Test?
        var openCount = 0
        for premise in rule.premises {
            switch outcome(premise) {
            case .no: return true
            case .open:
                open = premise
                openCount += 1
            case .yes: break
            }
        }
        if openCount > 0 {
            // The last premise must fail where the rest cannot be kept.
            if openCount == 1, let open, isHopeless(rule.demand), activity(open.parameter) == .yes {
                restrict(open.parameter, reaches[open.parameter].subtracting(open.inside), &hasChanged)
            }
            return true
        }
        switch rule.demand {
        case .never: return false
        case .tests(let tests):
            for test in tests { restrict(test.parameter, reaches[test.parameter].intersection(test.inside), &hasChanged) }
            return true
        case .linear(let linear): return apply(linear, &hasChanged)
        }
    }

    private func isHopeless(_ demand: RuleSystem.Demand) -> Bool {
        switch demand {
        case .never: return true
        case .tests(let tests):
            return tests.contains { activity($0.parameter) == .yes && reaches[$0.parameter].intersection($0.inside).isEmpty }
        case .linear(let linear):
            guard let least = leastContributions(linear) else { return false }
            let magnitude = least.reduce(0) { $0 + abs($1) }
            return least.reduce(0, +) > linear.bound + 2 * LinearBound.tolerance * (magnitude + abs(linear.bound))
        }
    }

    private mutating func restrict(_ index: Int, _ reach: Reach, _ hasChanged: inout Bool) {
        guard reach != reaches[index] else { return }
        reaches[index] = reach
        hasChanged = true
    }

    /// The least that each term can add; nil where the bound does not apply for certain.
    private func leastContributions(_ linear: LinearBound) -> [Double]? {
        var least: [Double] = []
        for term in linear.terms {
            let activity = activity(term.parameter)
            if !linear.countsActive, activity != .yes { return nil }
            guard activity != .no, let hull = reaches[term.parameter].hull(of: system.parameters[term.parameter]) else {
                least.append(0)
                continue
            }
            let value = term.coefficient > 0 ? term.coefficient * hull.low : term.coefficient * hull.high
            least.append(activity == .open ? min(0, value) : value)
        }
        return least
    }

    private mutating func apply(_ linear: LinearBound, _ hasChanged: inout Bool) -> Bool {
        guard let least = leastContributions(linear) else { return true }
        let sum = least.reduce(0, +)
        let room = 2 * LinearBound.tolerance * (least.reduce(0) { $0 + abs($1) } + abs(linear.bound))
        guard sum <= linear.bound + room else { return false }
        for (term, own) in zip(linear.terms, least) {
            let parameter = system.parameters[term.parameter]
            guard let hull = reaches[term.parameter].hull(of: parameter), hull.low < hull.high else { continue }
            let limit = (linear.bound - (sum - own) + room) / term.coefficient
            let (from, to) = term.coefficient > 0 ? (hull.low, min(limit, hull.high)) : (max(limit, hull.low), hull.high)
            // Bounds of continuous numbers may creep towards each other for ever; what is gained must be worth a round.
            guard (hull.high - to) + (from - hull.low) > 1e-6 * (hull.high - hull.low) else { continue }
            restrict(term.parameter, reaches[term.parameter].clipped(from, to, parameter), &hasChanged)
        }
        return true
    }

    // MARK: What is left to decide

    /// A test that is neither certain to hold nor certain to fail, of a parameter that is active for certain; nil where all
    /// activities and premises are known.
    func openTest() -> RuleSystem.Test? {
        for index in system.relevant {
            for condition in system.conditions[index] where outcome(condition) == .open {
                if activity(condition.parameter) == .yes { return condition }
            }
        }
        for rule in system.rules {
            var open: RuleSystem.Test?
            search: for premise in rule.premises {
                switch outcome(premise) {
                case .no:
                    open = nil
                    break search
                case .open: open = open ?? premise
                case .yes: break
                }
            }
            if let open { return open }
        }
        return nil
    }

    /// The bounds that apply, once nothing is open.
    var linearBounds: [LinearBound] {
        system.rules.compactMap { rule in
            guard case .linear(let linear) = rule.demand, rule.premises.allSatisfy({ outcome($0) == .yes }),
                linear.countsActive || linear.terms.allSatisfy({ activity($0.parameter) == .yes })
            else { return nil }
            return linear
        }
    }
}
