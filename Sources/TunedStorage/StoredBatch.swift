import TunedRecords

/// A batch with the event that holds it.
struct StoredBatch {
    var batch: BatchRun
    var event: EventSequence
    /// Of the event.
    var time: Int64

    /// The attempt that the batch made at a trial, and those that were made later. An event that claims to have made the
    /// batch's attempt contradicts the log.
    func attempts(of trial: Int, _ environment: String, beside others: [AttemptRow]) -> [AttemptRow] {
        let own = batch.attempt(trial, at: time, environment: environment)
        return [own] + others.filter { $0.started.run != own.started.run || $0.started.attempt != own.started.attempt }
    }
}
