/// What each file descriptor of a worker is when it starts.
public enum WorkerDescriptors {
    /// Frames to the worker.
    public static let input: Int32 = 0
    /// Frames from the worker.
    public static let output: Int32 = 1
    /// What the plugin prints, and its log lines.
    public static let log: Int32 = 2
    /// The shared `tuned_page`.
    public static let page: Int32 = 3
    /// The folds' rows (``FoldsLayout``); absent where the host splits nothing.
    public static let folds: Int32 = 4
    /// How many numbers beneath its limit a worker keeps for descriptors of its own, out of the way of plugin code.
    public static let reserved: Int32 = 16
}
