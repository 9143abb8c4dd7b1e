import Synchronization

/// What a plugin says outside of any instance: why its entry function returns NULL. From any thread.
final class LoadNotes: Sendable {
    static let shared = LoadNotes()

    private let text = Mutex("")

    /// The first text stays: later ones tend to follow from it.
    func fail(_ text: String) {
        self.text.withLock { if $0.isEmpty { $0 = text } }
    }

    /// The error of an entry function that returned no table, in the plugin's own words where it had any.
    func refusal(of path: String) -> PluginError {
        let said = text.withLock { text in
            defer { text = "" }
            return text
        }
        return PluginError(
            .malformed,
            said.isEmpty
                ? "tuned_plugin_v1 of \(path) returned NULL: it must return the plugin's table" : "\(path) refuses to load: \(said)")
    }
}
