import TunedSpace

/// Trials for a person, from the daemon's description of them.
enum TrialText {
    /// `parameters` in the order of the schema.
    static func list(_ trials: [JSONValue], objectives: [String], parameters: [String]) -> String {
        if trials.isEmpty { return "no such trials\n" }
        let used = Set(trials.flatMap { $0["configuration"]?.objectValue?.keys.map { $0 } ?? [] })
        let names = parameters.filter(used.contains) + used.subtracting(parameters).sorted()
        var table = TextTable(
            [.init("TRIAL", .right), .init("STATE")] + objectives.map { .init($0, .right) } + [.init("TIME", .right)]
                + names.map { .init($0, .right) } + [.init("REMARK")], hidesEmpty: true)
        for trial in trials {
            let values = trial["values"]?.arrayValue ?? []
            table.add(
                [number(trial), state(trial)]
                    + objectives.indices.map { $0 < values.count ? ConfigurationText.value(values[$0]) : "" }
                    + [trial["duration"]?.doubleValue.map(Formatting.duration) ?? ""]
                    + names.map { trial["configuration"]?[$0].map(ConfigurationText.value) ?? "" }
                    + [remark(trial)])
        }
        return table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
    }

    static func details(_ trial: JSONValue, study: String, objectives: [String]) -> String {
        var text = "trial \(study)/\(number(trial)): \(state(trial))\n"
        for (name, value) in zip(objectives, trial["values"]?.arrayValue ?? []) {
            text += "\(name) \(ConfigurationText.value(value))\n"
        }
        for (name, value) in (trial["constraints"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            let isKept = value.doubleValue.map { $0 <= 0 } ?? true
            text += "constraint \(name.printable) \(ConfigurationText.value(value)): \(isKept ? "kept" : "broken")\n"
        }
        if let failure = trial["failure"] {
            text += "failed (\(failure["kind"]?.stringValue ?? "")): \(message(failure))\n"
        }
        if let step = trial["step"]?.integerValue { text += "last step reported: \(step)\n" }
        text += ConfigurationText.table(trial["configuration"])
        for artifact in trial["artifacts"]?.arrayValue ?? [] {
            text += "\nartifact  \(artifact["path"]?.stringValue ?? "")"
        }
        for replay in trial["replays"]?.arrayValue ?? [] {
            let time = replay["at"]?.integerValue.map(Formatting.time(milliseconds:)) ?? ""
            let result = replay["state"]?.stringValue == "running" ? "under way" : replay["equal"]?.booleanValue == true ? "equal bit for bit" : "differs"
            text += "\nreplayed  \(time): \(result)\n"
        }
        for attempt in trial["attempts"]?.arrayValue ?? [] { text += "\n" + self.attempt(attempt) }
        return text
    }

    private static func attempt(_ attempt: JSONValue) -> String {
        let outcome = attempt["outcome"]
        let cpus = (attempt["cpus"]?.arrayValue ?? []).compactMap(\.integerValue).map(String.init).joined(
            separator: ",")
        let purpose = attempt["purpose"]?.stringValue ?? "search"
        var text = (purpose == "search" ? "" : "\(purpose) run, ") + "fold \(attempt["fold"]?.integerValue ?? 0), attempt \(attempt["attempt"]?.integerValue ?? 0)"
        text += " on cpu \(cpus): \(outcome?["result"]?.stringValue ?? "running")"
        if let failure = outcome?["failure"] { text += ", \(message(failure))" }
        if let metrics = outcome?["metrics"], metrics.objectValue?.isEmpty == false {
            text += ", \(ConfigurationText.line(metrics))"
        }
        text += "\n"
        let log = (attempt["log"]?.stringValue ?? "").split(separator: "\n")
        for line in log { text += "  | \(String(line).printable)\n" }
        return text
    }

    /// How a trial ended, with the reason where it was infeasible.
    static func standing(_ trial: JSONValue) -> String {
        let state = state(trial)
        return state == "infeasible" ? "\(state): \(trial["failure"].map(message) ?? "")" : state
    }

    /// A configuration that cannot be had is told apart from one whose trial went wrong.
    private static func state(_ trial: JSONValue) -> String {
        if trial["failure"]?["kind"]?.stringValue == "infeasible" { return "infeasible" }
        return trial["state"]?.stringValue ?? ""
    }

    private static func remark(_ trial: JSONValue) -> String {
        if let failure = trial["failure"] { return message(failure) }
        switch trial["origin"]?.stringValue {
        case "enqueued": return "enqueued"
        case "continued": return "from \(trial["continues"]?.integerValue ?? 0)"
        case "replicate": return "again \(trial["replicate_of"]?.integerValue ?? 0)"
        default: return ""
        }
    }

    private static func message(_ failure: JSONValue) -> String {
        let detail = failure["detail"]?.stringValue ?? ""
        return ((failure["message"]?.stringValue ?? "") + (detail.isEmpty ? "" : " (\(detail))")).printable
    }

    private static func number(_ trial: JSONValue) -> String {
        (trial["number"] ?? trial["trial"])?.integerValue.map(String.init) ?? ""
    }
}
