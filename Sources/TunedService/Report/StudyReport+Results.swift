import Glibc
import TunedPlots
import TunedRecords
import TunedSpace

extension StudyReport {
    /// The best, and how sure it is.
    func results(_ document: inout ReportDocument) {
        document.heading("Results")
        guard let trial = best.first else {
            document.paragraph(rows.isEmpty ? "No trial has been run." : "No trial is complete, so there is no result; see the failures below.")
            return
        }
        if declaration.objectives.count > 1 { several(&document) } else { one(trial, &document) }
        document.picture(.history, of: pictures)
        if declaration.objectives.count > 1 { document.picture(.pareto, of: pictures) }
        if !log.curves.isEmpty { document.picture(.intermediate, of: pictures) }
        if !log.budgets.isEmpty { for kind in [PictureKind.rungs, .lineage] { document.picture(kind, of: pictures) } }
    }

    private func one(_ trial: TrialRow, _ document: inout ReportDocument) {
        guard let objective = declaration.objectives.first, let value = trial.values.first else { return }
        let leader = winner?["trial"]?.integerValue.flatMap { number in rows.first { $0.number == Int(number) } }
        if let leader, leader.number != trial.number {
            document.paragraph(
                "Trial \(trial.number) has the best single value, \(objective.name) \(Self.number(value)); but measured more often, the configuration of trial \(leader.number) leads:")
            document.facts(text(of: leader).map { ($0.name, $0.value) })
        } else {
            document.paragraph("Trial \(trial.number) is the best: \(objective.name) \(Self.number(value)).")
            document.facts(text(of: trial).map { ($0.name, $0.value) })
        }
        let uncertainty = [folds(of: trial, objective), winnerText(objective), selection].compactMap { $0 }
        document.list(uncertainty)
        if best.count > 1 { leaders(best, &document, "The leading trials:") }
    }

    private func several(_ document: inout ReportDocument) {
        let front = front
        let trials = rows.filter { front.contains($0.number) }.sorted { ($0.values.first ?? 0, $0.number) < ($1.values.first ?? 0, $1.number) }
        let listed = Array(trials.prefix(2 * Self.listed))
        leaders(
            listed, &document,
            "No trial beats these in every objective\(listed.count < trials.count ? "; the first \(listed.count) of \(trials.count) by \(declaration.objectives[0].name)" : ""):")
    }

    private func leaders(_ trials: [TrialRow], _ document: inout ReportDocument, _ caption: String) {
        document.paragraph(caption)
        let objectives = declaration.objectives
        document.table(
            ["trial"] + objectives.map(\.name) + ["configuration"],
            trials.map { trial in
                [String(trial.number)] + objectives.indices.map { trial.values.indices.contains($0) ? Self.number(trial.values[$0]) : "" }
                    + [text(of: trial).map { "\($0.name) \(Double($0.value).map(Self.number) ?? $0.value)" }.joined(separator: ", ")]
            }, numbers: Set(0...objectives.count))
    }

    /// The spread over the folds.
    private func folds(of trial: TrialRow, _ objective: Objective) -> String? {
        var values: [Int: Double] = [:]
        for attempt in attempts where attempt.started.run.purpose == .search {
            guard case .succeeded(let metrics, _)? = attempt.outcome, metrics.indices.contains(objective.metric), metrics[objective.metric].isFinite else { continue }
            values[attempt.started.run.fold] = metrics[objective.metric]
        }
        guard values.count > 1 else { return nil }
        let folds = values.keys.sorted().compactMap { values[$0] }
        let mean = folds.reduce(0, +) / Double(folds.count)
        let deviation = (folds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(folds.count - 1)).squareRoot()
        return "The \(folds.count) folds of trial \(best.first?.number ?? 0): \(folds.map(Self.number).joined(separator: ", ")); mean \(Self.number(mean)), standard deviation \(NumberText.significant(deviation, 3)), "
            + "standard error \(NumberText.significant(deviation / Double(folds.count).squareRoot(), 3)). Folds share training rows, so the true error of the mean is rather larger."
    }

    private func winnerText(_ objective: Objective) -> String? {
        guard let winner, let mean = winner["mean"]?.doubleValue, let corrected = winner["corrected"]?.doubleValue, let count = winner["replicates"]?.integerValue else { return nil }
        var text = "Measured \(count == 1 ? "once" : "\(count) times"), the leading configuration"
        if let trial = winner["trial"]?.integerValue { text += " (trial \(trial))" }
        text += " has a mean \(objective.name) of \(Self.number(mean))"
        if let error = winner["standard_error"]?.doubleValue { text += " ± \(NumberText.significant(error, 2))" }
        text += "; corrected for having been selected, \(Self.number(corrected))"
        if let deviation = winner["deviation"]?.doubleValue { text += " ± \(NumberText.significant(deviation, 2))" }
        return text + (winner["explanation"]?.stringValue.map { ": \($0)." } ?? ".")
    }

    private var selection: String {
        let complete = rows.count { $0.state == .complete && !$0.isReplicate }
        return "The best is that of \(NumberText.count(complete, "complete trial")) on the validation rows, so by itself it is an optimistic estimate of what new data would give."
    }
}
