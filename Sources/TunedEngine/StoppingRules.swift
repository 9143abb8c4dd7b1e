import TunedRecords
import TunedSearch
import TunedSpace

/// What a study's own stopping rules look at.
struct StoppingState: Sendable {
    /// Trials that were asked for and not given up.
    var tried = 0
    var complete = 0
    var failed = 0
    /// Of the failed: a configuration that cannot be trained, or whose result breaks a constraint. The study is not at fault.
    var infeasible = 0
    /// Best loss of the first objective so far.
    var best: (trial: Int, loss: Double)?
    var completeSinceBest = 0
    /// Seconds that the study has been running.
    var seconds = 0.0
    /// What can still be gained, at most; nil where it was not estimated.
    var regret: Double?
    /// Complete trials at which it is estimated again.
    var regretDue = RegretStoppingRule(threshold: 0).leastTrials

    /// - Parameter hasPlace: whether its configuration has a place in the space in force; what has none improves nothing.
    mutating func count(_ ended: TrialEnded, objective: Objective?, hasPlace: Bool = true) {
        switch ended.state {
        case .complete:
            complete += 1
            guard hasPlace else { return }
            completeSinceBest += 1
            if let objective, let value = ended.values.first {
                let loss = objective.loss(value)
                if best.map({ loss < $0.loss }) ?? true {
                    best = (ended.trial, loss)
                    completeSinceBest = 0
                }
            }
        case .failed:
            failed += 1
            if ended.failure?.kind == .infeasible { infeasible += 1 }
        case .cancelled: tried -= 1
        case .pruned, .running, .paused: break
        }
    }
}

extension StopRules {
    /// A study whose first trials all failed has something wrong with it that more trials do not mend.
    static let hopelessAfter = 10

    /// Whether a new trial may begin.
    func allowAsking(_ state: StoppingState, objective: Objective?) -> Bool {
        if let trials, state.tried >= trials { return false }
        return met(state, objective: objective) == nil
    }

    /// The rule that ends the study now, in words; nil while none is met. The number of trials is not among them: it ends the
    /// asking, and the study ends when its last trial does.
    func met(_ state: StoppingState, objective: Objective?) -> String? {
        if let time, state.seconds >= time { return "its time of \(Self.describe(seconds: time)) is up" }
        if isTargetReached(state, objective: objective), let target, let best = state.best {
            return "trial \(best.trial) reached the target \(target)"
        }
        if let patience, state.best != nil, state.completeSinceBest >= patience {
            return "\(patience) complete trials brought no improvement"
        }
        if let regret, let bound = state.regret, bound <= regret {
            return "at most \(bound) can still be gained, no more than the \(regret) that it should go on for"
        }
        return nil
    }

    /// Whether nothing better is asked for, so that trials under way are not worth their slots.
    func isTargetReached(_ state: StoppingState, objective: Objective?) -> Bool {
        guard let target, let best = state.best, let objective else { return false }
        return best.loss <= objective.loss(target)
    }

    static func describe(seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<60: return seconds == Double(whole) ? "\(whole) s" : "\(seconds) s"
        case ..<3600: return "\(whole / 60) min" + (whole % 60 == 0 ? "" : " \(whole % 60) s")
        default: return "\(whole / 3600) h" + (whole % 3600 < 60 ? "" : " \(whole % 3600 / 60) min")
        }
    }
}
