import TunedPlugins
import TunedRecords
import TunedSpace
import TunedWire
import TunedWorkers

/// The report of `tuned check`, for a person and for programs.
enum CheckText {
    private static let detailLength = 160

    static func text(
        _ report: CheckReport, _ plugin: StoredPlugin, path: String, inFull: Bool, terminal: Terminal
    ) -> String {
        var text = ""
        if let description = report.plugin {
            text += """
                \(description.id) \(description.version) (\(plugin.image.hash.prefix(12))), seed \(report.seed)\n
                """.printableLines
        } else {
            text += "\(plugin.source) (\(plugin.image.hash.prefix(12))), seed \(report.seed)\n".printableLines
        }
        for warning in plugin.warnings { text += "warning: \(warning.printable)\n" }
        text += "\n" + table(report, terminal)
        for found in distinct(report) { text += "\n" + self.text(of: found, inFull: inFull, terminal) }
        return text + "\n" + verdict(report, path: path)
    }

    // MARK: Parts

    private static func table(_ report: CheckReport, _ terminal: Terminal) -> String {
        let hasSeveral = report.trainables.count > 1
        var columns: [TextTable.Column] = [.init("TEST"), .init("RESULT"), .init("TIME", .right), .init("WHAT")]
        if hasSeveral { columns.insert(.init("TRAINABLE"), at: 1) }
        var table = TextTable(columns)
        for result in report.results {
            // With many trainables what was not tested would hide what was.
            if hasSeveral, isUntested(result) { continue }
            var cells = [result.test.id, word(result.status), time(result), note(result)]
            if hasSeveral { cells.insert(result.trainable ?? "", at: 1) }
            table.add(cells)
        }
        return table.text(width: terminal.width, unicode: terminal.usesUnicode)
    }

    private static func isUntested(_ result: CheckResult) -> Bool {
        switch result.status {
        case .notApplicable, .skipped: true
        case .passed, .warned, .failed: false
        }
    }

    private static func word(_ status: CheckResult.Status) -> String {
        switch status {
        case .passed: "passed"
        case .warned: "warning"
        case .failed: "ERROR"
        case .notApplicable: "n/a"
        case .skipped: "skipped"
        }
    }

    private static func time(_ result: CheckResult) -> String {
        if case .skipped = result.status { return "" }
        return Formatting.duration(result.seconds)
    }

    private static func note(_ result: CheckResult) -> String {
        switch result.status {
        case .notApplicable(let reason), .skipped(let reason): return reason
        case .passed, .warned: return result.summary.isEmpty ? result.test.purpose : result.summary
        case .failed:
            var names: [String] = []
            for finding in result.findings where finding.severity == .error && !names.contains(finding.name) { names.append(finding.name) }
            return names.joined(separator: ", ")
        }
    }

    /// A finding, and where else the same came.
    private struct Found {
        var finding: CheckFinding
        var trainable: String?
        /// Tests of the same trainable.
        var tests: [String] = []
        var trainables: [String] = []

        func isSame(as other: Found) -> Bool {
            finding.name == other.finding.name && finding.severity == other.finding.severity
                && finding.advice == other.finding.advice
        }

        mutating func add(_ other: Found) {
            if let name = other.trainable, name != trainable {
                if !trainables.contains(name) { trainables.append(name) }
            } else if !tests.contains(other.finding.test), other.finding.test != finding.test {
                tests.append(other.finding.test)
            }
        }
    }

    /// The worst first; within one severity in the order of the tests. What several tests found is told once.
    private static func distinct(_ report: CheckReport) -> [Found] {
        var distinct: [Found] = []
        for result in report.results {
            for finding in result.findings {
                let found = Found(finding: finding, trainable: result.trainable)
                if let index = distinct.firstIndex(where: { $0.isSame(as: found) }) {
                    distinct[index].add(found)
                } else {
                    distinct.append(found)
                }
            }
        }
        return CheckFinding.Severity.allCases.reversed().flatMap { severity in distinct.filter { $0.finding.severity == severity } }
    }

    private static func text(of found: Found, inFull: Bool, _ terminal: Terminal) -> String {
        let finding = found.finding
        let word = finding.severity == .error ? terminal.red("error") : terminal.bold(finding.severity.word)
        var text = "\(word): \(finding.test) \(finding.name)\(found.trainable.map { " (\($0))" } ?? "")\n"
        text += "  \(finding.message.printable)\n"
        if !found.tests.isEmpty { text += "  the same in \(found.tests.joined(separator: ", "))\n" }
        if !found.trainables.isEmpty { text += "  the same of \(found.trainables.joined(separator: ", "))\n".printableLines }
        if !finding.detail.isEmpty {
            if inFull {
                for line in finding.detail.split(separator: "\n") { text += "  | \(String(line).printable)\n" }
            } else {
                text += "  | \(finding.detail.printable.cut(to: detailLength, unicode: terminal.usesUnicode))\n"
            }
        }
        return text + "  -> \(finding.advice.printable)\n"
    }

    private static func verdict(_ report: CheckReport, path: String) -> String {
        var text = ""
        for id in report.trainables {
            let isWarned = report.results.contains { ($0.trainable ?? id) == id && $0.status == .warned }
            let outcome = !report.passed(id) ? "failed" : isWarned ? "passed with warnings" : "passed"
            text += "\(id): \(outcome)"
            if report.isComplete {
                text += report.unfit(id).map { "; not fit for isolation: inprocess: \($0)" } ?? "; fit for isolation: inprocess"
            }
            text += "\n"
        }
        let counts = CheckFinding.Severity.allCases.reversed().map { Formatting.count(report.count($0), $0.word) }
        text += counts.joined(separator: ", ") + "\n"
        if !report.findings.isEmpty { text += "The same again, in full: tuned check \(path) --reproduce \(report.seed)\n" }
        return text.printableLines
    }

    // MARK: The list

    static func list(width: Int?) -> String {
        var table = TextTable([.init("TEST"), .init("MAKES SURE THAT")])
        for test in CheckTest.all { table.add([test.id, test.purpose]) }
        return table.text(width: width)
    }

    static var listJSON: JSONValue {
        .array(
            CheckTest.all.map { test in
                .object([
                    "test": .string(test.id), "group": .string(test.group.rawValue), "purpose": .string(test.purpose),
                    "once_a_plugin": .boolean(test.isOfPlugin),
                ])
            })
    }

    // MARK: JSON

    static func json(_ report: CheckReport, _ plugin: StoredPlugin) -> JSONValue {
        var fields: [String: JSONValue] = [
            "path": .string(plugin.source), "hash": .string(plugin.image.hash), "seed": .integer(Int64(clamping: report.seed)),
            "complete": .boolean(report.isComplete), "errors": .integer(Int64(report.count(.error))),
            "warnings": .integer(Int64(report.count(.warning))), "notes": .integer(Int64(report.count(.note))),
            "trainables": .object(
                Dictionary(report.trainables.map { ($0, trainable($0, report)) }) { first, _ in first }),
            "tests": .array(report.results.map(json)),
        ]
        fields["plugin"] = report.plugin.map { .object(["id": .string($0.id), "version": .string($0.version)]) } ?? .null
        if !plugin.warnings.isEmpty { fields["file_warnings"] = .array(plugin.warnings.map(JSONValue.string)) }
        return .object(fields)
    }

    private static func trainable(_ id: String, _ report: CheckReport) -> JSONValue {
        var fields: [String: JSONValue] = ["passed": .boolean(report.passed(id))]
        if report.isComplete {
            let reason = report.unfit(id)
            fields["fit_for_inprocess"] = .boolean(reason == nil)
            fields["unfit_because"] = reason.map(JSONValue.string)
        }
        return .object(fields)
    }

    private static func json(_ result: CheckResult) -> JSONValue {
        var fields: [String: JSONValue] = [
            "test": .string(result.test.id), "status": .string(status(result.status)), "seconds": .number(result.seconds),
            "findings": .array(result.findings.map(\.json)),
        ]
        fields["trainable"] = result.trainable.map(JSONValue.string)
        if !result.summary.isEmpty { fields["summary"] = .string(result.summary) }
        switch result.status {
        case .notApplicable(let reason), .skipped(let reason): fields["reason"] = .string(reason)
        case .passed, .warned, .failed: break
        }
        return .object(fields)
    }

    private static func status(_ status: CheckResult.Status) -> String {
        switch status {
        case .passed: "passed"
        case .warned: "warning"
        case .failed: "error"
        case .notApplicable: "not-applicable"
        case .skipped: "skipped"
        }
    }
}

extension String {
    /// Printable, with its line ends.
    fileprivate var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }
}
