import TunedRecords

/// What a pipe or a log file gets instead of a progress bar: a line at each improvement and at each tenth of the way.
package struct ProgressLog: Sendable {
    private var bestTrial: Int?
    private var tenth = 0
    /// Trials at which the next line is due where no rule says how far the end is.
    private var nextCount = 10

    package init() {}

    /// Lines, without line ends, that are due at this moment.
    package mutating func lines(for study: StudySnapshot) -> [String] {
        var lines: [String] = []
        if let best = study.best, best.trial != bestTrial {
            bestTrial = best.trial
            let values = zip(study.objectives, best.values).map { "\($0.name) \(Formatting.value($1))" }
            lines.append("\(study.slug): best so far \(values.joined(separator: ", ")) in trial \(best.trial)")
        }
        if isDue(study) { lines.append(Self.progress(study)) }
        return lines
    }

    private mutating func isDue(_ study: StudySnapshot) -> Bool {
        if let fraction = study.fraction {
            let reached = Int(fraction * 10)
            defer { tenth = max(tenth, reached) }
            return reached > tenth
        }
        guard study.ended >= nextCount else { return false }
        while nextCount <= study.ended { nextCount *= 2 }
        return true
    }

    private static func progress(_ study: StudySnapshot) -> String {
        var text = "\(study.slug): \(Formatting.count(study.ended))"
        text +=
            study.expected.map { " of \(Formatting.count($0, "trial"))" } ?? (study.ended == 1 ? " trial" : " trials")
        if study.counts.failed > 0 { text += ", \(Formatting.count(study.counts.failed)) failed" }
        if let rate = study.trialsPerSecond { text += ", \(Formatting.rate(rate))" }
        if study.isRunning, let left = study.secondsLeft { text += ", \(Formatting.duration(left)) left" }
        return text
    }
}
