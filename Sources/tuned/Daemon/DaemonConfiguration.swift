import TunedRecords
package import TunedSlots
import TunedSpace

/// The file `config.yaml` of a data directory. Absent, everything is as below.
package struct DaemonConfiguration: Hashable, Sendable {
    package enum CPUs: Hashable, Sendable {
        /// All that the affinity mask allows.
        case all
        case count(Int)
        case list([Int])
    }

    package enum GPUs: Hashable, Sendable {
        /// What the driver reports.
        case detected
        case declared([GPU])
    }

    package struct Listener: Hashable, Sendable {
        package var host = "127.0.0.1"
        package var port = 0
        package var tokenFile = ""
        package var allowsOtherHosts = false
        package var names: [String] = []
    }

    package var cpus = CPUs.all
    /// Bytes; nil is the machine's.
    package var memory: UInt64?
    package var gpus = GPUs.detected
    package var slotsPerGPU = 1
    /// nil listens on the Unix socket alone.
    package var tcp: Listener?
    /// Seconds that running trials get to end when the daemon does.
    package var grace = 5.0
    /// Crashes of a plugin in a row after which it is not run any more; 0: never.
    package var quarantineAfter = 20
    /// Whether studies may have checked plugins run inside the daemon.
    package var allowsInProcess = false

    package init() {}

    package init(parsing text: String, name: String) throws(CommandError) {
        let document = try YAMLDocument(parsing: text, name: name)
        do throws(SpecificationError) {
            var fields = try JSONFields(document.value, path: "")
            if let slots = fields.take("slots") { try readSlots(slots) }
            if let listen = fields.take("listen") { tcp = try Self.listener(listen) }
            grace = try fields.quantity("grace", .duration) ?? grace
            quarantineAfter = try fields.integer("quarantine_after", in: 0...1_000_000) ?? quarantineAfter
            if let flag = fields.take("inprocess") {
                guard case .boolean(let allows) = flag else {
                    throw SpecificationError(path: "inprocess", message: "expected true or false")
                }
                allowsInProcess = allows
            }
            try fields.finish()
        } catch {
            throw document.error(at: error.path, error.message)
        }
    }

    private mutating func readSlots(_ value: JSONValue) throws(SpecificationError) {
        var fields = try JSONFields(value, path: "slots")
        switch fields.take("cpus") {
        case nil: break
        case .integer(let count)? where (1...4096).contains(count): cpus = .count(Int(count))
        case .array(let items)?: cpus = .list(try items.map(Self.cpu))
        default:
            throw SpecificationError(
                path: "slots.cpus", message: "expected a number from 1, or a list of CPUs such as [0, 1, 4]")
        }
        memory = try fields.quantity("memory", .bytes).map { UInt64(min($0, 1e18)) }
        slotsPerGPU = try fields.integer("slots_per_gpu", in: 1...64) ?? slotsPerGPU
        switch fields.take("gpus") {
        case nil, .string("auto")?: break
        case .string("none")?: gpus = .declared([])
        case .array(let items)?:
            var declared: [GPU] = []
            for (index, item) in items.enumerated() {
                declared.append(try Self.gpu(item, path: "slots.gpus[\(index)]"))
            }
            gpus = .declared(declared)
        default:
            throw SpecificationError(
                path: "slots.gpus", message: "expected auto, none, or a list such as [{uuid: GPU-1234, memory: 24GiB}]")
        }
        try fields.finish()
    }

    private static func cpu(_ value: JSONValue) throws(SpecificationError) -> Int {
        guard case .integer(let number) = value, (0..<65536).contains(number) else {
            throw SpecificationError(path: "slots.cpus", message: "a CPU is a number from 0, as in /proc/cpuinfo")
        }
        return Int(number)
    }

    private static func gpu(_ value: JSONValue, path: String) throws(SpecificationError) -> GPU {
        var fields = try JSONFields(value, path: path)
        guard let uuid = try fields.string("uuid") else {
            throw SpecificationError(path: path, message: "a GPU is declared by its uuid, as `nvidia-smi -L` shows it")
        }
        let gpu = GPU(
            uuid: uuid, name: try fields.string("name") ?? "declared GPU",
            memory: UInt64(min(try fields.quantity("memory", .bytes) ?? 0, 1e18)))
        try fields.finish()
        return gpu
    }

    private static func listener(_ value: JSONValue) throws(SpecificationError) -> Listener {
        var fields = try JSONFields(value, path: "listen")
        var listener = Listener()
        listener.host = try fields.string("host") ?? listener.host
        listener.port = try fields.integer("port", in: 0...65535) ?? listener.port
        guard let token = try fields.string("token_file") else {
            throw SpecificationError(
                path: "listen",
                message: "a TCP listener needs a token_file: a file of mode 0600 whose first line is the token")
        }
        listener.tokenFile = token
        if let flag = fields.take("allow_other_hosts") {
            guard case .boolean(let allows) = flag else {
                throw SpecificationError(path: "listen.allow_other_hosts", message: "expected true or false")
            }
            listener.allowsOtherHosts = allows
        }
        if let names = fields.take("names") {
            guard case .array(let items) = names, let texts = items.map(\.stringValue) as? [String] else {
                throw SpecificationError(path: "listen.names", message: "expected a list of host names")
            }
            listener.names = texts
        }
        try fields.finish()
        return listener
    }
}
