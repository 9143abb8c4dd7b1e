package import TunedRecords
import TunedSpace

/// What a study's log says beyond its tables; read once from its beginning.
package struct StudyLog: Sendable {
    package struct Environment: Sendable {
        package var sequence: EventSequence
        package var record: EnvironmentRecord
        /// Attempts that ran in it.
        package var attempts = 0
    }

    package private(set) var adoptions: [SamplerAdoption] = []
    package private(set) var switches: [(time: Int64, method: String, reason: String)] = []
    package private(set) var environments: [Environment] = []
    package private(set) var notes: [(time: Int64, text: String)] = []
    package private(set) var curves = ReportedCurves()
    package private(set) var budgets = BudgetHistory()
    /// Time of its last event.
    package private(set) var until: Int64 = 0

    /// Remarks that are kept; a study that warns of each trial says the same again and again.
    private static let noteLimit = 50

    package init() {}

    package mutating func take(_ event: Event) {
        until = event.time
        budgets.take(event.payload)
        switch event.payload {
        case .samplerAdopted(let adoption): if adoptions.last != adoption { adoptions.append(adoption) }
        case .samplerSwitched(let method, let reason): switches.append((event.time, method, reason))
        case .environmentSeen(let text):
            guard let json = try? JSONValue(parsing: text), let record = EnvironmentRecord(json: json) else { return }
            environments.append(Environment(sequence: event.sequence, record: record))
        case .attemptStarted(let started): count(1, in: started.environment)
        case .batchRun(let batch): count(batch.payloads.count { if case .attemptStarted = $0 { true } else { false } }, in: batch.environment)
        case .reported(let trial, let run, let report) where run.purpose == .search: curves.add(report, trial: trial, fold: run.fold)
        case .noted(let text): if notes.count < Self.noteLimit, !notes.contains(where: { $0.text == text }) { notes.append((event.time, text)) }
        default: break
        }
    }

    private mutating func count(_ attempts: Int, in environment: EventSequence) {
        guard let place = environments.lastIndex(where: { $0.sequence == environment }) else { return }
        environments[place].attempts += attempts
    }
}
