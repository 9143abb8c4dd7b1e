import CTunedPlugin

/// One trainable at work, its type erased, because a C function cannot be generic. What a trainable does not offer throws.
class Instance {
    let host: HostAccess
    let export: TrainableExport
    let layout: Layout
    private let dataset: DatasetMemory?
    private var misuseText: String?

    init(_ host: HostAccess, _ export: TrainableExport, _ dataset: Dataset?) throws(TrialError) {
        self.host = host
        self.export = export
        layout = export.layout
        self.dataset = try DatasetMemory(dataset)
    }

    func train(_ trial: borrowing Trial) throws { throw Self.notOffered }
    func evaluate(_ trial: borrowing Trial) throws { throw Self.notOffered }
    func begin(_ trial: borrowing Trial) throws { throw Self.notOffered }
    func step(_ trial: borrowing Trial, _ step: Int) throws { throw Self.notOffered }
    func save(to writer: inout CheckpointWriter) throws { throw Self.notOffered }
    func load(from reader: inout CheckpointReader) throws { throw Self.notOffered }
    func reconfigure(_ trial: borrowing Trial) throws { throw Self.notOffered }
    func run(_ batch: borrowing Batch) throws { throw Self.notOffered }

    private static let notOffered = TrialError.failed("the trainable does not offer this call")

    /// A mistake in the plugin's own code that a value cannot tell of: the call under way fails with the first.
    func misuse(_ text: String) { misuseText = misuseText ?? text }

    /// A call into the trainable; the result is what the C function returns.
    func call(_ trial: UnsafePointer<tuned_trial>?, _ body: (borrowing Trial) throws -> Void) -> Int32 {
        guard let trial, trial.pointee.host != nil else { return TUNED_FAILED }
        misuseText = nil
        do {
            let run = Trial(pointer: trial, instance: self)
            try body(run)
            if let misuseText { throw TrialError.failed(misuseText) }
            return TUNED_OK
        } catch {
            return host.fail(trial, error)
        }
    }

    func describe(_ out: UnsafeMutablePointer<tuned_dataset>) -> Int32 {
        guard let dataset else { return TUNED_FAILED }
        dataset.fill(out)
        return TUNED_OK
    }
}

/// An instance of a trainable of type `T`.
class TypedInstance<T: Trainable>: Instance {
    final var trainable: T

    init(_ config: borrowing Config, _ host: HostAccess, _ export: TrainableExport) throws {
        trainable = try T(config)
        try super.init(host, export, (trainable as? any DataTrainable)?.dataset)
    }

    override final func train(_ trial: borrowing Trial) throws { try trainable.train(trial) }
    override final func evaluate(_ trial: borrowing Trial) throws { try trainable.evaluate(trial) }
}

class StepwiseInstance<T: StepwiseTrainable>: TypedInstance<T> {
    override final func begin(_ trial: borrowing Trial) throws { try trainable.begin(trial) }
    override final func step(_ trial: borrowing Trial, _ step: Int) throws { try trainable.step(trial, step) }
    override final func save(to writer: inout CheckpointWriter) throws { try trainable.save(to: &writer) }
    override final func load(from reader: inout CheckpointReader) throws { try trainable.load(from: &reader) }
}

final class ReconfigurableInstance<T: ReconfigurableTrainable>: StepwiseInstance<T> {
    override func reconfigure(_ trial: borrowing Trial) throws { try trainable.reconfigure(trial) }
}

final class BatchInstance<T: BatchTrainable>: TypedInstance<T> {
    override func run(_ batch: borrowing Batch) throws { try trainable.run(batch) }
}

/// A data set's lists at fixed addresses, for as long as the instance lives.
private final class DatasetMemory {
    private let rows: Int
    private let labels: UnsafeMutablePointer<Int32>?
    private let groups: UnsafeMutablePointer<Int32>?
    private let times: UnsafeMutablePointer<Int64>?

    /// Nil where there is no data set.
    init?(_ dataset: Dataset?) throws(TrialError) {
        guard let dataset else { return nil }
        guard dataset.rows >= 0 else { throw .failed("the data set has \(dataset.rows) rows") }
        for (name, count) in [("labels", dataset.labels?.count), ("groups", dataset.groups?.count), ("times", dataset.times?.count)] {
            if let count, count != dataset.rows { throw .failed("the data set has \(dataset.rows) rows and \(count) \(name)") }
        }
        rows = dataset.rows
        labels = Self.copy(dataset.labels)
        groups = Self.copy(dataset.groups)
        times = Self.copy(dataset.times)
    }

    deinit {
        labels?.deallocate()
        groups?.deallocate()
        times?.deallocate()
    }

    func fill(_ out: UnsafeMutablePointer<tuned_dataset>) {
        out.pointee.rows = UInt64(rows)
        out.pointee.labels = UnsafePointer(labels)
        out.pointee.groups = UnsafePointer(groups)
        out.pointee.times = UnsafePointer(times)
    }

    private static func copy<Element: BitwiseCopyable>(_ list: [Element]?) -> UnsafeMutablePointer<Element>? {
        guard let list else { return nil }
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(list.count, 1))
        memory.initialize(from: list, count: list.count)
        return memory
    }
}
