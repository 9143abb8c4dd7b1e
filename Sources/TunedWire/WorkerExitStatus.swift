/// Statuses by which a worker ends itself. Plugin code that calls `exit` may use the same; they only choose the words.
public enum WorkerExitStatus {
    /// It could not write to its daemon.
    public static let channelLost: Int32 = 71
    /// Its daemon sent what is no message.
    public static let badFrame: Int32 = 72
}
