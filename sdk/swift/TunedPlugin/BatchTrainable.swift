import CTunedPlugin

/// A trainable of objectives that take microseconds: the host hands over many trials in one call.
public protocol BatchTrainable: Trainable {
    /// The most trials of one call; 0: any number.
    static var batchLimit: Int { get }

    /// Trains and scores each trial by ``Batch/attempt(_:_:)``; what this function itself throws fails all of them.
    mutating func run(_ batch: borrowing Batch) throws
}

extension BatchTrainable {
    public static var batchLimit: Int { 0 }

    /// One trial after the other.
    public mutating func run(_ batch: borrowing Batch) throws {
        for index in 0..<batch.count {
            batch.attempt(index) { trial throws in
                try train(trial)
                try evaluate(trial)
            }
        }
    }
}

/// The trials of one call.
public struct Batch: ~Copyable {
    private let trials: UnsafeBufferPointer<UnsafePointer<tuned_trial>?>
    private let codes: UnsafeMutablePointer<Int32>
    private let instance: Instance

    init(_ trials: UnsafeBufferPointer<UnsafePointer<tuned_trial>?>, _ codes: UnsafeMutablePointer<Int32>, _ instance: Instance) {
        self.trials = trials
        self.codes = codes
        self.instance = instance
        codes.initialize(repeating: TUNED_FAILED, count: trials.count)
    }

    public var count: Int { trials.count }

    /// Trains and scores one trial. What the body throws ends this trial alone. A trial that is never attempted has failed.
    public func attempt(_ index: Int, _ body: (borrowing Trial) throws -> Void) {
        codes[index] = instance.call(trials[index], body)
    }
}
