package import TunedWire

/// A library's code in this process, whichever way it is called: through the plugin ABI, or as plain functions.
package protocol PluginCode: AnyObject {
    /// Absolute.
    var path: String { get }
    var plugin: PluginDescription { get }
    /// Makes an instance of the trainable that the request names. `folds`, where the host splits the data, must outlive it.
    func open(_ request: OpenRequest, sink: HostSink, folds: [FoldsLayout.Rows]) throws(PluginError) -> any TrainableHost
}

/// One instance of a trainable, and the calls into it. Calls block for as long as its code runs, and come one at a time from
/// one thread.
package protocol TrainableHost: AnyObject {
    /// What the trainable says of its data; nil where it says nothing.
    func dataset() throws(PluginError) -> DatasetDescription?
    /// Trains and evaluates. The page's phase tells how far it came, should it not return.
    func run(_ request: RunRequest) -> RunResult
    /// Most trials of one call of ``run(_:)-(BatchRequest)``; 0 where it takes one at a time.
    var batchLimit: Int { get }
    /// Trains and evaluates many trials in one call.
    func run(_ request: BatchRequest) -> BatchCallResult
}

extension TrainableHost {
    package var batchLimit: Int { 0 }

    package func run(_ request: BatchRequest) -> BatchCallResult {
        BatchCallResult(refusing: request, "the trainable takes one trial at a time")
    }
}

extension PluginLibrary: PluginCode {
    package func open(
        _ request: OpenRequest, sink: HostSink, folds: [FoldsLayout.Rows]
    ) throws(PluginError) -> any TrainableHost {
        try PluginHost(self, request, sink: sink, folds: folds)
    }
}

extension PluginHost: TrainableHost {}

/// Loads a library into this process for good. `path` must be absolute; a sidecar beside it says whether its functions are
/// called as they are.
package func loadPluginCode(path: String) throws(PluginError) -> any PluginCode {
    let sidecar = try Sidecar(beside: path)
    if let sidecar, sidecar.kind == .functions { return try FunctionLibrary(path: path, sidecar: sidecar) }
    do throws(PluginError) {
        return try PluginLibrary(path: path)
    } catch {
        guard error.code == .missingSymbol else { throw error }
        guard let sidecar else {
            throw PluginError(.missingSymbol, "\(error.message); plain C functions are declared in a schema: tuned load FILE --schema FILE")
        }
        guard sidecar.kind == .other else { throw error }
        throw PluginError(
            .missingSymbol,
            "\(path) exports no tuned_plugin_v1, and its schema names no function: add the key \"function\" with the C declaration, as "
                + "\"double f(double x)\"")
    }
}
