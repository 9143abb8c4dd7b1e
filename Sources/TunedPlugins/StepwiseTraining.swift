import CTunedPlugin
import CTunedWorker
import Glibc

/// Drives a trainable that offers `tuned.stepwise/1`: one unit of fidelity at a time, up to the run's budget, with a
/// checkpoint now and then and where it is told to stop.
struct StepwiseTraining {
    private let table: tuned_stepwise_extension
    private let instance: UnsafeMutableRawPointer?
    private let fullBudget: Double

    /// Seconds between checkpoints: writing them shall cost little beside the training.
    private static let checkpointInterval = 1.0

    /// Nil where the trainable has no such extension.
    init?(
        _ trainable: tuned_trainable, _ instance: UnsafeMutableRawPointer?, name: String, fullBudget: Double
    ) throws(PluginError) {
        guard let find = trainable.extension, let found = find(instance, TUNED_STEPWISE) else { return nil }
        let required = MemoryLayout<tuned_stepwise_extension>.offset(of: \.save)!
        guard let table = tuned_stepwise_extension(reading: found.assumingMemoryBound(to: tuned_stepwise_extension.self), required: required),
            table.begin != nil, table.step != nil
        else { throw PluginError(.malformed, "\(TUNED_STEPWISE) of \(name) is too small, or has no begin or step function") }
        guard (table.save == nil) == (table.load == nil) else {
            throw PluginError(.malformed, "\(TUNED_STEPWISE) of \(name) has one of save and load; give both, or none")
        }
        guard fullBudget > 0 else {
            throw PluginError(.malformed, "\(name) is trained stepwise, so its schema must declare a fidelity")
        }
        self.table = table
        self.instance = instance
        self.fullBudget = fullBudget
    }

    func train(_ context: UnsafeMutablePointer<TrialContext>, _ files: RunFiles) -> Int32 {
        guard let begin = table.begin, let step = table.step else { return TUNED_FAILED }
        let trial = UnsafeRawPointer(context).assumingMemoryBound(to: tuned_trial.self)
        let budget = trial.pointee.budget > 0 ? trial.pointee.budget : fullBudget
        let last = Int64(clamping: Int(exactly: budget.rounded(.down)) ?? .max)
        var code = begin(instance, trial)
        guard code == TUNED_OK else { return code }
        var done = restore(context, trial)
        if done == nil {
            // What was loaded in part is dropped with it.
            code = begin(instance, trial)
            guard code == TUNED_OK else { return code }
            done = 0
        }
        var next = (done ?? 0) + 1
        var saved = MonotonicTime.now()
        while next <= last {
            if tuned_page_stop(context.pointee.sink.page) != 0 {
                return save(context, files, trial, step: next - 1) == TUNED_OK ? TUNED_STOPPED : TUNED_FAILED
            }
            code = step(instance, trial, next)
            guard code == TUNED_OK else { return code }
            if next < last, MonotonicTime.seconds(since: saved) >= Self.checkpointInterval {
                code = save(context, files, trial, step: next)
                guard code == TUNED_OK else { return code }
                saved = MonotonicTime.now()
            }
            next += 1
        }
        // A run that stops short of the full budget may go on from here.
        return budget < fullBudget && last > (done ?? 0) ? save(context, files, trial, step: last) : TUNED_OK
    }

    /// The steps that a checkpoint holds, 0 where there is none; nil where the trainable refused it.
    private func restore(
        _ context: UnsafeMutablePointer<TrialContext>, _ trial: UnsafePointer<tuned_trial>
    ) -> Int64? {
        guard let load = table.load else { return 0 }
        guard let found = context.pointee.restoreCheckpoint() else { return 0 }
        guard found >= 0, load(instance, trial) == TUNED_OK else {
            let said = context.pointee.notes.takeUnretainedValue().take().failure
            context.pointee.tell("the plugin refused its checkpoint of step \(found)\(said.isEmpty ? "" : ": " + said); the run starts afresh")
            return nil
        }
        context.pointee.tell("goes on from the checkpoint of step \(found)")
        return found
    }

    private func save(
        _ context: UnsafeMutablePointer<TrialContext>, _ files: RunFiles, _ trial: UnsafePointer<tuned_trial>, step: Int64
    ) -> Int32 {
        guard let save = table.save, files.keepsCheckpoints, step > 0 else { return TUNED_OK }
        do throws(CheckpointError) {
            try files.beginCheckpoint(step: step)
            let code = save(instance, trial)
            if let failure = files.writeFailure {
                context.pointee.notes.takeUnretainedValue().forgetFailure()
                throw failure
            }
            guard code == TUNED_OK else { return code }
            try files.commit()
            return TUNED_OK
        } catch {
            // Training goes on: only what a crash would cost has grown.
            context.pointee.tell("checkpoint: \(error.message)")
            return TUNED_OK
        }
    }
}
