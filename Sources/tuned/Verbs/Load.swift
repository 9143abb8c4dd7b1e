import ArgumentParser
import Glibc
import TunedPlugins
import TunedSpace

struct Load: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Load a plugin from a shared library.",
        discussion: """
            Loading runs the library's code, as your user, in a process of its own. The daemon keeps a private copy: to use a \
            rebuilt library, load it again. Running trials keep the copy they began with.

            Plain C functions are tuned as they are: a schema declares them. It is read from NAME.tuned.json beside the \
            library, or from the file of --schema. A library of the system may be named without its folder.

            Examples:
              tuned load build/plugins/svm.so
              tuned load ./mine.so --json
              tuned load libm.so.6 --schema pow.json
            """)

    @Argument(help: "Path of the shared library, or the name of one of the system's.", completion: .file(extensions: ["so"]))
    var path: String

    @Option(
        help: "JSON file that declares the library's functions, or that the plugin itself reads.",
        completion: .file(extensions: ["json"]))
    var schema: String?

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let plugin = try await Self.load(path, schema: schema, with: DaemonClient())
        output.show(plugin) { PluginText.loaded(plugin) }
    }

    /// Loads, and returns the daemon's description of the plugin.
    ///
    /// - Parameter schema: path of the JSON that goes with the library; nil for the file beside it, where there is one.
    static func load(
        _ path: String, schema: String? = nil, with client: DaemonClient
    ) async throws(CommandError) -> JSONValue {
        let library = try locate(path)
        var request: [String: JSONValue] = ["path": .string(library)]
        request["schema"] = try Self.schema(schema, of: library)
        // The daemon tries the library in a process that may take its time to start and to be given up.
        return try await client.post(Route.plugins, .object(request), within: 120)
    }

    /// The JSON that goes with a library: of the file that is named, else of the one beside it; nil where there is neither.
    static func schema(_ named: String?, of library: String) throws(CommandError) -> JSONValue? {
        if let named { return try read(named) }
        let beside = Sidecar.path(beside: library)
        return access(beside, F_OK) == 0 ? try read(beside) : nil
    }

    /// Absolute path of a file, or of a library of the system by its bare name.
    private static func locate(_ path: String) throws(CommandError) -> String {
        let file = FileText.absolute(path)
        guard !path.contains("/"), path.contains(".so"), access(file, F_OK) != 0 else { return file }
        let search = LibrarySearch()
        if let found = search.find(path) { return found }
        throw CommandError(
            .failure, code: "no-file",
            "there is no file \(path) here, nor a library of that name in \(search.folders.joined(separator: ", "))")
    }

    private static func read(_ path: String) throws(CommandError) -> JSONValue {
        let text = try FileText.read(path, what: "schema")
        do throws(JSONError) {
            return try JSONValue(parsing: text)
        } catch {
            throw .usage("\(path):\(error.line):\(error.column): the schema is not JSON: \(error.message)")
        }
    }
}
