import ArgumentParser
import TunedSpace

struct Best: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show the best configurations of a study.",
        discussion: """
            Where configurations were measured more than once (`tuned run --replicate 5`) and differ, it also says what the best one \
            is worth: its mean, and that corrected for having been selected.

            Exit code 7 where no trial is complete yet.

            Examples:
              tuned best svm-1
              tuned best svm-1 --count 5
              tuned best svm-1 --json
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Option(parsing: .unconditional, help: ArgumentHelp("So many, the best first.", valueName: "n"))
    var count = 1

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard count > 0 else { throw .usage("--count \(count): ask for at least 1") }
        let client = try DaemonClient()
        let reply = try await client.get(Route.study(study) + "/best" + Route.query(["count": String(count)]))
        let best = reply["best"]?.arrayValue ?? []
        guard let first = best.first.flatMap(StudySnapshot.Best.init) else {
            throw CommandError(
                .noResult, code: "no-result", "\(study) has no complete trial yet; see them with: tuned trials \(study)"
            )
        }
        if output.json { return output.show(reply) { "" } }
        let details = try await client.get(Route.study(study))
        let snapshot = StudySnapshot(details)
        output.show(reply) {
            let winner = reply["winner"].map { "\n" + StudyText.winner($0, study: study, names: ParameterNames.inOrder(details)) } ?? ""
            if best.count == 1 {
                return "trial \(study)/\(first.trial): \(StudyText.values(first, of: snapshot))\n"
                    + ConfigurationText.table(first.configuration, order: ParameterNames.inOrder(details)) + winner
            }
            return TrialText.list(
                best, objectives: snapshot.objectives.map(\.name), parameters: ParameterNames.inOrder(details)) + winner
        }
    }
}
