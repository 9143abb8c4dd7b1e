import TunedEngine
import TunedRecords
import TunedSpace

/// Reads a study's log page by page and holds every event, and then the state table, against what is derived again.
struct StudyVerification {
    struct Findings {
        var events = 0
        var suggestions = 0
        var values = 0
        /// Of the study's pruner.
        var decisions = 0
        /// In words, where the log was written on another CPU or mathematics library.
        var environmentDifference: String?
    }

    private let study: String
    private let client: DaemonClient
    private let trials: Int
    private var display = VerificationProgress()
    private var findings = Findings()
    private var audit: SuggestionAudit?
    private var last: EventSequence = 0

    /// Events that are asked for at once.
    private static let page = 20_000

    init(study: String, client: DaemonClient, trials: Int) {
        self.study = study
        self.client = client
        self.trials = trials
    }

    mutating func run() async throws(CommandError) -> Findings {
        try await readLog()
        guard let audit else {
            throw CommandError(
                .verification, code: "order", "the log of \(study) does not begin with the study's declaration")
        }
        let ahead = try await rowsAhead(of: audit)
        if !ahead.isEmpty {
            // The study runs: these trials ended after the log was read, so the rest of it must say so.
            try await readLog()
            for row in ahead { try check(row, audit: self.audit ?? audit) }
        }
        display.end()
        findings.suggestions = self.audit?.suggestions ?? 0
        findings.values = self.audit?.values ?? 0
        findings.decisions = self.audit?.decisions ?? 0
        findings.environmentDifference = self.audit?.environmentDifference
        return findings
    }

    /// Takes the events that have come since the last call.
    private mutating func readLog() async throws(CommandError) {
        while true {
            let events = try await page(after: last)
            guard let newest = events.last else { return }
            for event in events {
                if case .studyCreated(_, let text) = event.payload, audit == nil {
                    let declaration = try declaration(text)
                    audit = try audit(of: declaration)
                }
                do { try audit?.check(event) } catch { throw failed(error) }
                display.show(study, audit?.trials ?? 0, of: trials)
            }
            findings.events += events.count
            last = newest.sequence
        }
    }

    private func page(after last: EventSequence) async throws(CommandError) -> [Event] {
        let query = Route.query(["after": String(last), "limit": String(Self.page)])
        let bytes = try await client.bytes(Route.study(study) + "/log" + query)
        do {
            let (events, consumed) = try EventFrame.decode(bytes[...])
            guard consumed == bytes.count else { throw BinaryCodingError.truncated(offset: consumed) }
            return events
        } catch {
            throw CommandError(
                .verification, code: "damaged", "the log of \(study) after event \(last) cannot be read",
                underlying: "\(error)")
        }
    }

    private func declaration(_ text: String) throws(CommandError) -> StudyDeclaration {
        do { return try StudyDeclaration(parsing: text) } catch {
            throw CommandError(
                .verification, code: "damaged",
                "the declaration of \(study) in its log cannot be read: \(error.message)")
        }
    }

    private func audit(of declaration: StudyDeclaration) throws(CommandError) -> SuggestionAudit {
        let facts = HostFacts(daemonVersion: Version.current)
        do { return try SuggestionAudit(declaration: declaration, numericEnvironment: facts.numericEnvironment) } catch
        {
            throw CommandError(.verification, code: "revision", error.message)
        }
    }

    /// A row of the state table.
    private struct Row {
        var number: Int
        var state: TrialState
        var values: [Double]
        var constraints: [String: Double]
        var configuration: JSONValue
    }

    /// Holds the rows of the trials that the log knows against it, and returns those that have ended since it was read.
    private func rowsAhead(of audit: SuggestionAudit) async throws(CommandError) -> [Row] {
        var ahead: [Row] = []
        var offset = 0
        while offset < audit.trials {
            let query = Route.query(["limit": "5000", "offset": String(offset), "sort": "number"])
            let rows = try await client.get(Route.study(study) + "/trials" + query)["trials"]?.arrayValue ?? []
            if rows.isEmpty { break }
            for json in rows {
                guard let number = json["number"]?.integerValue, number < audit.trials,
                    let state = json["state"]?.stringValue.flatMap(TrialState.init(name:))
                else { continue }
                let row = Row(
                    number: Int(number), state: state, values: json["values"]?.arrayValue?.compactMap(\.doubleValue) ?? [],
                    constraints: (json["constraints"]?.objectValue ?? [:]).compactMapValues(\.doubleValue),
                    configuration: json["configuration"] ?? .object([:]))
                if state != .running && !audit.knowsEnd(of: row.number) {
                    ahead.append(row)
                } else {
                    try check(row, audit: audit)
                }
            }
            offset += rows.count
        }
        return ahead
    }

    private func check(_ row: Row, audit: SuggestionAudit) throws(CommandError) {
        let configuration: Configuration
        do {
            // A trial that the log does not have is for the audit to find.
            configuration = try audit.space(of: row.number)?.configuration(from: row.configuration.objectValue ?? [:]) ?? Configuration([])
        } catch {
            throw CommandError(
                .verification, code: "state",
                "trial \(row.number): the state table's configuration is none of the space: \(error.message)")
        }
        do {
            try audit.check(
                row: row.number, state: row.state, values: row.values, constraints: row.constraints, configuration: configuration)
        } catch {
            throw failed(error)
        }
    }

    private func failed(_ error: AuditError) -> CommandError {
        display.end()
        return CommandError(
            .verification, code: error.code.rawValue, "\(study) is not what its log explains. \(error.message)",
            path: error.trial.map { "trials[\($0)]" })
    }
}
