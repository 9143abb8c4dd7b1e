import Glibc

/// A trainable whose training goes in steps, one unit of fidelity each. A host that can drives the steps itself, to compare trials
/// at rungs and to go on with some of them later; for any other host, ``Trainable/train(_:)`` is written already.
///
/// For each run: `begin`; `load` where the run goes on from a checkpoint; `step` up to the budget; `save` now and then; and last
/// `evaluate`. The schema must declare a fidelity.
public protocol StepwiseTrainable: Trainable {
    /// Prepares an untrained model.
    mutating func begin(_ trial: borrowing Trial) throws

    /// Trains by one unit; `step` counts from 1. Reports how it went.
    mutating func step(_ trial: borrowing Trial, _ step: Int) throws

    /// Writes all that `step` goes by. Whoever gave the writer commits.
    func save(to checkpoint: inout CheckpointWriter) throws

    /// Reads what `save` wrote, after `begin`; throws where it is not the state of a model with these values.
    mutating func load(from checkpoint: inout CheckpointReader) throws
}

/// A stepwise trainable that can take over other values of its parameters without losing what it has learned, as
/// population-based training needs.
public protocol ReconfigurableTrainable: StepwiseTrainable {
    mutating func reconfigure(_ trial: borrowing Trial) throws
}

extension StepwiseTrainable {
    /// What a host that drives the steps does, for one that does not. The state is saved after the first step and the last, and
    /// between them as often as takes about a tenth of the time.
    public mutating func train(_ trial: borrowing Trial) throws {
        try begin(trial)
        var done = 0
        if var reader = try trial.restore() {
            done = reader.step
            try load(from: &reader)
            try reader.finish()
        }
        let start = Self.seconds()
        var saving = 0.0
        while done < trial.steps {
            done += 1
            try step(trial, done)
            let now = Self.seconds()
            let ends = trial.shouldStop || done == trial.steps
            if ends || saving <= 0.1 * (now - start) {
                try save(trial, done)
                saving += Self.seconds() - now
            }
            if done < trial.steps { try trial.stopIfAsked() }
        }
    }

    private func save(_ trial: borrowing Trial, _ step: Int) throws {
        var writer = try trial.checkpoint(after: step)
        try save(to: &writer)
        try writer.commit()
    }

    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
