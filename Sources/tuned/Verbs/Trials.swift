import ArgumentParser
import TunedRecords
import TunedSpace

struct Trials: Verb {
    static let configuration = CommandConfiguration(
        abstract: "List the trials of a study.",
        discussion: """
            Examples:
              tuned trials svm-1
              tuned trials svm-1 --state failed
              tuned trials svm-1 --state complete,pruned --sort value --limit 10
              tuned trials svm-1 --sort -duration
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Option(
        help: ArgumentHelp(
            "Only trials in these states: running, complete, pruned, failed, paused, cancelled.", valueName: "state,..."
        ))
    var state: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("number, value or duration; with a dash before it, the highest first.", valueName: "key"))
    var sort: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many.", valueName: "n"))
    var limit = 100

    @Option(parsing: .unconditional, help: ArgumentHelp("Leave out the first ones.", valueName: "n"))
    var offset = 0

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        try check()
        let client = try DaemonClient()
        let query = Route.query(["state": state, "sort": sort, "limit": String(limit), "offset": String(offset)])
        let reply = try await client.get(Route.study(study) + "/trials" + query)
        if output.json { return output.show(reply) { "" } }
        let trials = reply["trials"]?.arrayValue ?? []
        let details = try await client.get(Route.study(study))
        let snapshot = StudySnapshot(details)
        output.show(reply) {
            var text = TrialText.list(
                trials, objectives: snapshot.objectives.map(\.name), parameters: ParameterNames.inOrder(details))
            let rest = Int(reply["total"]?.integerValue ?? 0) - offset - trials.count
            if rest > 0 {
                text +=
                    "and \(Formatting.count(rest, "more trial")); see them with --offset \(offset + limit), "
                    + "or take all: tuned export \(study)\n"
            }
            return text
        }
    }

    private func check() throws(CommandError) {
        for name in state?.split(separator: ",").map(String.init) ?? [] where TrialState(name: name) == nil {
            let known = TrialState.allCases.map(\.name)
            let hint = nearest(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? "."
            throw .usage(
                "--state \"\(name)\" is no state of a trial\(hint) There are: \(known.joined(separator: ", "))")
        }
        guard limit > 0, offset >= 0 else { throw .usage("--limit is at least 1, --offset at least 0") }
    }
}
