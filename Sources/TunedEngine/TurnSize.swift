/// How many trials a slot of a study that runs in process is given at once: as many as keep it busy for a moment that no
/// person notices, so that what it costs to give and take is shared by them.
struct TurnSize {
    /// Seconds that asking for the trials of a turn and running them should take.
    private static let aim = 0.002
    /// A size is tried before a larger one is: trials may be slower than those before.
    private static let growth = 4

    /// Trials of the next turn, where nothing else limits them.
    private(set) var trials = 1

    /// Takes note of how long a turn took.
    mutating func note(_ count: Int, seconds: Double, limit: Int) {
        guard count > 0 else { return }
        let fitting = seconds > 0 ? Int(min(Self.aim / seconds * Double(count), Double(limit))) : limit
        trials = max(1, min(fitting, Self.growth * max(count, trials), limit))
    }

    /// How many trials may be asked for before one of them has ended.
    ///
    /// A sampler that learns from results is asked ahead by no more than a quarter of what it has learnt from: the more it
    /// knows, the less a few more results would change.
    static func foresight(learns: Bool, ended: Int) -> Int { learns ? 1 + ended / 4 : .max }
}
