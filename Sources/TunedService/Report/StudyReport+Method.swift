import TunedEngine
import TunedPlots
import TunedRecords
import TunedSpace

extension StudyReport {
    /// How it was searched, and why that way.
    func method(_ document: inout ReportDocument) {
        document.heading("Method")
        let specification = declaration.specification
        var facts: [(String, String?)] = []
        for adoption in log.adoptions {
            facts.append(("sampler", "\(adoption.name), revision \(adoption.revision): \(adoption.explanation)"))
        }
        if log.adoptions.isEmpty { facts.append(("sampler", specification.sampler.name)) }
        if !specification.sampler.settings.isEmpty {
            facts.append(("its settings", specification.sampler.settings.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.stringValue ?? $0.value.text())" }.joined(separator: ", ")))
        }
        facts += log.switches.map { ("switched at \(Self.time($0.time))", "to \($0.method): \($0.reason)") }
        facts.append(("pruner", study["live"]?["pruner"]?.stringValue ?? specification.pruner?.name ?? "none"))
        facts.append(("budget", budget))
        facts.append(("stops", stopping))
        facts.append(("began with", declaration.warmStart.map { "\(NumberText.count($0.trials.count, "trial")) of study \($0.study)" }))
        facts.append(("replicates", specification.replicate.map { "the leading \($0.candidates) configurations measured \($0.times) times each" }))
        let states = TrialState.allCases.compactMap { state in row.counts[state] > 0 ? "\(NumberText.count(row.counts[state])) \(state.name)" : nil }
        facts.append(("trials", states.isEmpty ? "none" : states.joined(separator: ", ")))
        facts.append(("seed", String(specification.seed)))
        facts.append(("created", Self.time(row.createdAt)))
        facts.append(("last event", "\(Self.time(row.changedAt)), \(Self.duration(milliseconds: max(0, row.changedAt - row.createdAt))) later"))
        document.facts(facts)
    }

    /// What was spent of the fidelity; nil where the study gave no budgets.
    private var budget: String? {
        let live = study["live"]
        guard live?["pruner"]?.stringValue != nil, let spent = live?["budget"]?["spent"]?.doubleValue, let full = live?["budget"]?["full"]?.doubleValue, full > 0
        else { return nil }
        let unit = declaration.schema.fidelity?.name ?? "units"
        return "\(Self.number(spent)) of the \(Self.number(full)) \(unit) that training every trial in full takes: \(NumberText.significant(100 * spent / full, 2))%"
    }

    private var stopping: String {
        let rules = row.stopRules.flatMap { try? JSONValue(parsing: $0) }.flatMap { try? StopRules(json: $0) } ?? declaration.specification.stop
        let texts: [String?] = [
            rules.trials.map { "after \(NumberText.count($0, "trial"))" }, rules.time.map { "after \(Self.duration(milliseconds: Int64(min($0, 1e12) * 1000)))" },
            rules.target.map { "at \(declaration.objectives.first?.name ?? "value") \(Self.number($0))" },
            rules.patience.map { "after \(NumberText.count($0, "complete trial")) without improvement" }, rules.regret.map { "where no more than \(Self.number($0)) can still be gained" },
        ]
        let known = texts.compactMap { $0 }
        return (known.isEmpty ? "when the space is exhausted" : known.joined(separator: ", or ")) + (row.reason.isEmpty ? "" : "; \(row.state.name): \(row.reason)")
    }

    /// Grouped by what they say.
    func failures(_ document: inout ReportDocument) {
        let failed = rows.filter { $0.state == .failed }
        document.heading("Failures")
        guard !failed.isEmpty else { return document.paragraph(rows.isEmpty ? "No trial has been run." : "No trial failed.") }
        document.paragraph("\(NumberText.count(failed.count)) of \(NumberText.count(rows.count, "trial")) failed.")
        let groups = Dictionary(grouping: failed) { trial in
            // Numbers within a message differ from trial to trial; what they say is the same.
            Reason(kind: trial.failure?.kind.name ?? "unknown", pattern: Self.withoutNumbers(trial.failure?.message ?? ""))
        }.sorted { ($1.value.count, $0.value[0].number) < ($0.value.count, $1.value[0].number) }
        document.table(
            ["trials", "reason", "first message", "such as"],
            groups.prefix(30).map { reason, trials in
                [
                    NumberText.count(trials.count), reason.kind, trials[0].failure?.message ?? "",
                    trials.prefix(5).map { String($0.number) }.joined(separator: ", ") + (trials.count > 5 ? ", …" : ""),
                ]
            }, numbers: [0])
        if groups.count > 30 { document.paragraph("\(NumberText.count(groups.count - 30)) further reasons are left out.") }
    }

    private struct Reason: Hashable {
        var kind: String
        var pattern: String
    }

    static func withoutNumbers(_ text: String) -> String {
        var result = ""
        for character in text {
            if !character.isNumber { result.append(character) } else if result.last != "#" { result.append("#") }
        }
        return result
    }

    /// Where it ran, and whether that was the same throughout.
    func environment(_ document: inout ReportDocument) {
        document.heading("Environment")
        var facts: [(String, String?)] = [("tuned", version)]
        if let reference = declaration.plugin {
            facts.append(("plugin", "\(reference.name)\(plugin.map { $0.image.hash == reference.hash && !$0.version.isEmpty ? " \($0.version)" : "" } ?? "")"))
            facts.append(("SHA-256 of the plugin", reference.hash))
        }
        if let first = log.environments.first?.record {
            facts += [
                ("build id", first.buildID), ("plugin ABI", "minor \(first.abiMinor)"), ("host", first.host), ("kernel", first.kernel), ("CPU", first.cpuModel),
                ("GPUs", first.gpus.joined(separator: ", ")), ("threads a run", String(first.threads)),
                ("variables", first.variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")),
                ("daemon at the start", first.daemonVersion),
            ]
        }
        facts.append(("numerics of the sampler", log.adoptions.last?.numericEnvironment))
        document.facts(facts)
        guard let first = log.environments.first else { return document.paragraph("No run of a plugin is on record.") }
        let differing = log.environments.dropFirst().map { (environment: $0, differences: $0.record.differences(from: first.record)) }.filter { !$0.differences.isEmpty }
        document.paragraph(
            differing.isEmpty
                ? "All \(NumberText.count(log.environments.reduce(0) { $0 + $1.attempts }, "attempt")) ran in surroundings that are equal in what can change results."
                : "Attempts ran in surroundings that differ, which can change results:")
        document.list(differing.map { "\(NumberText.count($0.environment.attempts, "attempt")): \($0.differences.joined(separator: "; "))" })
        if !log.notes.isEmpty {
            document.paragraph("Remarks in the log:")
            document.list(log.notes.map { "\(Self.time($0.time)): \($0.text)" })
        }
    }

    /// Whether the estimate above was ever held against rows that no choice depended on.
    func testSet(_ document: inout ReportDocument) {
        document.heading("Test set")
        guard let final else {
            let rows = declaration.data?.testRows ?? 0
            document.paragraph(
                "The test set has not been used."
                    + (rows > 0 ? " \(NumberText.count(rows, "row")) are set aside; no worker has seen them." : " The study sets no rows aside, so there is none."))
            return
        }
        let uses = final["uses"]?.arrayValue ?? []
        let times = uses.count == 1 ? "once, as it should be" : "\(uses.count) times: what the later scores say is no longer free of the earlier ones"
        document.paragraph("The test rows were used \(times).")
        let scores = zip(declaration.objectives, final["values"]?.arrayValue ?? []).map { "\($0.name) \($1.doubleValue.map { Self.number($0) } ?? "")" }
        document.facts([
            ("test score", scores.isEmpty ? nil : scores.joined(separator: ", ")), ("of trial", final["trial"]?.integerValue.map(String.init)),
            ("trained on", final["train_rows"]?.integerValue.map { "\(NumberText.count(Int($0), "row")) (training and validation)" }),
            ("scored on", final["test_rows"]?.integerValue.map { NumberText.count(Int($0), "row") }),
            ("failure", final["failure"]?["message"]?.stringValue),
            ("artifacts", final["artifacts"]?.arrayValue?.compactMap { $0["name"]?.stringValue }.joined(separator: ", ")),
        ])
        document.list((final["remarks"]?.arrayValue ?? []).compactMap(\.stringValue))
        guard uses.count > 1 else { return }
        document.paragraph("All uses:")
        document.list(uses.map { use in
            let values = (use["values"]?.arrayValue ?? []).compactMap(\.doubleValue).map { Self.number($0) }.joined(separator: ", ")
            let reason = use["reason"]?.stringValue ?? ""
            return "\(use["at"]?.integerValue.map { Self.time($0) } ?? ""): trial \(use["trial"]?.integerValue ?? 0), \(values.isEmpty ? "no score" : values)"
                + (reason.isEmpty ? "" : " (\(reason))")
        })
    }

    /// The commands, and the study file.
    func reproduction(_ document: inout ReportDocument) {
        document.heading("How to reproduce it")
        var commands: [String] = []
        if let reference = declaration.plugin {
            let isSame = plugin?.image.hash == reference.hash
            commands.append("tuned load \(Self.quoted(isSame ? plugin?.path ?? "\(reference.name).so" : "\(reference.name).so"))    # SHA-256 \(reference.hash.prefix(16))…")
        }
        if let data = declaration.data, !data.digest.isEmpty { commands.append("sha256sum \(Self.quoted(data.origin))    # \(data.digest.prefix(16))…") }
        commands += ["tuned run study.yaml", "tuned verify \(row.slug)    # derives every suggestion again from the log"]
        document.code(commands.joined(separator: "\n"), "sh")
        document.paragraph("study.yaml, with what was left out filled in; a name that is taken is changed with --study:")
        var fields = declaration.specification.json.objectValue ?? [:]
        fields["study"] = .string(row.slug)
        if let stop = row.stopRules.flatMap({ try? JSONValue(parsing: $0) }) { fields["stop"] = stop }
        document.code(
            YAMLText.text(
                of: fields,
                order: [
                    "study", "title", "plugin", "trainable", "data", "config", "objectives", "constraints", "split", "sampler", "pruner", "stop", "replicate", "resources",
                    "timeout", "isolation", "space", "rules", "warm_start", "seed",
                ]), "yaml")
        guard declaration.plugin != nil else {
            return document.paragraph(
                "An outside program asks for configurations and tells what came of them (tuned ask, tuned tell), so the values repeat as far as that "
                    + "program does; with the same values in the same order the sampler asks for the same configurations.")
        }
        let repeats =
            declaration.schema.isDeterministic
            ? "so that the same trial trains the same: the plugin says that it is deterministic." : "though the plugin does not say that it is deterministic with it."
        let order =
            declaration.specification.parallel == 1
            ? "With one run at a time the sampler is told the same in the same order, and so asks for the same configurations."
            : "Which configurations the sampler asks for also depends on the order in which parallel runs end; the log has that order, and resources: {parallel: 1} makes it the same each time."
        document.paragraph("A run's seed follows from the study's seed, its trial and its fold, \(repeats) \(order)")
    }

    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte >= UInt8(ascii: "-") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "_")
        }
        return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}
