import ArgumentParser
import TunedSpace

struct Ask: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Ask a study for a configuration, to be tried by a program of your own.",
        discussion: """
            Tell the result with `tuned tell`. Until then the trial counts as running.

            Examples:
              tuned ask mine
              tuned ask mine --json | jq .configuration
            """)

    @Argument(help: "The study's name.")
    var study: String

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let reply = try await DaemonClient().post(Route.study(study) + "/ask")
        output.show(reply) {
            let number = reply["number"]?.integerValue ?? 0
            return "trial \(study)/\(number)\n\(ConfigurationText.table(reply["configuration"]))"
                + "tell its result with: tuned tell \(study)/\(number) --value NUMBER\n"
        }
    }
}
