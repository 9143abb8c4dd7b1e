import ArgumentParser
import TunedSpace

struct Slots: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show who has which part of the machine, and what each queued trial waits for.",
        discussion: """
            Starts no daemon. Exit code 5 where none is running.

            Examples:
              tuned slots
              tuned slots --json
            """)

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let reply = try await DaemonClient(.fail).get(Route.slots)
        output.show(reply) { SlotsText.text(reply) }
    }
}
