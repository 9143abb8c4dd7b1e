import Glibc
package import TunedSpace

/// The JSON file beside a library that says what the library itself does not: `NAME.tuned.json` where a person keeps it, and
/// `HASH.json` beside the store's copies.
package struct Sidecar: Sendable {
    /// Who reads it.
    package enum Kind: Sendable {
        /// The host: it declares plain functions.
        case functions
        /// The plugin, which exports tuned_plugin_v1 (`"abi": "plugin"`).
        case plugin
        /// Neither: it describes a plugin that describes itself as well.
        case other
    }

    package let path: String
    package let kind: Kind
    let fields: [String: JSONValue]

    /// Bytes of the longest file that is read.
    package static let sizeLimit = 1 << 20

    /// Reads the file beside a library; nil where there is none.
    init?(beside library: String) throws(PluginError) {
        let stem = Self.stem(of: library)
        let candidates = ["\(stem).json", Self.path(beside: library)]
        guard let path = candidates.first(where: { (path: String) in access(path, F_OK) == 0 }) else { return nil }
        try self.init(path: path)
    }

    init(path: String) throws(PluginError) {
        let bytes = try Self.read(path)
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw PluginError(.malformed, "\(path) is not JSON: \(error)")
        }
        do throws(PluginError) {
            self = try Sidecar(json, path: path)
        } catch {
            throw PluginError(error.code, "\(path): \(error.message)")
        }
    }

    package init(_ json: JSONValue, path: String) throws(PluginError) {
        guard case .object(let fields) = json else { throw PluginError(.malformed, "a schema is a map of keys to values, found \(json.shown)") }
        self.path = path
        self.fields = fields
        switch fields["abi"] {
        case nil, .null:
            let all = [json] + (fields["trainables"]?.arrayValue ?? [])
            kind = all.contains { $0["function"] != nil } ? .functions : .other
        case .string("plugin"): kind = .plugin
        case let abi?: throw PluginError(.malformed, "\"abi\" is \(abi.shown); leave it out, or write \"plugin\" for a library that exports tuned_plugin_v1")
        }
    }

    /// Where a person keeps the sidecar of a library: `functions.tuned.json` beside `functions.so`, `libm.tuned.json` beside `libm.so.6`.
    package static func path(beside library: String) -> String { "\(stem(of: library)).tuned.json" }

    /// The path up to `.so` and what follows it in the file's name.
    private static func stem(of library: String) -> Substring {
        let name = library.lastIndex(of: "/").map { library[library.index(after: $0)...] } ?? library[...]
        guard let suffix = name.ranges(of: ".so").last(where: { $0.upperBound == name.endIndex || name[$0.upperBound] == "." }),
            suffix.lowerBound > name.startIndex
        else { return library[...] }
        return library[..<suffix.lowerBound]
    }

    private static func read(_ path: String) throws(PluginError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw PluginError(.notFound, "\(path) cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while bytes.count <= sizeLimit {
            var problem: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 64 << 10) { room, count in
                let got = Glibc.read(descriptor, room.baseAddress, room.count)
                if got < 0 { problem = errno }
                count = max(0, got)
            }
            if problem == EINTR { continue }
            guard problem == 0 else { throw PluginError(.notFound, "\(path) cannot be read: \(String(cString: strerror(problem)))") }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
        throw PluginError(.tooLarge, "\(path) is longer than \(sizeLimit) bytes")
    }
}
