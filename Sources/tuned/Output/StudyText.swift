import TunedRecords
import TunedSpace

/// Studies for a person.
enum StudyText {
    /// After pause, resume or stop.
    static func changed(_ study: StudySnapshot) -> String {
        var text = "\(study.slug) is \(standing(study))\n"
        if study.isRunning { text += "Follow it: tuned show \(study.slug) --follow\n" }
        if study.state == "paused" { text += "Go on with it: tuned resume \(study.slug)\n" }
        return text
    }

    /// The state, and why where that says more.
    static func standing(_ study: StudySnapshot) -> String {
        study.reason.isEmpty || study.reason == study.state ? study.state : "\(study.state): \(study.reason.printable)"
    }

    /// Before it is followed.
    static func beginning(_ study: StudySnapshot) -> String {
        "study \(study.slug)" + (study.explanation.map { ": \($0)" } ?? "").printable
    }

    /// After a study was begun and left to itself.
    static func begun(_ study: StudySnapshot) -> String {
        """
        study \(study.slug) is \(study.state)
        Follow it: tuned show \(study.slug) --follow
        Its best so far: tuned best \(study.slug)

        """
    }

    static func list(_ studies: [StudySnapshot]) -> String {
        if studies.isEmpty { return "no studies yet; begin one with: tuned run PLUGIN\n" }
        var table = TextTable([
            .init("STUDY"), .init("STATE"), .init("TRIALS", .right), .init("FAILED", .right), .init("BEST", .right),
            .init("CREATED"), .init("TITLE"),
        ])
        for study in studies {
            table.add([
                study.slug, study.state, trials(study),
                study.counts.failed > 0 ? Formatting.count(study.counts.failed) : "",
                study.best?.values.first.map(Formatting.value) ?? "",
                study.createdAt.map(Formatting.time(milliseconds:)) ?? "", study.title,
            ])
        }
        return table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
    }

    static func details(_ study: StudySnapshot) -> String {
        var lines: [(String, String)] = [("study", study.slug)]
        if !study.title.isEmpty { lines.append(("title", study.title)) }
        lines.append(("state", standing(study)))
        if let plugin = study.plugin { lines.append(("plugin", plugin + (study.isInProcess ? ", inside the daemon" : ""))) }
        if let explanation = study.explanation { lines.append(("sampler", explanation)) }
        if let pruner = study.pruner { lines.append(("pruner", pruner)) }
        if let (spent, full) = study.budget, study.pruner != nil, full > 0 {
            lines.append(("budget", "spent \(Formatting.value(spent)) of \(Formatting.value(full)) \(study.fidelity ?? "units"), \(Int((100 * spent / full).rounded())) % of training in full"))
        }
        if let (count, last) = study.spaceChange {
            lines.append(("space", "changed \(count == 1 ? "once" : "\(count) times, last"), \(SpaceText.change(last))"))
        }
        lines.append(("trials", "\(trials(study)): \(states(study.counts))"))
        if let size = study.gridSize { lines.append(("grid", Formatting.count(size, "configuration"))) }
        if let rate = study.trialsPerSecond, study.isRunning { lines.append(("pace", Formatting.rate(rate))) }
        if let left = study.secondsLeft, study.isRunning {
            lines.append(("time left", "about \(Formatting.duration(left))"))
        }
        if let best = study.best {
            lines.append(("best", "\(values(best, of: study)) in trial \(best.trial)"))
        }
        lines += FinalText.lines(study.json, study)
        var text = ""
        for (name, value) in lines {
            text += "\(name)\(String(repeating: " ", count: 10 - name.count))\(value.printable)\n"
        }
        if let best = study.best { text += ConfigurationText.table(best.configuration) }
        if let final = study.json["final"], FinalText.used(final) > 1 { text += "\n" + FinalText.uses(final, study) }
        if let winner = study.winner { text += "\n" + self.winner(winner, study: study.slug) }
        return text
    }

    /// What the best configuration is worth, once luck is allowed for.
    static func winner(_ winner: JSONValue, study: String, names: [String] = []) -> String {
        func number(_ key: String) -> String { winner[key]?.doubleValue.map(Formatting.value) ?? "" }
        let trial = winner["trial"]?.integerValue.map { " of trial \(study)/\($0)" } ?? ""
        let count = winner["replicates"]?.integerValue.map(Int.init) ?? 0
        return """
            the configuration\(trial), measured again: mean \(number("mean")) ± \(number("standard_error")) over \(Formatting.count(count, "trial"))
            corrected for having been selected: \(number("corrected")) ± \(number("deviation"))

            """ + ConfigurationText.table(winner["configuration"], order: names)
    }

    /// `error 0.0178, macro_f1 0.98`.
    static func values(_ best: StudySnapshot.Best, of study: StudySnapshot) -> String {
        if study.objectives.isEmpty { return best.values.map(Formatting.value).joined(separator: ", ") }
        return zip(study.objectives, best.values).map { "\($0.name) \(Formatting.value($1))" }.joined(separator: ", ")
    }

    static func trials(_ study: StudySnapshot) -> String {
        Formatting.count(study.ended) + (study.expected.map { "/\(Formatting.count($0))" } ?? "")
    }

    static func states(_ counts: TrialCounts) -> String {
        TrialState.allCases.filter { counts[$0] > 0 }.map { "\(Formatting.count(counts[$0])) \($0.name)" }
            .joined(separator: ", ")
    }
}
