import TunedRecords
import TunedSpace

/// Running a trial again, to compare.
extension StudyDriver {
    /// The job of a replay that the log has; likewise whenever it is made.
    func replayJob(
        _ begun: ReplayBegun, _ before: [PastRun], _ configuration: Configuration, _ blueprint: WorkerBlueprint
    ) -> OutsideJob {
        OutsideJob(
            .replay(begun, before: before), trial: begun.trial, configuration: configuration,
            // Fold and repeat are those of the trial, and the seed with them; the segment keeps replays apart.
            runs: before.map { RunKey(purpose: .replay, fold: $0.run.fold, repeat: $0.run.repeat, segment: begun.number) },
            budgets: before.map { $0.budget > 0 ? $0.budget : declaration.specification.budget ?? 0 }, blueprint: blueprint, deadline: declaration.specification.timeout)
    }

    /// The replay could not be begun.
    func failReplay(_ begun: ReplayBegun, because why: String) {
        guard !isDeleted, !isShuttingDown else { return }
        recordOutside([.replayed(ReplayEnded(number: begun.number, runs: [], differences: [why]))])
    }

    func result(of job: OutsideJob, _ begun: ReplayBegun, _ before: [PastRun]) -> ReplayEnded {
        var differences: [String] = []
        var runs: [ReplayedRun] = []
        for (index, past) in before.enumerated() {
            runs.append(ReplayedRun(run: past.run, before: past.outcome, now: job.outcomes[index] ?? .stopped(reason: .cancelled)))
            guard let now = job.environments[index] else { continue }
            guard let then = past.environment else {
                differences.append("what the trial ran on is not known")
                continue
            }
            differences += now.allDifferences(from: then)
        }
        var seen: Set<String> = []
        return ReplayEnded(number: begun.number, runs: runs, differences: differences.filter { seen.insert($0).inserted })
    }
}

extension EnvironmentRecord {
    /// Everything that may explain another result, those that are none for a study's own attempts included.
    func allDifferences(from earlier: EnvironmentRecord) -> [String] {
        var found = differences(from: earlier)
        func compare(_ what: String, _ old: String, _ new: String) {
            if old != new { found.append("\(what) was \(old.isEmpty ? "none" : old), is \(new.isEmpty ? "none" : new)") }
        }
        compare("host", earlier.host, host)
        compare("kernel", earlier.kernel, kernel)
        compare("daemon", earlier.daemonVersion, daemonVersion)
        // Slots of one machine take turns, so its GPUs are compared by what they are.
        if earlier.gpus.isEmpty == gpus.isEmpty, Set(earlier.gpus) != Set(gpus) { compare("GPU", earlier.gpus.joined(separator: ", "), gpus.joined(separator: ", ")) }
        return found
    }
}
