import TunedRecords
import TunedSearch
import TunedSpace

/// Which trials a study has tried and what came of them, as a sampler is told it: kept for the sampler that begins anew when the study's
/// space is changed. Configurations stay in the space that they were asked for in, so that a space which is widened
/// again finds those that had no place in between.
struct FeedHistory: Sendable {
    /// A trial that ended, whatever its end but given up.
    struct Ended: Sendable {
        var trial: Int
        var space: Int
        var configuration: Configuration
        var outcome: Outcome
    }

    private enum Item: Sendable {
        case trial(Ended)
        /// Packed as the log has it.
        case batch(BatchRun, space: Int)
    }

    struct Running: Sendable {
        var space: Int
        var configuration: Configuration
        /// Whether the sampler knows of it: one without a place in its space is none of its.
        var isShown: Bool
    }

    private struct RunningBatch: Sendable {
        var space: Int
        var configurations: [Configuration] = []
        /// By trial, as ``Running/isShown``; empty where the sampler knows of all.
        var isShown: [Bool] = []
    }

    /// All spaces of the study, the one in force last.
    private(set) var spaces: [SearchSpace]
    private let objectives: [Objective]
    /// In the order in which they ended.
    private var items: [Item] = []
    /// Only looked up, or gone through in the order of their numbers.
    private var running: [Int: Running] = [:]
    /// Places among the items of trials that were pruned or stand at a rung, and may be taken up again; only looked up.
    private var places: [Int: Int] = [:]
    /// Items of trials that were taken up again: their later ends count.
    private var superseded: Set<Int> = []
    /// Batches under way, by their first trials; likewise.
    private var batches: [Int: RunningBatch] = [:]
    /// How many items there were when the space in force began.
    private var itemsBefore = 0

    private var constraintOrder: ConstraintOrder

    init(_ declaration: StudyDeclaration) {
        spaces = [declaration.space]
        objectives = declaration.objectives
        constraintOrder = ConstraintOrder(declaration)
    }

    /// The end of a trial as the sampler sees it.
    mutating func outcome(of ended: TrialEnded) -> Outcome { ended.searchOutcome(objectives, &constraintOrder) }

    mutating func begin(_ trial: Int, _ configuration: Configuration) {
        running[trial] = Running(space: spaces.count - 1, configuration: configuration, isShown: true)
    }

    /// Whether the sampler is to be told of what becomes of a running trial.
    func isShown(_ trial: Int) -> Bool { running[trial]?.isShown ?? false }

    /// - Returns: whether the sampler is to be told of it.
    mutating func end(_ trial: Int, _ outcome: Outcome) -> Bool {
        guard let entry = running.removeValue(forKey: trial) else { return false }
        if case .pruned = outcome { places[trial] = items.count }
        if outcome != .cancelled {
            items.append(.trial(Ended(trial: trial, space: entry.space, configuration: entry.configuration, outcome: outcome)))
        }
        return entry.isShown
    }

    /// A trial that was pruned or stood at a rung goes on.
    ///
    /// - Returns: its configuration in the space in force; nil where it has no place there, or the trial is not known.
    mutating func takeUp(_ trial: Int) -> Configuration? {
        guard let place = places.removeValue(forKey: trial), case .trial(let ended) = items[place] else { return nil }
        superseded.insert(place)
        let configuration = SpaceMapping(from: spaces[ended.space], to: spaces[spaces.count - 1]).map(ended.configuration).configuration
        running[trial] = Running(space: ended.space, configuration: ended.configuration, isShown: configuration != nil)
        return configuration
    }

    /// A trial of a batch begins.
    mutating func begin(_ configuration: Configuration, ofBatch first: Int) {
        batches[first, default: RunningBatch(space: spaces.count - 1)].configurations.append(configuration)
    }

    func isRunning(batch first: Int) -> Bool { batches[first] != nil }

    /// A whole batch ended, whose trials had begun.
    ///
    /// - Returns: by trial, whether the sampler is to be told of it; empty for all.
    mutating func end(_ batch: BatchRun) -> [Bool] {
        let entry = batches.removeValue(forKey: batch.first)
        items.append(.batch(batch, space: entry?.space ?? spaces.count - 1))
        return entry?.isShown ?? []
    }

    /// Another space is in force from here on.
    ///
    /// - Returns: what its sampler is to be told: the trials that ended, in the order of their ends, and then those that run.
    mutating func change(to space: SearchSpace) -> [Observation] {
        spaces.append(space)
        itemsBefore = items.count
        let mappings = mappings
        var observations: [Observation] = []
        forEachEnded { _, ended in
            guard let configuration = mappings[ended.space].map(ended.configuration).configuration else { return }
            observations.append(.pending(trial: ended.trial, configuration))
            observations.append(.finished(trial: ended.trial, ended.outcome))
        }
        for trial in running.keys.sorted() {
            guard let entry = running[trial] else { continue }
            let configuration = mappings[entry.space].map(entry.configuration).configuration
            running[trial]?.isShown = configuration != nil
            if let configuration { observations.append(.pending(trial: trial, configuration)) }
        }
        for first in batches.keys.sorted() {
            guard let batch = batches[first] else { continue }
            let places = batch.configurations.map { mappings[batch.space].map($0).configuration }
            batches[first]?.isShown = places.map { $0 != nil }
            for (index, configuration) in places.enumerated() {
                if let configuration { observations.append(.pending(trial: first + index, configuration)) }
            }
        }
        return observations
    }

    /// What became of all trials in the space in force.
    var summary: SpaceMapping.Summary {
        let mappings = mappings
        var summary = SpaceMapping.Summary()
        forEachEnded { summary.count(mappings[$1.space].map($1.configuration)) }
        for entry in running.values { summary.count(mappings[entry.space].map(entry.configuration)) }
        for batch in batches.values {
            for configuration in batch.configurations { summary.count(mappings[batch.space].map(configuration)) }
        }
        return summary
    }

    /// The best complete trial among those with a place in the space in force, by the first objective, and how many such trials were
    /// complete since then and since the space is in force.
    var standing: (best: (trial: Int, loss: Double)?, completeSinceBest: Int) {
        let mappings = mappings
        var best: (trial: Int, loss: Double)?
        var since = 0
        forEachEnded { place, ended in
            guard ended.trial < WarmStart.firstTrial, case .complete(let losses, _) = ended.outcome, let loss = losses.first,
                mappings[ended.space].map(ended.configuration).configuration != nil
            else { return }
            if place >= itemsBefore { since += 1 }
            if best.map({ loss < $0.loss }) ?? true {
                best = (ended.trial, loss)
                since = 0
            }
        }
        return (best, since)
    }

    /// A configuration that a study may measure again.
    struct Candidate: Sendable {
        /// The first trial that had it.
        var trial: Int
        /// In the space in force.
        var configuration: Configuration
        var mean: Double
        /// How often it was complete.
        var count: Int
    }

    /// The configurations with the best means of the first objective, the best first, among those with a place in the space in force.
    func leading(_ limit: Int) -> [Candidate] {
        let mappings = mappings
        var places: [Configuration: Int] = [:]
        var candidates: [Candidate] = []
        forEachEnded { _, ended in
            guard ended.trial < WarmStart.firstTrial, case .complete(let losses, _) = ended.outcome, let loss = losses.first,
                let configuration = mappings[ended.space].map(ended.configuration).configuration
            else { return }
            if let place = places[configuration] {
                candidates[place].count += 1
                candidates[place].mean += (loss - candidates[place].mean) / Double(candidates[place].count)
            } else {
                places[configuration] = candidates.count
                candidates.append(Candidate(trial: ended.trial, configuration: configuration, mean: loss, count: 1))
            }
        }
        return Array(candidates.sorted { ($0.mean, $0.trial) < ($1.mean, $1.trial) }.prefix(limit))
    }

    /// Trials and batches that ended.
    var count: Int { items.count }

    private var mappings: [SpaceMapping] { spaces.map { SpaceMapping(from: $0, to: spaces[spaces.count - 1]) } }

    /// With the place among the items.
    private func forEachEnded(_ body: (Int, Ended) -> Void) {
        var order = constraintOrder
        for (place, item) in items.enumerated() where !superseded.contains(place) {
            switch item {
            case .trial(let ended): body(place, ended)
            case .batch(let batch, let space):
                for (index, trial) in batch.trials.enumerated() {
                    let outcome = batch.end(trial).searchOutcome(objectives, &order)
                    guard outcome != .cancelled else { continue }
                    body(place, Ended(trial: trial, space: space, configuration: batch.configurations[index], outcome: outcome))
                }
            }
        }
    }
}

extension TrialEnded {
    /// As a sampler sees it.
    func searchOutcome(_ objectives: [Objective], _ order: inout ConstraintOrder) -> Outcome {
        let losses = zip(objectives, values).map { $0.loss($1) }
        switch state {
        case .complete:
            return .complete(losses, constraints: order.values(of: constraints))
        case .failed where isInfeasible:
            return .infeasible(losses, constraints: order.values(of: constraints))
        case .pruned, .paused:
            guard let value = values.first, let step, let objective = objectives.first else { return .failed }
            return .pruned(step: step, value: objective.loss(value))
        case .cancelled:
            return .cancelled
        case .failed, .running:
            return .failed
        }
    }
}
