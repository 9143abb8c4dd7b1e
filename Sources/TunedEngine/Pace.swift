/// How long a study has been running, and how fast trials end. Times are monotonic seconds.
struct Pace: Sendable {
    /// Running seconds of earlier stretches.
    private var earlier = 0.0
    private var since: Double?
    /// Ends of trials in the window that the rate looks at, as (time, count) per second.
    private var window: [(second: Double, count: Int)] = []
    private let windowSeconds = 30.0

    mutating func start(at now: Double) { since = since ?? now }

    mutating func stop(at now: Double) {
        earlier = seconds(at: now)
        since = nil
    }

    func seconds(at now: Double) -> Double { earlier + (since.map { max(0, now - $0) } ?? 0) }

    mutating func count(_ trials: Int = 1, at now: Double) {
        let second = now.rounded(.down)
        if window.last?.second == second {
            window[window.count - 1].count += trials
        } else {
            window.append((second, trials))
            window.removeAll { $0.second < now - windowSeconds }
        }
    }

    /// Trials a second over the last half minute, or over the time since the start where that is less.
    func rate(at now: Double) -> Double? {
        guard let since else { return nil }
        let recent = window.filter { $0.second >= now - windowSeconds }
        let span = min(windowSeconds, now - since)
        let total = recent.reduce(0) { $0 + $1.count }
        return total > 0 && span > 0.05 ? Double(total) / span : nil
    }
}
