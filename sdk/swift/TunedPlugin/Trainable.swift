/// Something that can be tuned: what it declares, and how one configuration is trained and scored.
///
/// One instance is made in each worker and kept for many trials. Its functions are called one at a time, on any thread, in the
/// order `init`, then for each run `train` and, where that did not throw, `evaluate`.
///
/// What they throw ends the run: a ``TrialError`` with its own code, any other error as a failure with its description.
public protocol Trainable {
    /// What is tuned, measured and taken from a study's `config`. Declare it as a `static let`.
    static var schema: Schema { get }

    /// Checks the configuration and reads the data. What it throws is told to the person who started the study.
    init(_ config: borrowing Config) throws

    /// Builds the model for the trial's values on the training rows. May be left out where ``evaluate(_:)`` does both.
    mutating func train(_ trial: borrowing Trial) throws

    /// Scores the model on the evaluation rows: one ``Trial/objective(_:_:)`` for each metric.
    mutating func evaluate(_ trial: borrowing Trial) throws
}

extension Trainable {
    public mutating func train(_ trial: borrowing Trial) throws {}
}

/// A trainable whose rows the host divides into training, validation and test rows.
public protocol DataTrainable: Trainable {
    /// Asked for once, after `init`.
    var dataset: Dataset { get }
}

/// What the host needs to know of a data set to split it. Every list that is given has one entry a row.
public struct Dataset: Sendable {
    let rows: Int
    let labels: [Int32]?
    let groups: [Int32]?
    let times: [Int64]?

    /// - Parameters:
    ///   - labels: classes, for stratified folds.
    ///   - groups: rows of one group never lie in different folds.
    ///   - times: for splits forward in time.
    public init(rows: Int, labels: [Int32]? = nil, groups: [Int32]? = nil, times: [Int64]? = nil) {
        self.rows = rows
        self.labels = labels
        self.groups = groups
        self.times = times
    }
}
