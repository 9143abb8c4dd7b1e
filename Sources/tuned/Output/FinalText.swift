import TunedSpace

/// The test score of a study for a person, and how often its test rows were used.
enum FinalText {
    static func progress(_ final: JSONValue?, study: String) -> String {
        "finalize \(study): trial \(number(final, "trial")) is trained on \(rows(final, "train_rows")) and scored on \(rows(final, "test_rows"))"
    }

    /// After `tuned finalize`, from the study's description.
    static func result(_ reply: JSONValue) -> String {
        let study = StudySnapshot(reply)
        guard let final = reply["final"] else { return "" }
        guard final["state"]?.stringValue == "complete" else { return uses(final, study) }
        var text = "\(study.slug) is finalized: trial \(number(final, "trial")), trained on \(rows(final, "train_rows")), scored on \(rows(final, "test_rows")) that no run was given before\n\n"
        if used(final) > 1 {
            text = "\(study.slug) is finalized again: trial \(number(final, "trial")), trained on \(rows(final, "train_rows")), scored on \(rows(final, "test_rows"))\n\n"
        }
        var table = TextTable([.init("METRIC"), .init("TEST", .right), .init("SEARCH", .right)], hidesEmpty: true)
        let isBest = study.best.map { $0.trial == Int(final["trial"]?.integerValue ?? -1) } ?? false
        let objectives = zip(study.objectives, final["values"]?.arrayValue ?? []).map { ($0.name, $1) }
        for (index, (name, value)) in objectives.enumerated() {
            let searched = isBest ? study.best.flatMap { index < $0.values.count ? Formatting.value($0.values[index]) : nil } : nil
            table.add([name, ConfigurationText.value(value), searched ?? ""])
        }
        for (name, value) in (final["metrics"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) where !objectives.contains(where: { $0.0 == name }) {
            table.add([name, ConfigurationText.value(value), ""])
        }
        text += table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
        if let failure = final["failure"]?["message"]?.stringValue { text += "note: \(failure.printable)\n" }
        for remark in final["remarks"]?.arrayValue ?? [] { text += "note: \((remark.stringValue ?? "").printable)\n" }
        text += "\n" + ConfigurationText.table(final["configuration"])
        for artifact in final["artifacts"]?.arrayValue ?? [] { text += "\nartifact  \((artifact["path"]?.stringValue ?? "").printable)" }
        if final["artifacts"]?.arrayValue?.isEmpty == false { text += "\n" }
        return text + "\n" + uses(final, study)
    }

    /// Lines for `tuned show`: names and what to say of them.
    static func lines(_ reply: JSONValue, _ study: StudySnapshot) -> [(String, String)] {
        guard let rows = reply["data"]?["test_rows"]?.integerValue, rows > 0 else { return [] }
        let isWithheld = reply["data"]?["test_isolation"]?.stringValue == "indices"
        let how = isWithheld ? "; only their indices are kept back, the plugin's data holds them" : ", not in the file that the plugin is given"
        guard let final = reply["final"] else { return [("test rows", "\(Formatting.count(Int(rows))) set aside\(how); never used")] }
        var text = "trial \(number(final, "trial")): "
        switch final["state"]?.stringValue {
        case "running": text += "under way"
        case "failed": text += "failed, \(final["failure"]?["message"]?.stringValue ?? "")"
        default: text += values(final, study) + " on \(self.rows(final, "test_rows"))"
        }
        let count = used(final)
        return [("final", text), ("test rows", "\(Formatting.count(Int(rows)))\(isWithheld ? how : ""); used \(count == 1 ? "once" : "\(count) times")")]
    }

    /// The ledger.
    static func uses(_ final: JSONValue, _ study: StudySnapshot) -> String {
        let entries = final["uses"]?.arrayValue ?? []
        var text = "the test rows of \(study.slug) were used \(entries.count == 1 ? "once" : "\(entries.count) times")\n"
        for entry in entries {
            let time = entry["at"]?.integerValue.map(Formatting.time(milliseconds:)) ?? ""
            let result: String =
                switch entry["state"]?.stringValue {
                case "running": "under way"
                case "failed": "failed, \(entry["failure"]?["message"]?.stringValue ?? "")"
                default: values(entry, study)
                }
            let reason = entry["reason"]?.stringValue ?? ""
            text += "  \(time)  trial \(number(entry, "trial")): \(result)\(reason.isEmpty ? "" : " (\(reason))")".printable + "\n"
        }
        return text
    }

    private static func values(_ entry: JSONValue, _ study: StudySnapshot) -> String {
        zip(study.objectives, entry["values"]?.arrayValue ?? []).map { "\($0.name) \(ConfigurationText.value($1))" }.joined(separator: ", ")
    }

    static func used(_ final: JSONValue) -> Int { final["uses"]?.arrayValue?.count ?? 0 }

    private static func number(_ value: JSONValue?, _ key: String) -> String { value?[key]?.integerValue.map(String.init) ?? "" }

    private static func rows(_ value: JSONValue?, _ key: String) -> String { Formatting.count(Int(value?[key]?.integerValue ?? 0), "row") }
}
