import ArgumentParser
import TunedSpace

struct Load: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Load a plugin from a shared library.",
        discussion: """
            Loading runs the library's code, as your user, in a process of its own. The daemon keeps a private copy: to use a \
            rebuilt library, load it again. Running trials keep the copy they began with.

            Examples:
              tuned load build/plugins/svm.so
              tuned load ./mine.so --json
            """)

    @Argument(help: "Path of the shared library.", completion: .file(extensions: ["so"]))
    var path: String

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let plugin = try await Self.load(path, with: DaemonClient())
        output.show(plugin) { PluginText.loaded(plugin) }
    }

    /// Loads, and returns the daemon's description of the plugin.
    static func load(_ path: String, with client: DaemonClient) async throws(CommandError) -> JSONValue {
        // The daemon tries the library in a process that may take its time to start and to be given up.
        try await client.post(Route.plugins, .object(["path": .string(FileText.absolute(path))]), within: 120)
    }
}
