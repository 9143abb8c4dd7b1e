/// Notices that no trial has ended for a while, once for each such while.
struct StallDetector {
    private let limit: Duration
    private var ended = -1
    private var since = ContinuousClock.now
    private var isTold = false

    init(limit: Duration) {
        self.limit = limit
    }

    /// Whether the study, with so many trials ended, has just come to a stall.
    mutating func isDue(ended: Int) -> Bool {
        if ended != self.ended {
            self.ended = ended
            since = .now
            isTold = false
            return false
        }
        guard !isTold, since.duration(to: .now) > limit else { return false }
        isTold = true
        return true
    }
}
