import TunedPlugin

@c(tuned_plugin_v1) public func plugin(_ host: PluginHost) -> PluginTable? {
    export(Perceptron.self, id: "mlp", version: "1.1.0", to: host)
}

/// The plugin: reads the data once in each worker, trains on the rows that the host names, scores on the others.
struct Perceptron: DataTrainable, ReconfigurableTrainable {
    static let schema = Space.schema

    private let data: LabelledRows
    private var run: Run?

    /// What one run trains and scores on.
    private struct Run {
        let training: Training
        let rows: Matrix
        let labels: [Int32]
        let others: Matrix
        let otherLabels: [Int32]
    }

    init(_ config: borrowing Config) throws {
        guard let path = config.dataPath else {
            throw TrialError.failed("the study names no data; give it a CSV file, with --data FILE")
        }
        let table = try Table(path: path)
        do throws(TrialError) {
            data = try LabelledRows(table, target: config["target"])
        } catch {
            throw TrialError.failed("\(path): \(error.message)")
        }
    }

    var dataset: Dataset { Dataset(rows: data.count, labels: data.labels) }

    mutating func begin(_ trial: borrowing Trial) throws {
        run = nil
        let rows = try trial.trainingRows(), others = try trial.evaluationRows()
        let scaling = Scaling(data, rows: rows)
        let training = Training(Settings(trial), inputs: data.featureCount, classes: data.classes.count, seed: trial.seed)
        run = Run(
            training: training, rows: scaling.apply(data, rows: rows), labels: rows.map { data.labels[$0] },
            others: scaling.apply(data, rows: others), otherLabels: others.map { data.labels[$0] })
    }

    mutating func step(_ trial: borrowing Trial, _ step: Int) throws {
        let run = try begun()
        let rate = trial.value(of: Space.rate, at: trial.progress(after: step - 1))
        let loss = try run.training.epoch(run.rows, run.labels, rate: rate) { try trial.stopIfAsked() }
        guard loss.isFinite else {
            throw TrialError.infeasible("training diverged in epoch \(step): its loss is \(loss), with a learning rate of \(rate)")
        }
        // The test rows are scored once, at the end.
        guard trial.purpose != .final else { return }
        let score = run.training.network.score(run.others, run.otherLabels)
        trial.report(Space.error, step: step, Double(score.wrong) / Double(max(1, run.others.rows)))
    }

    func save(to checkpoint: inout CheckpointWriter) throws { try begun().training.save(to: &checkpoint) }

    mutating func load(from checkpoint: inout CheckpointReader) throws { try begun().training.load(from: &checkpoint) }

    mutating func reconfigure(_ trial: borrowing Trial) throws {
        guard try begun().training.reconfigure(Settings(trial)) else {
            throw TrialError.infeasible("layers, widths, activation, batch and optimizer cannot change in the middle of a run")
        }
    }

    mutating func evaluate(_ trial: borrowing Trial) throws {
        let run = try begun()
        let score = run.training.network.score(run.others, run.otherLabels)
        let count = Double(max(1, run.others.rows))
        guard score.loss.isFinite else { throw TrialError.infeasible("training diverged: the loss of the model is \(score.loss)") }
        trial.objective(Space.error, Double(score.wrong) / count)
        trial.objective(Space.loss, score.loss / count)
    }

    private func begun() throws(TrialError) -> Run {
        guard let run else { throw .failed("the host has not begun a run") }
        return run
    }
}
