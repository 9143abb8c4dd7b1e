import Glibc
import Synchronization

/// What a plugin's entry function says, by host->fail, of why it is about to return NULL.
enum EntryFailure {
    /// By the thread that loads: several may at once, where the daemon itself hosts plugins.
    private static let texts = Mutex<[pthread_t: String]>([:])

    /// Calls the entry function. `said` is "" where it said nothing.
    static func heard<Table>(_ entry: () -> Table?) -> (table: Table?, said: String) {
        texts.withLock { $0[pthread_self()] = "" }
        let table = entry()
        return (table, texts.withLock { $0.removeValue(forKey: pthread_self()) } ?? "")
    }

    /// The first text stays. Without effect where this thread is not in an entry function.
    static func say(_ text: String) {
        texts.withLock { if $0[pthread_self()] == "" { $0[pthread_self()] = text } }
    }
}
