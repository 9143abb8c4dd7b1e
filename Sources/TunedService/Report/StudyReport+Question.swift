import TunedEngine
import TunedPlots
import TunedRecords
import TunedSpace

extension StudyReport {
    /// What is asked, of which data.
    func question(_ document: inout ReportDocument) {
        document.heading("Question")
        document.paragraph(declaration.schema.description)
        let specification = declaration.specification
        var facts: [(String, String?)] = declaration.objectives.map { objective in
            let described = declaration.schema.metrics.indices.contains(objective.metric) ? declaration.schema.metrics[objective.metric].description : ""
            return ("objective", "\(objective.goal.rawValue) \(objective.name)\(described.isEmpty ? "" : ": \(described)")")
        }
        facts += specification.constraints.map { constraint in
            switch constraint.bound {
            case .atMost(let limit): ("constraint", "\(constraint.metric) at most \(Self.number(limit))")
            case .atLeast(let limit): ("constraint", "\(constraint.metric) at least \(Self.number(limit))")
            }
        }
        facts.append(("trained by", declaration.plugin.map { "\($0.name)\($0.trainable == $0.name ? "" : ", \($0.trainable)")" } ?? "an outside program, by ask and tell"))
        if !specification.config.isEmpty {
            facts.append(("its configuration", specification.config.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.stringValue ?? $0.value.text())" }.joined(separator: ", ")))
        }
        if let data = declaration.data {
            facts.append(("data", data.origin))
            facts.append(("SHA-256 of the data", data.digest))
            facts.append(("rows", data.rows > 0 ? "\(NumberText.count(data.rows)) for training and validation, \(NumberText.count(data.testRows)) set aside for the test" : nil))
            facts.append(("split", split(data)))
        }
        document.facts(facts)
    }

    private func split(_ data: DataReference) -> String? {
        guard data.plan != nil else { return "the plugin's own" }
        let specification = declaration.specification.split ?? SplitSpecification()
        let column = specification.column.map { " (column \($0))" } ?? ""
        let kind =
            switch data.method {
            case .plain: "plain"
            case .stratified: "stratified by class"
            case .grouped: "by groups\(column), none of them divided"
            case .stratifiedGroups: "by groups\(column), none of them divided, stratified by class"
            case .time: "forward in time\(column)"
            }
        let repeats = max(1, specification.repeats)
        let rows =
            data.folds > 1
            ? "\(data.folds / repeats)-fold cross-validation\(repeats > 1 ? ", repeated \(repeats) times" : "")"
            : "holdout, \(Self.number(specification.validation * 100))% of all rows for validation"
        return "\(rows), \(kind), seed \(specification.seed); the same rows for every trial"
    }

    /// What was searched, beside what was found.
    func space(_ document: inout ReportDocument) {
        document.heading("Search space")
        let shares = (try? pictures.shares()) ?? []
        let found = best.first.map { Dictionary(text(of: $0).map { ($0.name, $0.value) }) { first, _ in first } } ?? [:]
        let parameters = declaration.space.parameters
        let rows = parameters.map { parameter in
            let share = shares.first { $0.names == [parameter.name] }.map { NumberText.significant($0.share * 100, 3) + "%" } ?? ""
            return [
                parameter.name, Self.domain(of: parameter), parameter.defaultValue.flatMap { parameter.json(of: $0) }.map(Self.text) ?? "",
                condition(of: parameter), found[parameter.name] ?? (best.isEmpty ? "" : "not set"), share,
            ]
        }
        // Columns in which nobody has anything are left out.
        let header = ["parameter", "range", "default", "only where", best.first.map { "best by \(declaration.objectives.first?.name ?? "value") (trial \($0.number))" } ?? "", "importance"]
        let kept = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        document.table(kept.map { header[$0] }, rows.map { row in kept.map { row[$0] } }, numbers: Set(kept.indices.filter { header[kept[$0]] == "importance" }))
        if !declaration.space.rules.isEmpty || !declaration.specification.rules.isEmpty {
            document.paragraph("Rules that every configuration keeps: " + declaration.spaceStatement.rules.map { $0.stringValue ?? $0.text() }.joined(separator: "; "))
        }
        if !shares.isEmpty {
            document.paragraph("Importance is the share of each parameter in what tells the best tenth of the complete trials from the others (PED-ANOVA).")
        }
        for change in row.spaceChanges { document.paragraph("The space was changed at \(Self.time(change.time))\(change.reason.isEmpty ? "" : ": \(change.reason)").") }
        if let narrowing = try? StudyAnalysis.narrowing(of: declaration, self.rows) {
            document.list((narrowing["warnings"]?.arrayValue ?? []).compactMap { warning in
                guard let name = warning["parameter"]?.stringValue, let message = warning["message"]?.stringValue else { return nil }
                return message.contains(name) ? message : "\(name): \(message)"
            })
        }
        for kind in [PictureKind.importance, .slice, .parallel] { document.picture(kind, of: pictures) }
    }

    private static func domain(of parameter: Parameter) -> String {
        if parameter.isFixed { return "fixed at \(parameter.json(of: parameter.centralValue).map(text) ?? "?")" }
        if let permuted = parameter.permuted { return "order of \(permuted.map(\.text).joined(separator: ", "))" }
        switch parameter.domain {
        case .float(let float):
            return "\(number(float.low)) to \(number(float.high))\(float.isLogarithmic ? ", logarithmic" : "")\(float.step.map { ", in steps of \(number($0))" } ?? "")"
        case .integer(let integer):
            return "\(integer.low) to \(integer.high), whole\(integer.isLogarithmic ? ", logarithmic" : "")\(integer.step > 1 ? ", in steps of \(integer.step)" : "")"
        case .categorical(let choices): return parameter.categories.map { choices[$0].text }.joined(separator: ", ")
        case .ordinal(let choices): return parameter.categories.map { choices[$0].text }.joined(separator: " < ")
        case .boolean: return "true or false"
        }
    }

    private func condition(of parameter: Parameter) -> String {
        parameter.conditions.map { condition in
            let values = condition.values.prefix(8).map { declaration.space.text($0, of: condition.parent) }
            return "\(declaration.space.parameters[condition.parent].name) is \(values.joined(separator: " or "))\(condition.values.count > 8 ? " or …" : "")"
        }.joined(separator: " and ")
    }
}
