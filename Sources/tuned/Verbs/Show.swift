import ArgumentParser
import TunedSpace

struct Show: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show a study, or one trial with its attempts and what they printed.",
        discussion: """
            Examples:
              tuned show svm-1
              tuned show svm-1 --follow
              tuned show svm-1/17
              tuned show svm-1 --follow --json     # every event, one a line, until the study ends
            """)

    @Argument(help: ArgumentHelp("A study, or a trial as STUDY/NUMBER.", valueName: "study[/number]"))
    var subject: String

    @Flag(help: "Stay until the study ends. Ctrl-C leaves it running.")
    var follow = false

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let client = try DaemonClient()
        if subject.contains("/") { return try await showTrial(client) }
        let reply = try await client.get(Route.study(subject))
        guard follow else {
            return output.show(reply) { StudyText.details(StudySnapshot(reply)) }
        }
        if output.json {
            try await EventLines(study: subject, client: client).follow()
        } else {
            let end = try await StudyFollower(subject, directory: client.directory).follow()
            guard case .settled(let last) = end else { ExitStatus.detached.exit() }
            output.show(last) { StudyText.details(StudySnapshot(last)) }
        }
    }

    private func showTrial(_ client: DaemonClient) async throws(CommandError) {
        guard let reference = TrialReference(subject) else {
            throw .usage("\"\(subject)\" names no trial: write STUDY/NUMBER, such as svm-1/17")
        }
        let trial = try await client.get(Route.trial(reference))
        if output.json { return output.show(trial) { "" } }
        let study = StudySnapshot(try await client.get(Route.study(reference.study)))
        output.show(trial) {
            TrialText.details(trial, study: reference.study, objectives: study.objectives.map(\.name))
        }
    }
}
