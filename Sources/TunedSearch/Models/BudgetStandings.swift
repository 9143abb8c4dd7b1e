import TunedSpace

/// The trials that have a value at one budget, in their order there.
struct BudgetStandings: Sendable {
    struct Entry: Sendable {
        let trial: Int
        let configuration: Configuration
        var merit: Merit
        /// How many are better: of a single objective its rank.
        var place = 0
    }

    private(set) var entries: [Entry] = []

    /// A trial has a value here, or another one than it had.
    mutating func stand(_ trial: Int, _ configuration: Configuration, _ merit: Merit) {
        if let index = entries.firstIndex(where: { $0.trial == trial }) {
            entries[index].merit = merit
            return rank()
        }
        var entry = Entry(trial: trial, configuration: configuration, merit: merit)
        for index in entries.indices {
            switch entries[index].merit.compared(to: merit) {
            case .better: entry.place += 1
            case .worse: entries[index].place += 1
            case .equal, .incomparable: break
            }
        }
        entries.append(entry)
    }

    /// Takes the units of broken constraints anew.
    mutating func measure(by scale: ViolationScale) {
        for index in entries.indices { entries[index].merit.measure(by: scale) }
        rank()
    }

    private mutating func rank() {
        for (index, place) in Merit.places(entries.map(\.merit)).enumerated() { entries[index].place = place }
    }

    /// The best first; of equal ones the earlier.
    func best(_ count: Int) -> [Entry] {
        let order = entries.indices.sorted { (entries[$0].place, $0) < (entries[$1].place, $1) }
        return order.prefix(max(count, 0)).map { entries[$0] }
    }
}
