import CTunedPlugin
import Glibc
package import TunedWire

/// A plugin's shared library, loaded into this process for good: code that once ran is never unloaded.
///
/// Loading runs the library's constructors and its entry point. Anything may happen then, so the daemon does it inside a
/// worker, but for plugins that were checked and may run in the daemon itself.
package final class PluginLibrary {
    package let path: String
    package let plugin: PluginDescription
    let trainables: [tuned_trainable]
    /// What its file is called, which for the store's copies is the hash of the content.
    var hash: Substring { path.split(separator: "/").last?.split(separator: ".").first ?? "" }
    /// What the entry function returned.
    let table: tuned_plugin

    private static let textLimit = 256
    private static let schemaLimit = 1 << 20
    static let trainableLimit: UInt32 = 256
    static let idLimit = 64

    /// `path` must be absolute: the loader searches for anything else.
    package convenience init(path: String) throws(PluginError) { try self.init(path: path, host: HostTable.pointer) }

    /// - Parameter host: what the entry function is given; lives as long as the process.
    init(path: String, host: UnsafePointer<tuned_host>) throws(PluginError) {
        self.path = path
        let entry = try Self.entry(of: try Self.open(path), path)
        guard let table = entry(host) else { throw LoadNotes.shared.refusal(of: path) }
        guard let plugin = tuned_plugin(reading: table, required: MemoryLayout<tuned_plugin>.offset(of: \.extension)!)
        else { throw Self.malformed(path, "tuned_plugin.size is too small; set it to sizeof(tuned_plugin)") }

        let id = try Self.id(plugin.id, path, of: "the plugin")
        guard plugin.trainable_count > 0 else { throw Self.malformed(path, "the plugin has no trainables") }
        guard plugin.trainable_count <= Self.trainableLimit, let get = plugin.trainable else {
            throw Self.malformed(
                path,
                "it has \(plugin.trainable_count) trainables (at most \(Self.trainableLimit) are allowed), or no trainable()")
        }
        var trainables: [tuned_trainable] = []
        var described: [PluginDescription.Trainable] = []
        for index in 0..<plugin.trainable_count {
            let trainable = try Self.trainable(get(index), index, path)
            let name = try Self.id(trainable.id, path, of: "trainable \(index)")
            guard !described.contains(where: { $0.id == name }) else {
                throw Self.malformed(path, "two trainables have the id \"\(name)\"; ids are unique in a plugin")
            }
            guard let schema = PluginText.read(trainable.schema_json, limit: Self.schemaLimit) else {
                throw Self.malformed(path, "schema_json of \"\(name)\" is NULL or longer than \(Self.schemaLimit) bytes")
            }
            trainables.append(trainable)
            described.append(.init(id: name, flags: trainable.flags, schemaJSON: schema))
        }
        self.trainables = trainables
        self.table = plugin
        self.plugin = PluginDescription(
            id: id, version: PluginText.prefix(plugin.version, limit: Self.textLimit),
            build: PluginText.prefix(plugin.build, limit: Self.textLimit), abiMinor: plugin.abi_minor,
            trainables: described)
    }

    private typealias Entry = @convention(c) (UnsafePointer<tuned_host>) -> UnsafePointer<tuned_plugin>?

    static func open(_ path: String) throws(PluginError) -> UnsafeMutableRawPointer {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw PluginError(.notFound, "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        _ = try ElfFile(descriptor: descriptor, path: path)
        if let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) { return handle }
        throw loaderError(PluginText.prefix(dlerror(), limit: 4096), path)
    }

    private static func loaderError(_ text: String, _ path: String) -> PluginError {
        let separator = "undefined symbol: "
        if let range = text.firstRange(of: separator) {
            let symbol = text[range.upperBound...].prefix { $0 != " " && $0 != "," }
            return PluginError(
                .undefinedSymbol,
                "\(path) uses \(symbol), which no library provides: link the plugin with the one that does", detail: text)
        }
        if text.contains("cannot open shared object file"), let missing = text.split(separator: ":").first {
            if missing.hasPrefix("libswift") {
                return PluginError(
                    .loader,
                    """
                    \(path) needs \(missing), a part of the Swift runtime, which the loader does not find: set TUNED_SWIFT_RUNTIME \
                    for the daemon to the folder of libswiftCore.so, as a toolchain has it in usr/lib/swift/linux
                    """, detail: text)
            }
            return PluginError(
                .loader, "\(path) needs \(missing), which the loader does not find: install it, or link with -Wl,-rpath",
                detail: text)
        }
        return PluginError(.loader, "\(path) cannot be loaded: \(text)", detail: text)
    }

    private static func entry(of handle: UnsafeMutableRawPointer, _ path: String) throws(PluginError) -> Entry {
        if let symbol = dlsym(handle, "tuned_plugin_v1") { return unsafeBitCast(symbol, to: Entry.self) }
        for major in 2...9 where dlsym(handle, "tuned_plugin_v\(major)") != nil {
            throw PluginError(
                .newerMajor,
                """
                \(path) was built for version \(major) of the plugin ABI, this program knows version 1: update tuned, or build \
                the plugin with version 1 of its header
                """)
        }
        throw PluginError(
            .missingSymbol,
            """
            \(path) does not export tuned_plugin_v1: use the TUNED_PLUGIN macro of tuned/plugin.h, or mark the function \
            TUNED_EXPORT (in C++ also extern "C")
            """)
    }

    private static func trainable(
        _ table: UnsafePointer<tuned_trainable>?, _ index: UInt32, _ path: String
    ) throws(PluginError) -> tuned_trainable {
        guard let table else { throw malformed(path, "trainable(\(index)) returned NULL") }
        guard let trainable = tuned_trainable(reading: table, required: MemoryLayout<tuned_trainable>.offset(of: \.destroy)!)
        else {
            throw malformed(path, "size of trainable \(index) is too small; set it to sizeof(tuned_trainable)")
        }
        // One whose instances offer tuned.batch/1 needs none; an instance tells.
        guard trainable.evaluate != nil || trainable.extension != nil else {
            throw malformed(path, "trainable \(index) has no evaluate function")
        }
        return trainable
    }

    private static func id(
        _ text: UnsafePointer<CChar>?, _ path: String, of what: String
    ) throws(PluginError) -> String {
        guard let id = PluginText.read(text, limit: idLimit), !id.isEmpty, id.utf8.allSatisfy(isIDByte) else {
            let found = PluginText.prefix(text, limit: idLimit)
            throw malformed(path, "the id of \(what) is \"\(found)\"; it must be 1 to \(idLimit) characters of [a-z0-9._-]")
        }
        return id
    }

    static func isIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func malformed(_ path: String, _ what: String) -> PluginError {
        PluginError(.malformed, "\(path) breaks the plugin ABI: \(what)")
    }
}
