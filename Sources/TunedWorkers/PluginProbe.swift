public import Dispatch
public import TunedPlugins
public import TunedRecords
public import TunedWire

/// Reads what a plugin declares, in a worker of its own: loading a library runs its code.
public struct PluginProbe: Sendable {
    private let settings: WorkerSettings

    public init(settings: WorkerSettings) {
        self.settings = settings
    }

    /// - Parameters:
    ///   - deadline: seconds, from the start of the worker.
    ///   - queue: where `completion` is called, once.
    public func probe(
        _ image: PluginImage, deadline: Double = 10, on queue: DispatchQueue,
        _ completion: @escaping @Sendable (Result<PluginDescription, PluginError>) -> Void
    ) {
        ProbeSession.ask(
            .probe(path: image.path), of: image.path, settings: settings, environment: [:], deadline: deadline
        ) { result in
            let description = result.flatMap { message -> Result<PluginDescription, PluginError> in
                if case .probed(let description) = message { return .success(description) }
                return .failure(PluginError(.protocolViolation, "the worker answered another question"))
            }
            queue.async { completion(description) }
        }
    }
}
