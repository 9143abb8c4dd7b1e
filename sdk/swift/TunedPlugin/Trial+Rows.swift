import CTunedPlugin

extension Trial {
    /// The rows to train on: indices into the rows that ``DataTrainable/dataset`` told of, increasing. What is learned from data,
    /// scaling and selection included, is learned from these.
    public func trainingRows() throws(TrialError) -> [Int] { try rows(TUNED_ROWS_TRAIN) }

    /// The rows to score the model on.
    public func evaluationRows() throws(TrialError) -> [Int] { try rows(TUNED_ROWS_EVALUATE) }

    private func rows(_ part: UInt32) throws(TrialError) -> [Int] {
        guard folds > 0, let rows = instance.host.data?.pointee.rows else {
            throw .failed("the study gives no split of the data: ask for one, such as --folds 5")
        }
        var indices: UnsafePointer<UInt32>?
        var count: UInt64 = 0
        try HostCode.check(rows(pointer, part, &indices, &count), "the host did not give the rows of fold \(fold)")
        return UnsafeBufferPointer(start: indices, count: indices == nil ? 0 : Int(count)).map { Int($0) }
    }
}
