import TunedRecords
import TunedSearch

/// What runs keep on the disk, and when it goes. Nothing is removed before the events that make it needless are on the disk: a daemon that is
/// killed in between makes the run again, and goes on from what is there.
extension StudyDriver {
    /// Whether trials may go on from each other's checkpoints.
    var copiesCheckpoints: Bool { pruners?.pruner.copiesCheckpoints ?? false }

    /// Does something to the folders once the events that are recorded next are on the disk.
    func whenKept(_ body: @escaping @Sendable (RunFolders) -> Void) {
        // Runs inside the daemon keep nothing.
        if !isInProcess, surroundings.folders.hasAny(of: id) { housekeeping.append(body) }
    }

    /// Does what waits for the events up to this one.
    func keepHouse(until sequence: EventSequence) {
        if housekeeping.isEmpty { return }
        let (work, folders) = (housekeeping, surroundings.folders)
        housekeeping = []
        surroundings.store.whenDurable(sequence) { error in
            if error == nil { for body in work { body(folders) } }
        }
    }

    /// Keeps what a trial that stands at a rung had there, for others to go on from.
    func keepCheckpoints(of trial: ActiveTrial, _ verdict: TrialEnded) {
        guard verdict.state == .paused, copiesCheckpoints else { return }
        for index in trial.runs.indices {
            let run = ReadyRun(trial: trial.number, run: index)
            surroundings.folders.keepCheckpoint(of: id, run, at: trial.budget)
            whenKept { [id] in $0.dropFormerCheckpoints(of: id, run) }
        }
    }

    /// Drops the checkpoints of a trial that has ended. Others may go on from what a complete one had at its rungs.
    func dropCheckpoints(of verdict: TrialEnded, runs: Int) {
        let withKept = verdict.state != .complete || !copiesCheckpoints
        whenKept { [id] in $0.dropCheckpoints(study: id, trial: verdict.trial, runs: runs, withKept: withKept) }
    }

    /// A plugin that keeps no checkpoints, or a file that is gone.
    func missCheckpoint(_ trial: Int, _ continues: Continuation) {
        guard !isDeleted else { return }
        record([
            .noted(text: "trial \(trial) was to go on from trial \(continues.trial) at \(continues.budget), which left no checkpoint; it begins with nothing")
        ])
    }
}
