import TunedRecords
package import TunedSpace

/// What is said when a study has ended.
package enum StudyResult {
    /// `{study, state, reason, trials, complete, failed, seconds, trials_per_second, best: {trial, values, configuration}}`.
    package static func json(_ study: StudySnapshot) -> JSONValue {
        var fields: [String: JSONValue] = [
            "study": .string(study.slug), "state": .string(study.state), "reason": .string(study.reason),
            "trials": .integer(Int64(study.ended)), "complete": .integer(Int64(study.counts.complete)),
            "failed": .integer(Int64(study.counts.failed)), "best": .null,
        ]
        fields["pruned"] = .integer(Int64(study.counts.pruned))
        fields["budget"] = study.budget.map { .object(["spent": .number($0.spent), "full": .number($0.full)]) }
        fields["seconds"] = study.seconds.map(JSONValue.number)
        fields["trials_per_second"] = study.meanRate.map(JSONValue.number)
        if let best = study.best {
            fields["best"] = .object([
                "trial": .integer(Int64(best.trial)), "values": .array(best.values.map(JSONValue.number)),
                "configuration": best.configuration,
            ])
        }
        return .object(fields)
    }

    package static func text(_ study: StudySnapshot, parameters: [String], failures: FailureSummary?) -> String {
        var text = "\(study.slug) is \(StudyText.standing(study))\n"
        text += "\(Formatting.count(study.ended, "trial"))"
        if let seconds = study.seconds { text += " in \(Formatting.duration(seconds))" }
        if let rate = study.meanRate { text += ", \(Formatting.rate(rate))" }
        text += "\n" + saving(study)
        if let failures {
            text += "\(Formatting.count(study.counts.failed)) failed:\n" + failures.text(study: study.slug)
        }
        if let best = study.best {
            text += "\nbest: \(StudyText.values(best, of: study)) in trial \(best.trial)\n"
            text += ConfigurationText.table(best.configuration, order: parameters)
        }
        return text + "\n" + next(study)
    }

    /// What pruning saved.
    private static func saving(_ study: StudySnapshot) -> String {
        guard study.pruner != nil, let (spent, full) = study.budget, full > 0 else { return "" }
        return "\(Formatting.count(study.counts.complete)) complete, \(Formatting.count(study.counts.pruned)) pruned; spent "
            + "\(Formatting.value(spent)) of the \(Formatting.value(full)) \(study.fidelity ?? "units") of training in full, \(Int((100 * spent / full).rounded())) %\n"
    }

    private static func next(_ study: StudySnapshot) -> String {
        var steps = [
            (
                "all trials",
                "tuned trials \(study.slug) --sort \(study.objectives.first?.goal == "maximize" ? "-value" : "value")"
            ), ("as a file", "tuned export \(study.slug) > \(study.slug).csv"),
        ]
        if study.state == "paused" {
            steps.append(("go on", "tuned resume \(study.slug)"))
        } else if !study.isExhausted {
            steps.append(("go on", "tuned resume \(study.slug) --trials \(study.ended * 2)"))
        }
        if (study.json["data"]?["test_rows"]?.integerValue ?? 0) > 0, study.json["final"] == nil {
            steps.append(("score once", "tuned finalize \(study.slug)"))
        }
        steps.append(("check it", "tuned verify \(study.slug)"))
        return steps.map { name, command in
            "\(name)\(String(repeating: " ", count: 12 - name.count))\(command)\n"
        }.joined()
    }
}
