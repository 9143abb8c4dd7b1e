import ArgumentParser
import TunedSpace

struct Plugins: Verb {
    static let configuration = CommandConfiguration(
        abstract: "List loaded plugins, or show one with its parameters.",
        discussion: """
            Examples:
              tuned plugins
              tuned plugins svm
              tuned plugins svm --json
            """)

    @Argument(help: "A plugin's name.")
    var plugin: String?

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let client = try DaemonClient()
        if let plugin {
            let reply = try await client.get(Route.plugin(plugin))
            output.show(reply) { PluginText.details(reply) }
        } else {
            let reply = try await client.get(Route.plugins)
            output.show(reply) { PluginText.list(reply["plugins"]?.arrayValue ?? []) }
        }
    }
}
