import CTunedPlugin

/// What `init` of a ``Trainable`` is given: the study's `config` and its data file. Valid until `init` returns.
public struct Config: ~Copyable {
    private let values: [(key: String, value: String)]
    /// The study's data file, by its absolute path; nil where the study names none.
    public let dataPath: String?
    /// The whole of `config` as a JSON object.
    public let json: String
    private let host: HostAccess?

    /// For the tests of a plugin.
    public init(_ values: KeyValuePairs<String, String> = [:], dataPath: String? = nil, json: String = "{}") {
        self.values = values.map { ($0.key, $0.value) }
        self.dataPath = dataPath
        self.json = json
        host = nil
    }

    init(_ config: UnsafePointer<tuned_config>?, _ host: HostAccess) {
        var values: [(key: String, value: String)] = []
        if let config, let keys = config.pointee.keys, let texts = config.pointee.values {
            for index in 0..<Int(config.pointee.key_count) {
                if let key = keys[index], let text = texts[index] { values.append((String(cString: key), String(cString: text))) }
            }
        }
        self.values = values
        dataPath = config?.pointee.data_path.map { String(cString: $0) }
        json = config?.pointee.json.map { String(cString: $0) } ?? "{}"
        self.host = host
    }

    /// The value of a key as text; nil where the study does not give it.
    public subscript(key: String) -> String? { values.first { $0.key == key }?.value }

    /// The resources of the worker's slot; nil where this host does not tell.
    public var resources: Resources? { host?.slotResources() }

    /// A line for the log.
    public func log(_ text: String, level: LogLevel = .info) { host?.log(nil, level, text) }
}
