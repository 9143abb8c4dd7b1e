import TunedRecords
import TunedSpace

extension ReplicationRule {
    /// The candidate that was measured least, and of those the best; nil once all have been measured often enough.
    ///
    /// - Parameter measured: how often each was measured again, by its trial.
    func next(among candidates: [FeedHistory.Candidate], measured: [Int: Int]) -> FeedHistory.Candidate? {
        var next: (candidate: FeedHistory.Candidate, count: Int)?
        for candidate in candidates {
            let count = candidate.count + measured[candidate.trial, default: 0]
            if count < times, next.map({ count < $0.count }) ?? true { next = (candidate, count) }
        }
        return next?.candidate
    }
}

/// Measuring the leading candidates of a noisy metric again, once the search itself is over.
///
/// Replicates are trials as any others, with seeds of their own, and are not part of the search: no sampler is told of them, since they are
/// duplicates by intent, and no stopping rule counts them.
extension StudyDriver {
    /// Whether a candidate could be measured again now.
    var mayReplicate: Bool { nextReplicate != nil }

    /// Measurements that are still to begin.
    var replicatesAhead: Int {
        guard let rule = replicationDue else { return 0 }
        return candidates(rule).reduce(0) { $0 + max(0, rule.times - $1.count - replicates[$1.trial, default: 0]) }
    }

    private var nextReplicate: FeedHistory.Candidate? {
        replicationDue.flatMap { $0.next(among: candidates($0), measured: replicates) }
    }

    /// The study's rule, once nothing of the search is left to do or to wait for.
    private var replicationDue: ReplicationRule? {
        guard let rule = declaration.specification.replicate, state == .running, !isShuttingDown, !mayAsk, promotion == nil, batches.isEmpty,
            active.values.allSatisfy({ $0.replicateOf != nil })
        else { return nil }
        return rule
    }

    /// The best configurations of the search. They follow from what the sampler was told, so that a daemon that takes the study up in
    /// the middle goes on with the same ones.
    private func candidates(_ rule: ReplicationRule) -> [FeedHistory.Candidate] {
        if let known = leading, known.ended == feed.history.count, known.spaces == feed.history.spaces.count { return known.candidates }
        let candidates = feed.history.leading(rule.candidates)
        leading = (feed.history.count, feed.history.spaces.count, candidates)
        return candidates
    }

    /// Makes a trial of the next candidate's configuration. The caller records what it returns.
    func takeReplicate(isExternal: Bool) -> TrialAsked? {
        guard let candidate = nextReplicate else { return nil }
        let number = nextTrial
        nextTrial += 1
        counts.running += 1
        replicates[candidate.trial, default: 0] += 1
        active[number] = ActiveTrial(
            number: number, configuration: candidate.configuration, askedAfter: position, isExternal: isExternal,
            runs: isExternal ? [] : runKeys, origin: .replicate(of: candidate.trial))
        return TrialAsked(
            trial: number, configuration: candidate.configuration, origin: .replicate(of: candidate.trial), askedAfter: position,
            isExternal: isExternal)
    }

    /// The next trial of the search, or where that is over, of its replication.
    func takeNext(isExternal: Bool) -> TrialAsked? {
        mayAsk ? takeTrial(isExternal: isExternal) : takeReplicate(isExternal: isExternal)
    }
}
