import ArgumentParser

struct Unload: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Forget a loaded plugin.",
        discussion: """
            Refused while a running study uses it.

            Example:
              tuned unload svm
            """)

    @Argument(help: "The plugin's name, as `tuned plugins` shows it.")
    var plugin: String

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let reply = try await DaemonClient().delete(Route.plugin(plugin))
        output.show(reply) { "unloaded \(plugin)\n" }
    }
}
