import CTunedPlugin
package import TunedRecords
package import TunedSpace
package import TunedWire

/// Trials with neighbouring numbers, to be run in one call.
package struct BatchRequest {
    /// The number of the first.
    package var first: Int64
    package var configurations: [Configuration]
    /// The seed of each trial.
    package var seeds: [UInt64]
    /// 0 where the host splits no data, else 1: the rows of the one fold.
    package var folds: Int32

    package init(first: Int64, configurations: [Configuration], seeds: [UInt64], folds: Int32) {
        self.first = first
        self.configurations = configurations
        self.seeds = seeds
        self.folds = folds
    }
}

/// What a call for many trials brought.
package struct BatchCallResult {
    /// One list a metric of the schema, with one value a trial; NaN where the plugin gave none.
    package var metrics: [[Double]]
    /// The whole result of each trial that did not simply give every metric a finite value, by its place in the batch,
    /// ascending.
    package var irregular: [(index: Int, result: RunResult)]
    /// By the trial's place in the batch.
    package var reports: [(index: Int, report: MetricReport)]
    /// By the trial's place in the batch, ascending.
    package var constraints: [(index: Int, constraint: RunResult.Constraint)]

    package init(
        metrics: [[Double]], irregular: [(index: Int, result: RunResult)], reports: [(index: Int, report: MetricReport)] = [],
        constraints: [(index: Int, constraint: RunResult.Constraint)] = []
    ) {
        self.metrics = metrics
        self.irregular = irregular
        self.reports = reports
        self.constraints = constraints
    }

    /// A call that was not made: every trial failed.
    package init(refusing request: BatchRequest, _ why: String, metrics count: Int = 0) {
        let result = RunResult(
            nonce: 0, code: TUNED_FAILED, endedInTrain: false, metrics: Array(repeating: nil, count: count), constraints: [],
            text: why)
        self.init(
            metrics: Array(repeating: Array(repeating: .nan, count: request.configurations.count), count: count),
            irregular: request.configurations.indices.map { ($0, result) })
    }
}
