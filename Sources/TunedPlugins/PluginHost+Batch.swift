/// Many trials in one call, for trainables that offer `tuned.batch/1`.
extension PluginHost {
    package var batchLimit: Int { batch?.limit ?? 0 }

    package func run(_ request: BatchRequest) -> BatchCallResult {
        guard let batch else { return BatchCallResult(refusing: request, "\(name) takes one trial at a time", metrics: metricCount) }
        guard request.folds == 0 || !folds.isEmpty else {
            return BatchCallResult(refusing: request, "the host sent fold 0 of no folds", metrics: metricCount)
        }
        return batch.run(request, rows: request.folds == 0 ? nil : folds.first)
    }
}
