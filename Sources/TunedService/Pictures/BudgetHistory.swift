import TunedPlots
import TunedRecords

/// How far the trials of a study came, budget by budget, and from whose checkpoints they went on.
package struct BudgetHistory: Sendable {
    private struct Climb {
        /// What it may spend now; 0: all.
        var given = 0.0
        var reached: [(budget: Double, values: [Double])] = []
        var parent: (trial: Int, budget: Double)?
    }

    /// Of trials that were given budgets, by their numbers.
    private var climbs: [Int: Climb] = [:]

    package init() {}

    package var isEmpty: Bool { climbs.isEmpty }

    mutating func take(_ payload: EventPayload) {
        switch payload {
        case .trialAsked(let asked):
            guard case .continued(let parent, let budget) = asked.origin else { return }
            climbs[asked.trial, default: Climb()].parent = (parent, budget)
        case .budgetGiven(let given):
            climbs[given.trial, default: Climb()].given = given.budget
        case .trialEnded(let ended) where ended.state == .paused || ended.state == .complete:
            guard let given = climbs[ended.trial]?.given else { return }
            climbs[ended.trial]?.reached.append((given > 0 ? given : .infinity, ended.values))
        default:
            break
        }
    }

    /// Each trial with the budgets that it reached; all of them, ascending, go with it.
    ///
    /// - Parameter full: what training in full spends.
    func rungs(full: Double, objective: Int, endings: [Int: PlottedTrial.Ending]) -> (climbs: [PlottedClimb], budgets: [Double]) {
        let plotted = climbs.sorted { $0.key < $1.key }.filter { !$0.value.reached.isEmpty }.map { trial, climb in
            PlottedClimb(
                trial: trial, ending: endings[trial], budgets: climb.reached.map { min($0.budget, full) },
                values: climb.reached.map { $0.values.indices.contains(objective) ? $0.values[objective] : .nan })
        }
        return (plotted, Set(plotted.flatMap(\.budgets)).sorted())
    }

    /// The members of a population: a generation a budget; a place goes on to the trial that took it. Empty where no trial went on from
    /// another one's checkpoint.
    func members(full: Double, objective: Int) -> [PlottedMember] {
        guard climbs.values.contains(where: { $0.parent != nil }) else { return [] }
        let (plotted, budgets) = rungs(full: full, objective: objective, endings: [:])
        let generations = Dictionary(uniqueKeysWithValues: budgets.enumerated().map { ($1, $0) })
        var places: [Int: Int] = [:]
        var used: Set<Int> = []
        var size = 0
        var members: [PlottedMember] = []
        for climb in plotted {
            let parent = climbs[climb.trial]?.parent
            // The first that ended at the budget where this one began, and whose place nobody took.
            let left = parent.flatMap { parent in
                plotted.first { $0.budgets.last == parent.budget && $0.trial < climb.trial && places[$0.trial] != nil && !used.contains($0.trial) }
            }
            if let left, let place = places[left.trial] {
                places[climb.trial] = place
                used.insert(left.trial)
            } else {
                places[climb.trial] = size
                size += 1
            }
            let place = places[climb.trial] ?? 0
            for (index, budget) in climb.budgets.enumerated() {
                let value = climb.values[index]
                members.append(
                    PlottedMember(
                        generation: generations[budget] ?? 0, place: place, trial: climb.trial, value: value.isFinite ? value : nil,
                        parent: index > 0 ? place : parent.flatMap { places[$0.trial] }))
            }
        }
        return members
    }
}
