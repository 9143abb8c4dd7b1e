import GRDB
import TunedRecords

/// Reads trials from batches and from rows together, and no more batches than an answer needs: those that an offset passes
/// over, or whose values are all worse than what was found, stay packed.
struct PackedTrialReader {
    /// A trial that has a row of its own.
    struct Own {
        var place: TrialOrder.Place
        /// Whether it is in one of the states that are asked for.
        var isWanted: Bool
    }
    /// A trial that was found, and the batch that it lies in; nil: it has a row.
    private struct Found {
        var place: TrialOrder.Place
        var batch: Int?
    }

    private let database: Database
    private let study: StudyID
    private let query: TrialQuery
    private let order: TrialOrder
    private let entries: [BatchEntry]
    private let own: [Own]
    private let overridden: Set<Int>
    private var loaded: [Int: StoredBatch] = [:]

    /// - Parameters:
    ///   - entries: in the order of their numbers.
    ///   - own: all trials of the study that have rows, in that order too.
    init(_ database: Database, _ study: StudyID, _ query: TrialQuery, _ entries: [BatchEntry], own: [Own]) {
        self.database = database
        self.study = study
        self.query = query
        self.entries = entries
        self.own = own
        order = TrialOrder(query)
        var overridden: Set<Int> = []
        var batch = 0
        for trial in own {
            while batch < entries.count, entries[batch].trials.upperBound <= trial.place.number { batch += 1 }
            if batch < entries.count, entries[batch].trials.contains(trial.place.number) { overridden.insert(trial.place.number) }
        }
        self.overridden = overridden
    }

    mutating func trials() throws -> [TrialRow] {
        query.order == .number ? try byNumber() : try byKey()
    }

    // MARK: In the order of numbers

    /// What comes next in the order of numbers: a trial of its own, or a batch.
    private enum Segment {
        case own(Own)
        case batch(Int)
    }

    private mutating func byNumber() throws -> [TrialRow] {
        var skip = query.offset
        var rows: [TrialRow] = []
        for segment in segments() where query.limit.map({ rows.count < $0 }) ?? true {
            switch segment {
            case .own(let trial):
                guard trial.isWanted else { continue }
                if skip > 0 { skip -= 1 } else { rows.append(contentsOf: try row(trial.place.number)) }
            case .batch(let index):
                let matching = wanted(in: entries[index])
                if let matching, matching <= skip {
                    skip -= matching
                    continue
                }
                let found = try find(in: index)
                let passed = min(skip, found.count)
                skip -= passed
                let left = query.limit.map { $0 - rows.count } ?? found.count
                for trial in (query.descending ? found.reversed() : found).dropFirst(passed).prefix(left) {
                    rows.append(contentsOf: try row(of: trial))
                }
                loaded[index] = nil
            }
        }
        return rows
    }

    private func segments() -> [Segment] {
        var segments: [Segment] = []
        var singles = own.filter { !overridden.contains($0.place.number) }[...]
        for (index, entry) in entries.enumerated() {
            while let single = singles.first, single.place.number < entry.first {
                segments.append(.own(single))
                singles.removeFirst()
            }
            segments.append(.batch(index))
        }
        segments += singles.map(Segment.own)
        return query.descending ? segments.reversed() : segments
    }

    /// How many trials of a batch are in the states that are asked for; nil where only a look at them tells.
    private func wanted(in entry: BatchEntry) -> Int? {
        if !overridden.isEmpty, entry.trials.contains(where: overridden.contains) { return nil }
        guard let states = query.states else { return entry.count }
        return states.reduce(0) { $0 + entry.counts[$1] }
    }

    // MARK: In the order of keys

    private mutating func byKey() throws -> [TrialRow] {
        let needed = query.limit.map { $0 + query.offset }
        var found = own.filter { $0.isWanted && !overridden.contains($0.place.number) }.map { Found(place: $0.place) }
        for index in promisingFirst() {
            if let needed, found.count >= max(2 * needed, 1000) { keepBest(needed, of: &found) }
            if let needed, found.count >= needed, try isHopeless(index, beside: &found, needed) { break }
            found += try find(in: index)
            if loaded.count > 64 { loaded = [:] }
        }
        found.sort { order.puts($0.place, before: $1.place) }
        return try found.dropFirst(query.offset).prefix(query.limit ?? found.count).flatMap { try row(of: $0) }
    }

    /// Batches whose best value is best come first, where that is known.
    private func promisingFirst() -> [Int] {
        guard query.order == .value(objective: 0) else { return Array(entries.indices) }
        return entries.indices.sorted { left, right in
            order.puts(
                TrialOrder.Place(key: bound(entries[left]), number: left),
                before: TrialOrder.Place(key: bound(entries[right]), number: right))
        }
    }

    private func bound(_ entry: BatchEntry) -> Double? { query.descending ? entry.highest : entry.lowest }

    /// Whether no trial of this batch, and so of none that follows, can be among the wanted ones.
    private func isHopeless(_ index: Int, beside found: inout [Found], _ needed: Int) throws -> Bool {
        guard query.order == .value(objective: 0), overridden.isEmpty else { return false }
        keepBest(needed, of: &found)
        guard let worst = found.last?.place.key else { return false }
        return bound(entries[index]).map { order.isBetter(worst, than: $0) } ?? true
    }

    private func keepBest(_ count: Int, of found: inout [Found]) {
        found.sort { order.puts($0.place, before: $1.place) }
        found.removeLast(max(0, found.count - count))
    }

    // MARK: Trials of a batch

    /// The trials of a batch that are asked for, in the order of their numbers.
    private mutating func find(in index: Int) throws -> [Found] {
        let stored = try load(index)
        var found: [Found] = []
        found.reserveCapacity(stored.batch.count)
        for trial in stored.batch.trials {
            if overridden.contains(trial) {
                let own = own.first { $0.place.number == trial }
                if let own, own.isWanted { found.append(Found(place: own.place)) }
            } else if query.includes(rawState: (stored.batch.exception(trial)?.end.state ?? .complete).rawValue) {
                found.append(Found(place: order.place(of: trial, in: stored), batch: index))
            }
        }
        return found
    }

    private mutating func load(_ index: Int) throws -> StoredBatch {
        if let known = loaded[index] { return known }
        let stored = try BatchReader(database).load(entries[index], of: study)
        loaded[index] = stored
        return stored
    }

    private mutating func row(of trial: Found) throws -> [TrialRow] {
        guard let index = trial.batch else { return try row(trial.place.number) }
        let stored = try load(index)
        return [stored.batch.row(trial.place.number, by: stored.event, at: stored.time)]
    }

    private func row(_ number: Int) throws -> [TrialRow] {
        guard let key = TrialKey(study: study, number: number) else { return [] }
        let statement = try PreparedStatement(cachedBy: database, "SELECT \(TrialColumns.list) FROM trials WHERE id = ?")
        try statement.bind(1, key.row)
        return try statement.firstRow { row in Result { try TrialColumns.row(row) } }.map { [try $0.get()] } ?? []
    }
}
