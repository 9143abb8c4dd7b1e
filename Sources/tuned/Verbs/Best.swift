import ArgumentParser
import TunedSpace

struct Best: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show the best configurations of a study.",
        discussion: """
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
            if best.count == 1 {
                return "trial \(study)/\(first.trial): \(StudyText.values(first, of: snapshot))\n"
                    + ConfigurationText.table(first.configuration, order: ParameterNames.inOrder(details))
            }
            return TrialText.list(
                best, objectives: snapshot.objectives.map(\.name), parameters: ParameterNames.inOrder(details))
        }
    }
}
