@testable import TunedPlots

/// Made-up studies, the same each time.
enum Sample {
    /// Numerical Recipes' linear congruential generator: pictures need no better.
    struct Numbers {
        var state: UInt64
        mutating func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(UInt64(1) << 53)
        }
    }

    static let error = PlottedObjective(name: "error", minimizes: true)
    static let accuracy = PlottedObjective(name: "accuracy", minimizes: false)

    static let parameters = [
        PlottedParameter(name: "C", axis: .logarithmic(low: 1e-3, high: 1e3, isWhole: false)),
        PlottedParameter(name: "kernel", axis: .choices(["linear", "poly", "rbf", "sigmoid"])),
        PlottedParameter(name: "degree", axis: .linear(low: 2, high: 6, isWhole: true)),
        PlottedParameter(name: "optimizer.schedule.warm_restarts.first_period", axis: .linear(low: 0, high: 1, isWhole: false)),
        PlottedParameter(name: "shrinking", axis: .choices(["false", "true"])),
    ]

    /// Mixed endings, conditional parameters.
    static func trials(_ count: Int, seed: UInt64 = 1, failing: Bool = true) -> [PlottedTrial] {
        var numbers = Numbers(state: seed)
        return (0..<count).map { number in
            let (c, kernel, rest) = (numbers.next(), Int(numbers.next() * 4), numbers.next())
            let value = 0.02 + 0.3 * (c - 0.7) * (c - 0.7) + [0.08, 0.05, 0, 0.2][kernel] + 0.03 * rest / (1 + Double(number) / 20)
            let ending: PlottedTrial.Ending =
                !failing ? .complete : number % 11 == 5 ? .failed : number % 7 == 4 ? .pruned : number % 13 == 9 ? .infeasible : number % 17 == 16 ? .replicate : .complete
            return PlottedTrial(
                number: number, ending: ending, values: ending == .failed ? [] : [value, 10 / (value + 0.05) * (0.7 + 0.6 * numbers.next())],
                configuration: [
                    .number(1e-3 * Self.power(1e6, c)), .choice(kernel), kernel == 1 ? .number(Double(2 + Int(rest * 5))) : nil, .number(rest),
                    .choice(Int(numbers.next() * 2)),
                ])
        }
    }

    /// 10 to the power of 6 x, without a mathematics library whose last bit might differ.
    private static func power(_ base: Double, _ exponent: Double) -> Double {
        precondition(base == 1e6)
        var (result, rest) = (1.0, exponent * 6)
        while rest >= 1 { (result, rest) = (result * 10, rest - 1) }
        // Between decades the chord is as good as the curve.
        return result * (1 + 9 * rest)
    }

    static func curves(_ trials: Int, folds: Int = 3, steps: Int = 30) -> (curves: [PlottedCurve], endings: [Int: PlottedTrial.Ending]) {
        var numbers = Numbers(state: 5)
        var (curves, endings): ([PlottedCurve], [Int: PlottedTrial.Ending]) = ([], [:])
        for trial in 0..<trials {
            let (floor, speed) = (0.03 + 0.2 * numbers.next(), 2 + 8 * numbers.next())
            let ending: PlottedTrial.Ending? = trial == trials - 1 ? nil : trial % 3 == 1 ? .pruned : trial % 10 == 5 ? .failed : .complete
            endings[trial] = ending
            let last = ending == .complete ? steps : 2 + Int(numbers.next() * Double(steps - 4))
            for fold in 0..<folds {
                let values = (1...last).map { floor + 0.6 / (1 + Double($0) / speed) + 0.02 * numbers.next() }
                curves.append(PlottedCurve(trial: trial, fold: fold, steps: (1...last).map(Double.init), values: values))
            }
        }
        return (curves, endings)
    }

    /// Successive halving by three.
    static func climbs(_ count: Int) -> (climbs: [PlottedClimb], budgets: [Double]) {
        var numbers = Numbers(state: 9)
        let budgets: [Double] = [1, 3, 9, 27, 81]
        let quality = (0..<count).map { _ in numbers.next() }
        var alive = Array(0..<count)
        var climbs = quality.indices.map { PlottedClimb(trial: $0, ending: .pruned, budgets: [], values: []) }
        for budget in budgets {
            for trial in alive {
                climbs[trial].budgets.append(budget)
                climbs[trial].values.append(0.05 + 0.3 * quality[trial] + 0.5 / (1 + budget / 4) + 0.03 * numbers.next())
            }
            alive = Array(alive.sorted { (climbs[$0].values.last ?? 0) < (climbs[$1].values.last ?? 0) }.prefix(max(1, alive.count / 3)))
        }
        for trial in climbs.indices where climbs[trial].budgets.count == budgets.count { climbs[trial].ending = .complete }
        return (climbs, budgets)
    }

    static func population(_ size: Int, generations: Int) -> [PlottedMember] {
        var numbers = Numbers(state: 3)
        var values = (0..<size).map { _ in 0.6 + 0.3 * numbers.next() }
        var members: [PlottedMember] = []
        for generation in 0..<generations {
            var parents: [Int?] = (0..<size).map { generation == 0 ? nil : $0 }
            if generation > 0 {
                let order = values.indices.sorted { values[$0] < values[$1] }
                for rank in 0..<max(1, size / 5) {
                    parents[order[size - 1 - rank]] = order[rank]
                    values[order[size - 1 - rank]] = values[order[rank]]
                }
            }
            for place in 0..<size {
                values[place] *= 0.86 + 0.16 * numbers.next()
                members.append(
                    PlottedMember(
                        generation: generation, place: place, trial: generation * size + place, value: generation == 4 && place == 3 ? nil : values[place],
                        parent: parents[place]))
            }
        }
        return members
    }
}
