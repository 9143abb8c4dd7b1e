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
              tuned plugins svm --release
            """)

    @Argument(help: "A plugin's name.")
    var plugin: String?

    @Flag(help: "Let a plugin in quarantine run again as it is.")
    var release = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if release && plugin == nil { throw ValidationError("name the plugin to release: tuned plugins NAME --release") }
    }

    func perform() async throws(CommandError) {
        let client = try DaemonClient()
        if let plugin, release {
            let reply = try await client.post(Route.release(plugin), .object([:]))
            output.show(reply) { "plugin \(plugin) may run again\n" }
        } else if let plugin {
            let reply = try await client.get(Route.plugin(plugin))
            output.show(reply) { PluginText.details(reply) }
        } else {
            let reply = try await client.get(Route.plugins)
            output.show(reply) { PluginText.list(reply["plugins"]?.arrayValue ?? []) }
        }
    }
}
