import Glibc
package import TunedEngine
import TunedPlots
package import TunedRecords
package import TunedSpace

/// What a study set out to find, how, and what it found: the tuning process, documented for a paper or a lab notebook.
package struct StudyReport: Sendable {
    /// Trials that are listed at most.
    package static let listed = 10

    let row: StudyRow
    let declaration: StudyDeclaration
    let log: StudyLog
    /// As `GET /v1/studies/{slug}` shows it.
    let study: JSONValue
    let winner: JSONValue?
    /// The best complete trials, best first.
    let best: [TrialRow]
    /// Of the best trial.
    let attempts: [AttemptRow]
    /// As it is loaded now; nil where it is not.
    let plugin: LoadedPlugin?
    let version: String
    let pictures: StudyPictures
    let rows: [TrialRow]

    package init(
        row: StudyRow, declaration: StudyDeclaration, rows: [TrialRow], log: StudyLog, study: JSONValue, winner: JSONValue?, best: [TrialRow],
        attempts: [AttemptRow], plugin: LoadedPlugin?, version: String
    ) {
        self.row = row
        self.declaration = declaration
        self.log = log
        self.study = study
        self.winner = winner
        self.best = best
        self.attempts = attempts
        self.plugin = plugin
        self.version = version
        pictures = StudyPictures(slug: row.slug, declaration: declaration, rows: rows, curves: log.curves, budgets: log.budgets)
        self.rows = pictures.rows
    }

    package var document: ReportDocument {
        let title = declaration.specification.title
        var document = ReportDocument(title: title.isEmpty ? "Study \(row.slug)" : title)
        document.paragraph(summary)
        question(&document)
        results(&document)
        space(&document)
        method(&document)
        failures(&document)
        environment(&document)
        testSet(&document)
        reproduction(&document)
        return document
    }

    private var summary: String {
        var sentences = ["Study \(row.slug): \(NumberText.count(row.counts.total, "trial")), \(row.state.name)\(row.reason.isEmpty ? "" : " (\(row.reason))")."]
        if let objective = declaration.objectives.first, let corrected = winner?["corrected"]?.doubleValue, let deviation = winner?["deviation"]?.doubleValue {
            let count = winner?["replicates"]?.integerValue ?? 1
            let trial = winner?["trial"]?.integerValue.map { "trial \($0), " } ?? ""
            let times = count == 1 ? "once" : "\(count) times"
            let value = "\(Self.number(corrected)) ± \(NumberText.significant(deviation, 2))"
            sentences.append("Best \(objective.name): \(value) (\(trial)measured \(times), corrected for having been selected).")
        } else if let trial = best.first, declaration.objectives.count == 1, let objective = declaration.objectives.first, let value = trial.values.first {
            sentences.append("Best \(objective.name): \(Self.number(value)) (trial \(trial.number)).")
        } else if declaration.objectives.count > 1 {
            sentences.append("\(NumberText.count(front.count, "trial")) on the front of \(declaration.objectives.map(\.name).joined(separator: " and ")).")
        } else {
            sentences.append("No trial is complete.")
        }
        if final == nil { sentences.append("The test set has not been used.") }
        sentences.append("As of \(Self.time(row.changedAt)).")
        return sentences.joined(separator: " ")
    }

    var front: [Int] { StudyAnalysis.front(of: declaration, rows) }

    /// What finalizing the study came to; nil before.
    var final: JSONValue? { study["final"].flatMap { $0 == .null ? nil : $0 } }

    static func number(_ value: Double) -> String { NumberText.significant(value, 6) }

    /// ISO 8601, in UTC.
    static func time(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `2 h 14 min`, `3 min 5 s`, `1.2 s`.
    static func duration(milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        switch seconds {
        case ..<10: return "\(NumberText.significant(Double(milliseconds) / 1000, 2)) s"
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
        default: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        }
    }

    /// The configuration as a person types it.
    func text(of trial: TrialRow) -> [(name: String, value: String)] {
        declaration.space(at: trial.askedAfter).json(trial.configuration).map { ($0.name, Self.text($0.value)) }
    }

    /// A value without the quotes and brackets of JSON.
    static func text(_ value: JSONValue) -> String {
        if case .array(let items) = value { return items.map(text).joined(separator: ", ") }
        return value.stringValue ?? value.text()
    }
}
