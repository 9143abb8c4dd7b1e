import Synchronization
import TunedRecords
import TunedSpace

/// Why a plugin is not run any more: its code died too often in a row.
public struct Quarantine: Hashable, Sendable {
    /// Attempts that its code ended in a row, over all studies.
    public var crashes: Int
    /// What the last of them said.
    public var last: String
    /// Milliseconds since 1970.
    public var since: Int64

    package init(crashes: Int, last: String, since: Int64) {
        self.crashes = crashes
        self.last = last
        self.since = since
    }

    /// Begins the reason of studies that it paused.
    static let pausedPrefix = "its plugin is in quarantine"

    func text(of plugin: String) -> String {
        "\(crashes) attempts in a row ended with a crash of plugin \(plugin); the last: \(last). Load it again once it is rebuilt, or run it as it is after `tuned plugins \(plugin) --release`"
    }

    var json: JSONValue {
        .object(["crashes": .integer(Int64(crashes)), "last": .string(last), "since": .integer(since)])
    }

    init?(json: JSONValue) {
        guard case .object(let fields) = json, case .integer(let crashes)? = fields["crashes"],
            case .string(let last)? = fields["last"], case .integer(let since)? = fields["since"]
        else { return nil }
        self.init(crashes: Int(clamping: crashes), last: last, since: since)
    }
}

/// Counts, plugin by plugin, the attempts in a row that its code ended.
final class CrashCounter: Sendable {
    private struct Streak {
        var count = 0
        var last = ""
    }
    private let limit: Int
    private let streaks = Mutex<[String: Streak]>([:])
    /// Plugins with a streak: where there is none, a success costs no lock.
    private let unlucky = Atomic<Int>(0)

    /// - Parameter limit: crashes in a row that are too many; 0: no number is.
    init(limit: Int) { self.limit = limit }

    /// Takes an attempt's end of the plugin with this hash; the number of crashes in a row and the last of them where they
    /// have become too many.
    func count(_ outcome: AttemptOutcome, of hash: String) -> (crashes: Int, last: String)? {
        guard limit > 0 else { return nil }
        guard case .failed(let failure) = outcome else {
            forget(hash)
            return nil
        }
        guard Self.isCrash(failure.kind) else {
            // The plugin came back and said what was wrong, which a broken one does not do.
            if failure.kind != .lost && failure.kind != .deadline { forget(hash) }
            return nil
        }
        return streaks.withLock { streaks in
            var streak = streaks[hash] ?? Streak()
            if streak.count == 0 { unlucky.add(1, ordering: .relaxed) }
            streak.count += 1
            streak.last = failure.message
            streaks[hash] = streak
            return streak.count == limit ? (streak.count, streak.last) : nil
        }
    }

    func forget(_ hash: String) {
        guard unlucky.load(ordering: .relaxed) > 0 else { return }
        let wasUnlucky = streaks.withLock { $0.removeValue(forKey: hash) != nil }
        if wasUnlucky { unlucky.subtract(1, ordering: .relaxed) }
    }

    private static func isCrash(_ kind: Failure.Kind) -> Bool {
        switch kind {
        case .crashed, .exited, .protocol: true
        default: false
        }
    }
}
