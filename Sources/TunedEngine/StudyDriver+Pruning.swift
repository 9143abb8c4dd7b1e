import Dispatch
import TunedRecords
import TunedSearch

/// Budgets: which trials begin with how much, end early, stand at a rung, and go on.
extension StudyDriver {
    /// A trial that is worth going on with now.
    var promotion: (trial: Int, budget: Double, reason: String)? {
        guard ending == nil, let promotion = pruners?.promotion(), standing[promotion.trial] != nil else { return nil }
        return promotion
    }

    /// Whether the pruner lets a new trial begin. Where nothing runs that it could wait for, it has no say.
    var prunerAllowsTrials: Bool {
        guard let mayBegin = pruners?.pruner.mayBegin, !mayBegin else { return true }
        return active.isEmpty && promotion == nil
    }

    /// The event that gives a new trial less than all, where the pruner wants that. The trial is among the active ones, and its asking is not
    /// recorded yet.
    func firstBudget(of asked: TrialAsked) -> [EventPayload] {
        if case .replicate = asked.origin { return [] }
        guard !asked.isExternal, let budget = pruners?.firstBudget(of: asked.trial) else { return [] }
        let given = BudgetGiven(trial: asked.trial, segment: 0, budget: budget, reason: "")
        active[asked.trial]?.give(given)
        return [.budgetGiven(given)]
    }

    /// Gives the budgets that the former daemon did not come to write down.
    func giveUnspokenBudgets() {
        for (trial, budget) in (pruners?.unspoken ?? [:]).sorted(by: { $0.key < $1.key }) where active[trial] != nil {
            let given = BudgetGiven(trial: trial, segment: 0, budget: budget, reason: "")
            takeUp(given)
            record([.budgetGiven(given)])
        }
    }

    /// Takes up a trial that stands at a rung or was pruned, where one is worth it.
    func takeUpTrial() -> Int? {
        guard let promotion, let trial = standing[promotion.trial] else { return nil }
        let given = BudgetGiven(trial: promotion.trial, segment: trial.segment + 1, budget: promotion.budget, reason: promotion.reason)
        takeUp(given)
        record([.budgetGiven(given)])
        return given.trial
    }

    /// Takes into the books that a trial goes on.
    func takeUp(_ given: BudgetGiven) {
        guard var trial = standing.removeValue(forKey: given.trial) else {
            active[given.trial]?.give(given)
            return
        }
        if let verdict = trial.verdict { counts[verdict.state] -= 1 }
        counts.running += 1
        trial.give(given)
        active[given.trial] = trial
    }

    /// Asks the pruner about a trial that has brought something new.
    func judge(_ number: Int) {
        guard let trial = active[number], trial.pruning == nil, trial.verdict == nil, trial.replicateOf == nil,
            case .prune(let reason)? = pruners?.pruner.verdict(on: number)
        else { return }
        active[number]?.pruning = reason
        record([.pruningDecided(trial: number, reason: reason)])
        ready.removeAll(of: number)
        for nonce in trial.underWay { underWay[nonce]?.stop(.pruned) }
        // Between two of its folds nothing runs that could bring its end. One that an outside program runs is told of by that.
        guard trial.underWay.isEmpty, !trial.isExternal else { return }
        record([.trialEnded(trial.pruned)])
        close(trial.pruned)
    }

    /// Takes what an attempt has spent into the books.
    func note(_ outcome: AttemptOutcome, of run: Int, in trial: inout ActiveTrial) {
        // Most studies' trainables count no budget, and their trials may be faster than a look for the plugin.
        guard account.full != nil, trial.replicateOf == nil else { return }
        let plugin = blueprint.flatMap { surroundings.plugins.loaded(hash: $0.plugin.hash) }
        let trainable = plugin?.trainable(declaration.plugin?.trainable ?? "")
        trial.reached[run] = account.note(
            outcome, budget: trial.budget, from: trial.reached[run], lastStep: trial.lastStep,
            keepsCheckpoints: trainable?.keepsCheckpoints ?? true)
    }

    /// Tells the pruner once that what is left is to finish the trials that deserve it.
    func endAsking() {
        guard pruners != nil, !hasEndedAsking, state == .running, ending == nil, !wantsTrials else { return }
        hasEndedAsking = true
        record([.askingEnded])
    }

    /// Counts a run that takes too long as one that no rung waits for.
    func watchForStraggling(_ trial: Int, segment: Int) {
        guard let limit = declaration.specification.pruner?.straggler, active[trial]?.replicateOf == nil else { return }
        _ = surroundings.clock.schedule(after: limit) { [weak self] in
            guard let self else { return }
            self.queue.async {
                guard let active = self.active[trial], active.segment == segment, !active.isOverdue else { return }
                self.active[trial]?.isOverdue = true
                self.record([.trialOverdue(trial: trial)])
                self.fill()
            }
        }
    }

    /// Ends what stands at a rung when its study ends. What is returned is recorded by the caller.
    func pruneStanding() -> [EventPayload] {
        standing.keys.sorted().compactMap { number in
            guard let trial = standing[number], let verdict = trial.verdict, verdict.state == .paused else { return nil }
            let end = TrialEnded(trial: number, state: .pruned, values: verdict.values, step: verdict.step)
            close(end)
            return .trialEnded(end)
        }
    }
}
