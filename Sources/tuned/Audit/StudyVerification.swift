import TunedEngine
import TunedRecords
import TunedSpace

/// Reads a study's log page by page and holds every event, and then the state table, against what is derived again.
struct StudyVerification {
    struct Findings {
        var events = 0
        var suggestions = 0
        var values = 0
        /// In words, where the log was written on another CPU or mathematics library.
        var environmentDifference: String?
    }

    private let study: String
    private let client: DaemonClient
    private let trials: Int
    private var display = VerificationProgress()

    /// Events that are asked for at once.
    private static let page = 20_000

    init(study: String, client: DaemonClient, trials: Int) {
        self.study = study
        self.client = client
        self.trials = trials
    }

    mutating func run() async throws(CommandError) -> Findings {
        var findings = Findings()
        var audit: SuggestionAudit?
        var space: SearchSpace?
        var last: EventSequence = 0
        while true {
            let events = try await page(after: last)
            guard let newest = events.last else { break }
            for event in events {
                if case .studyCreated(_, let text) = event.payload, audit == nil {
                    let declaration = try declaration(text)
                    space = declaration.space
                    audit = try self.audit(declaration)
                }
                do { try audit?.check(event) } catch { throw failed(error) }
                display.show(study, audit?.trials ?? 0, of: trials)
            }
            findings.events += events.count
            last = newest.sequence
        }
        display.end()
        guard var audit, let space else {
            throw CommandError(
                .verification, code: "order", "the log of \(study) does not begin with the study's declaration")
        }
        try await checkRows(&audit, space: space)
        findings.suggestions = audit.suggestions
        findings.values = audit.values
        findings.environmentDifference = audit.environmentDifference
        return findings
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

    private func audit(_ declaration: StudyDeclaration) throws(CommandError) -> SuggestionAudit {
        let facts = HostFacts(daemonVersion: Version.current)
        do { return try SuggestionAudit(declaration: declaration, numericEnvironment: facts.numericEnvironment) } catch
        {
            throw CommandError(.verification, code: "revision", error.message)
        }
    }

    /// The rows are read after the log, so a study that runs meanwhile has rows that this log does not know: those are left.
    private func checkRows(_ audit: inout SuggestionAudit, space: SearchSpace) async throws(CommandError) {
        let known = audit.trials
        var offset = 0
        while offset < known {
            let query = Route.query(["limit": "5000", "offset": String(offset), "sort": "number"])
            let rows = try await client.get(Route.study(study) + "/trials" + query)["trials"]?.arrayValue ?? []
            if rows.isEmpty { break }
            for row in rows {
                guard let number = row["number"]?.integerValue, number < known,
                    let state = row["state"]?.stringValue.flatMap(TrialState.init(name:))
                else { continue }
                try check(row, Int(number), state, audit, space)
            }
            offset += rows.count
        }
    }

    private func check(
        _ row: JSONValue, _ number: Int, _ state: TrialState, _ audit: SuggestionAudit, _ space: SearchSpace
    ) throws(CommandError) {
        let configuration: Configuration
        do {
            configuration = try space.configuration(from: row["configuration"]?.objectValue ?? [:])
        } catch {
            throw CommandError(
                .verification, code: "state",
                "trial \(number): the state table's configuration is none of the space: \(error.message)")
        }
        let values = row["values"]?.arrayValue?.compactMap(\.doubleValue) ?? []
        do { try audit.check(row: number, state: state, values: values, configuration: configuration) } catch {
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
