/// How workers are kept and ended.
public struct WorkerSettings: Sendable {
    /// Absolute path of `tuned-worker`.
    public var executable: String
    /// Seconds between telling an attempt to end, SIGTERM and SIGKILL.
    public var grace: Double = 2
    /// Seconds that loading a plugin and its `create` may take.
    public var openDeadline: Double = 120
    /// Seconds after which an idle worker is ended.
    public var idleLimit: Double = 300
    /// Idle workers kept for the cores of one slot: as many studies can take turns there without a new start.
    public var idleWorkersPerSlot: Int = 4
    /// Working directory of workers, and their TMPDIR.
    public var temporaryDirectory: String = "/tmp"
    /// Bytes of an attempt's log that are kept: the last ones.
    public var logBytes: Int = 64 << 10
    /// Bytes that an attempt may print at full speed; beyond them its output is read slowly, and the attempt waits.
    public var logBurst: Int = 1 << 20
    /// Descriptors that a worker may have open.
    public var openFiles: UInt64 = 4096

    /// Processes and threads that a worker may have at once, where control groups can be made.
    public var processes = 4096

    public init(executable: String) {
        self.executable = executable
    }
}
