public import Dispatch
public import TunedPlugins
public import TunedRecords
public import TunedSpace
public import TunedWire

/// Asks a trainable for the rows of a study's data, in a worker of its own: it is created as for a run, and ended.
public struct DatasetProbe: Sendable {
    private let settings: WorkerSettings

    public init(settings: WorkerSettings) {
        self.settings = settings
    }

    /// - Parameters:
    ///   - config: what create() is given, an object.
    ///   - dataPath: absolute.
    ///   - deadline: seconds, from the start of the worker.
    ///   - queue: where `completion` is called, once; with nil where the trainable describes no data set.
    public func describe(
        _ image: PluginImage, trainable: String, schema: Schema, config: JSONValue, dataPath: String?,
        environment: [String: String] = [:], deadline: Double = 120, on queue: DispatchQueue,
        _ completion: @escaping @Sendable (Result<DatasetDescription?, PluginError>) -> Void
    ) {
        let request = OpenRequest(
            plugin: image, trainable: trainable, schema: schema, config: config, dataPath: dataPath,
            describesDataset: true)
        ProbeSession.ask(
            .open(request), of: trainable, settings: settings, environment: environment, deadline: deadline
        ) { result in
            let dataset = result.flatMap { message -> Result<DatasetDescription?, PluginError> in
                if case .opened(let dataset) = message { return .success(dataset) }
                return .failure(PluginError(.protocolViolation, "the worker answered another question"))
            }
            queue.async { completion(dataset) }
        }
    }
}
