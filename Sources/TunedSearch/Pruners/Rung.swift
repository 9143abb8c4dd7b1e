/// The trials that have reached one budget, by their losses there, and which of them have gone on.
///
/// Of one objective they are ordered by loss, equal ones by their number. Of several: by the number of trials that dominate each, and
/// within the rank that does not fit whole by crowding distance (``ParetoRanking``).
struct Rung: Sendable {
    private struct Place: Comparable, Sendable {
        var loss: Double
        var trial: Int

        static func < (a: Place, b: Place) -> Bool { a.loss != b.loss ? a.loss < b.loss : a.trial < b.trial }
    }

    private let objectives: Int
    /// Only looked up, never iterated.
    private var losses: [Int: [Double]] = [:]
    private var gone: Set<Int> = []
    /// Of one objective: all, and those that have not gone on.
    private var all = OrderedList<Place>()
    private var waiting = OrderedList<Place>()
    /// Of several.
    private var front = ParetoRanking()

    init(objectives: Int) { self.objectives = objectives }

    var count: Int { losses.count }

    /// A trial that comes again counts with its new losses.
    mutating func insert(_ trial: Int, _ losses: [Double]) {
        remove(trial)
        self.losses[trial] = losses
        if objectives == 1 {
            let place = Place(loss: losses[0], trial: trial)
            all.insert(place)
            if !gone.contains(trial) { waiting.insert(place) }
        } else {
            front.insert(trial, losses)
        }
    }

    mutating func remove(_ trial: Int) {
        guard let losses = losses.removeValue(forKey: trial) else { return }
        if objectives == 1 {
            let place = Place(loss: losses[0], trial: trial)
            all.remove(place)
            if !gone.contains(trial) { waiting.remove(place) }
        } else {
            front.remove(trial)
        }
    }

    /// A trial runs beyond this rung, also one that never stood at it.
    mutating func goOn(_ trial: Int) {
        guard gone.insert(trial).inserted, objectives == 1, let losses = losses[trial] else { return }
        waiting.remove(Place(loss: losses[0], trial: trial))
    }

    /// The first of the best so many that has not gone on. A trial whose loss is not finite never does.
    func firstWaiting(amongBest limit: Int) -> Int? {
        guard limit > 0 else { return nil }
        if objectives == 1 {
            guard let place = waiting.first, place.loss.isFinite, all.count(below: place) < limit else { return nil }
            return place.trial
        }
        return front.best(limit).first { !gone.contains($0) && losses[$0]?.allSatisfy(\.isFinite) == true }
    }

    func isAmong(best limit: Int, _ trial: Int) -> Bool {
        guard let losses = losses[trial] else { return false }
        if objectives == 1 { return all.count(below: Place(loss: losses[0], trial: trial)) < limit }
        return limit >= count || front.isAmong(best: limit, trial)
    }
}
