import CTunedPlugin

/// A type of which every pattern of bits is a value, so that bytes from a foreign file cannot make an invalid one.
public protocol CheckpointValue: BitwiseCopyable {}
extension Float: CheckpointValue {}
extension Double: CheckpointValue {}
extension Int: CheckpointValue {}
extension Int32: CheckpointValue {}
extension Int64: CheckpointValue {}
extension UInt8: CheckpointValue {}
extension UInt32: CheckpointValue {}
extension UInt64: CheckpointValue {}

extension Trial {
    /// Begins a checkpoint of the state after `step` steps. It counts once it is committed; a writer that is dropped leaves the
    /// checkpoint before in place. A host that keeps no checkpoints takes the bytes and forgets them.
    public func checkpoint(after step: Int) throws(TrialError) -> CheckpointWriter {
        guard let checkpoint = instance.host.checkpoint else { return CheckpointWriter(pointer, nil) }
        try HostCode.check(checkpoint.pointee.begin(pointer, Int64(step)), "the host did not begin a checkpoint")
        return CheckpointWriter(pointer, checkpoint)
    }

    /// The run's checkpoint, from which it is to go on; nil: start afresh.
    public func restore() throws(TrialError) -> CheckpointReader? {
        guard let checkpoint = instance.host.checkpoint else { return nil }
        var step: Int64 = 0
        let code = checkpoint.pointee.restore(pointer, &step)
        if code == TUNED_ABSENT { return nil }
        try HostCode.check(code, "the host did not open the run's checkpoint")
        return CheckpointReader(pointer, checkpoint, step: Int(step))
    }
}

/// Writes one checkpoint: plain numbers in the machine's own form, and a checksum behind them.
public struct CheckpointWriter: ~Copyable {
    private let trial: UnsafePointer<tuned_trial>
    private let host: UnsafePointer<tuned_checkpoint_extension>?
    private var checksum = Checksum()

    init(_ trial: UnsafePointer<tuned_trial>, _ host: UnsafePointer<tuned_checkpoint_extension>?) {
        self.trial = trial
        self.host = host
    }

    public mutating func write(_ value: some CheckpointValue) throws(TrialError) {
        let code = withUnsafeBytes(of: value) { write($0) }
        try HostCode.check(code, Self.problem)
    }

    /// The elements alone, not their number.
    public mutating func write(_ values: [some CheckpointValue]) throws(TrialError) {
        let code = values.withUnsafeBytes { write($0) }
        try HostCode.check(code, Self.problem)
    }

    public mutating func write(_ values: UnsafeBufferPointer<some CheckpointValue>) throws(TrialError) {
        try HostCode.check(write(UnsafeRawBufferPointer(values)), Self.problem)
    }

    /// Makes it the run's checkpoint: it appears whole or not at all.
    public consuming func commit() throws(TrialError) {
        guard let host else { return }
        try seal()
        try HostCode.check(host.pointee.commit(trial), Self.problem)
    }

    private static let problem = "the host could not write the checkpoint"

    /// Ends what is written; the reader finds the checksum in the same place.
    mutating func seal() throws(TrialError) { try write(checksum.value) }

    private mutating func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard let host, bytes.count > 0 else { return TUNED_OK }
        checksum.add(bytes)
        return host.pointee.write(trial, bytes.baseAddress, UInt64(bytes.count))
    }
}

/// Reads the run's checkpoint. One that is shorter or longer than what the code reads, or whose checksum does not hold, is refused:
/// it comes from another version of the plugin, or is damaged. Until ``finish()`` has returned, what was read may be anything.
public struct CheckpointReader: ~Copyable {
    private let trial: UnsafePointer<tuned_trial>
    private let host: UnsafePointer<tuned_checkpoint_extension>
    private var checksum = Checksum()
    /// The number of steps after which it was written. In ``StepwiseTrainable/load(from:)`` 0 where the host drives the run: the next
    /// `step` tells where it goes on.
    public let step: Int

    init(_ trial: UnsafePointer<tuned_trial>, _ host: UnsafePointer<tuned_checkpoint_extension>, step: Int) {
        self.trial = trial
        self.host = host
        self.step = step
    }

    public mutating func read<Value: CheckpointValue>(_: Value.Type) throws(TrialError) -> Value {
        var bytes: UInt64 = 0  // the largest of them
        let size = MemoryLayout<Value>.size
        let got = withUnsafeMutableBytes(of: &bytes) { fill(UnsafeMutableRawBufferPointer(rebasing: $0[..<size])) }
        guard got else { throw Self.truncated }
        return withUnsafeBytes(of: bytes) { $0.load(as: Value.self) }
    }

    /// As many elements as the array has.
    public mutating func read(into values: inout [some CheckpointValue]) throws(TrialError) {
        guard values.withUnsafeMutableBytes({ fill($0) }) else { throw Self.truncated }
    }

    /// As many elements as the memory holds.
    public mutating func read(into values: UnsafeMutableBufferPointer<some CheckpointValue>) throws(TrialError) {
        guard fill(UnsafeMutableRawBufferPointer(values)) else { throw Self.truncated }
    }

    /// Makes sure that all was read, and that it is what was written.
    public consuming func finish() throws(TrialError) {
        let expected = checksum.value
        let found = try read(UInt64.self)
        var byte: UInt8 = 0
        guard host.pointee.read(trial, &byte, 1) == 0 else {
            throw .failed("the checkpoint is longer than this plugin's: it was written by another version, or is damaged")
        }
        guard found == expected else { throw .failed("the checkpoint is damaged: its checksum does not hold") }
    }

    private static let truncated = TrialError.failed(
        "the checkpoint ends too early: it was written by another version of this plugin, or is damaged")

    private mutating func fill(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
        var done = 0
        while done < bytes.count {
            let got = host.pointee.read(trial, bytes.baseAddress! + done, UInt64(bytes.count - done))
            guard got > 0, got <= Int64(bytes.count - done) else { return false }
            done += Int(got)
        }
        checksum.add(UnsafeRawBufferPointer(bytes))
        return true
    }
}

/// FNV-1a of 64 bits (Fowler, Noll and Vo; RFC 9923).
private struct Checksum {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
}
