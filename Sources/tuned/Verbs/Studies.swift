import ArgumentParser
import TunedSpace

struct Studies: Verb {
    static let configuration = CommandConfiguration(
        abstract: "List the studies.",
        discussion: """
            Examples:
              tuned studies
              tuned studies --json
            """)

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let reply = try await DaemonClient().get(Route.studies)
        output.show(reply) { StudyText.list((reply["studies"]?.arrayValue ?? []).map(StudySnapshot.init)) }
    }
}
