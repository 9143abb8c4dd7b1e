import TunedSpace

/// A replay for a person: run by run and metric by metric, and what may explain a difference.
enum ReplayText {
    static func result(_ replay: JSONValue, trial: TrialReference) -> String {
        let runs = replay["runs"]?.arrayValue ?? []
        guard !runs.isEmpty else {
            return "\(trial) was not run again: \(words(replay).joined(separator: "; "))\n"
        }
        var text = ""
        var table = TextTable(
            [.init("RUN"), .init("METRIC"), .init("TRIAL", .right), .init("REPLAY", .right), .init("DIFFERENCE", .right)], hidesEmpty: true)
        for run in runs {
            let name = "fold \(run["fold"]?.integerValue ?? 0)" + ((run["repeat"]?.integerValue ?? 0) > 0 ? " repeat \(run["repeat"]?.integerValue ?? 0)" : "")
            let (before, now) = (run["before"]?["metrics"]?.objectValue, run["now"]?["metrics"]?.objectValue)
            guard let before, let now else {
                table.add([name, "", outcome(run["before"]), outcome(run["now"]), run["equal"]?.booleanValue == true ? "equal" : "differs"])
                continue
            }
            for metric in Set(before.keys).union(now.keys).sorted() {
                let difference = run["differences"]?[metric]?.doubleValue
                table.add([
                    name, metric, before[metric].map(exact) ?? "none", now[metric].map(exact) ?? "none",
                    difference.map { "\($0 > 0 ? "+" : "")\($0)" } ?? (before[metric] == now[metric] ? "equal" : "differs"),
                ])
            }
        }
        text += table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
        let isEqual = replay["equal"]?.booleanValue == true
        let count = runs.count { $0["equal"]?.booleanValue != true }
        text += isEqual
            ? "\n\(trial) is equal bit for bit in all of its \(Formatting.count(runs.count, "run"))\n"
            : "\n\(trial) differs in \(count) of its \(Formatting.count(runs.count, "run"))\n"
        let differences = words(replay)
        for difference in differences { text += "surroundings: \(difference)\n" }
        if differences.isEmpty {
            text += isEqual ? "" : "plugin, data, libraries, CPU, GPUs, threads and daemon are the same: the plugin does not give the same result for the same seed\n"
        }
        return text
    }

    private static func words(_ replay: JSONValue) -> [String] {
        (replay["differences"]?.arrayValue ?? []).compactMap { $0.stringValue?.printable }
    }

    /// All digits: a difference may be in the last.
    private static func exact(_ value: JSONValue) -> String { value.text() }

    private static func outcome(_ outcome: JSONValue?) -> String {
        if let failure = outcome?["failure"] { return "failed (\(failure["kind"]?.stringValue ?? ""))" }
        return outcome?["result"]?.stringValue ?? ""
    }
}
