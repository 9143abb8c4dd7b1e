public import TunedSpace

/// The surroundings of an attempt: what may explain that the same trial gives another result elsewhere or later.
public struct EnvironmentRecord: Hashable, Sendable {
    public var pluginHash: String
    public var buildID: String
    public var abiMinor: Int
    public var dataDigest: String
    public var host: String
    public var kernel: String
    public var cpuModel: String
    /// UUID and driver of each GPU of the slot.
    public var gpus: [String]
    /// Threads that numerical libraries are told to use.
    public var threads: Int
    /// Variables that change what libraries do.
    public var variables: [String: String]
    public var daemonVersion: String
    /// Build ids of the shared libraries that the plugin names, by library; of those that were found.
    public var libraries: [String: String]

    public init(
        pluginHash: String, buildID: String, abiMinor: Int, dataDigest: String, host: String, kernel: String,
        cpuModel: String, gpus: [String], threads: Int, variables: [String: String], daemonVersion: String,
        libraries: [String: String] = [:]
    ) {
        self.pluginHash = pluginHash
        self.buildID = buildID
        self.abiMinor = abiMinor
        self.dataDigest = dataDigest
        self.host = host
        self.kernel = kernel
        self.cpuModel = cpuModel
        self.gpus = gpus
        self.threads = threads
        self.variables = variables
        self.daemonVersion = daemonVersion
        self.libraries = libraries
    }

    public var json: JSONValue {
        var fields: [String: JSONValue] = [
            "plugin_hash": .string(pluginHash), "build_id": .string(buildID), "abi_minor": .integer(Int64(abiMinor)),
            "data_digest": .string(dataDigest), "host": .string(host), "kernel": .string(kernel),
            "cpu_model": .string(cpuModel), "gpus": .array(gpus.map(JSONValue.string)), "threads": .integer(Int64(threads)),
            "variables": .object(variables.mapValues(JSONValue.string)), "daemon_version": .string(daemonVersion),
        ]
        if !libraries.isEmpty { fields["libraries"] = .object(libraries.mapValues(JSONValue.string)) }
        return .object(fields)
    }

    /// Reads what ``json`` wrote; nil where it is damaged.
    public init?(json: JSONValue) {
        guard case .object(let fields) = json else { return nil }
        func string(_ key: String) -> String? {
            guard case .string(let text)? = fields[key] else { return nil }
            return text
        }
        func integer(_ key: String) -> Int? {
            guard case .integer(let number)? = fields[key] else { return nil }
            return Int(number)
        }
        guard let pluginHash = string("plugin_hash"), let buildID = string("build_id"), let abiMinor = integer("abi_minor"),
            let dataDigest = string("data_digest"), let host = string("host"), let kernel = string("kernel"),
            let cpuModel = string("cpu_model"), let threads = integer("threads"), let daemonVersion = string("daemon_version"),
            case .array(let gpuItems)? = fields["gpus"], case .object(let variableItems)? = fields["variables"]
        else { return nil }
        let gpus = gpuItems.compactMap { if case .string(let text) = $0 { text } else { nil } }
        let variables = variableItems.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
        var libraries: [String: String] = [:]
        if case .object(let items)? = fields["libraries"] {
            libraries = items.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
        }
        self.init(
            pluginHash: pluginHash, buildID: buildID, abiMinor: abiMinor, dataDigest: dataDigest, host: host, kernel: kernel,
            cpuModel: cpuModel, gpus: gpus, threads: threads, variables: variables, daemonVersion: daemonVersion, libraries: libraries)
    }

    /// What differs from an earlier record of the study in a way that can change results, for a person; empty if nothing does.
    public func differences(from earlier: EnvironmentRecord) -> [String] {
        var found: [String] = []
        func compare(_ what: String, _ old: String, _ new: String) {
            if old != new { found.append("\(what) was \(old.isEmpty ? "none" : old), is \(new.isEmpty ? "none" : new)") }
        }
        compare("plugin", String(earlier.pluginHash.prefix(12)), String(pluginHash.prefix(12)))
        compare("data", String(earlier.dataDigest.prefix(12)), String(dataDigest.prefix(12)))
        compare("CPU", earlier.cpuModel, cpuModel)
        // Which of its equal GPUs a slot has is no difference; how many, and their driver, is.
        compare("number of GPUs", String(earlier.gpus.count), String(gpus.count))
        compare("GPU driver", Self.drivers(earlier.gpus), Self.drivers(gpus))
        compare("threads", String(earlier.threads), String(threads))
        // Records of versions that did not look at libraries say nothing of them.
        if !earlier.libraries.isEmpty, !libraries.isEmpty {
            for name in Set(earlier.libraries.keys).union(libraries.keys).sorted() {
                compare("library \(name)", String((earlier.libraries[name] ?? "").prefix(12)), String((libraries[name] ?? "").prefix(12)))
            }
        }
        for name in Set(earlier.variables.keys).union(variables.keys).sorted() {
            compare(name, earlier.variables[name] ?? "", variables[name] ?? "")
        }
        return found
    }

    private static func drivers(_ gpus: [String]) -> String {
        Set(gpus.compactMap { $0.split(separator: "(").dropFirst().first.map(String.init) }).sorted().joined(separator: " ")
    }
}
