import CTunedPlugin
import Glibc
import TunedSpace
package import TunedWire

/// A shared library whose functions are called as they are: its sidecar says what the plugin ABI would.
///
/// Loading runs the library's constructors, so the daemon only ever does it inside a worker. The functions themselves are called in runs
/// alone: a declaration that does not match one shows there.
package final class FunctionLibrary: PluginCode {
    package let path: String
    package let plugin: PluginDescription
    private let functions: [Function]

    private struct Function {
        var declaration: FunctionDeclaration
        var symbol: UnsafeMutableRawPointer
    }

    package init(path: String, sidecar: Sidecar) throws(PluginError) {
        self.path = path
        var fields = sidecar.fields
        let id = fields.removeValue(forKey: "plugin")
        let version = fields.removeValue(forKey: "version")
        fields["abi"] = nil
        let declarations: [FunctionDeclaration]
        do throws(PluginError) {
            declarations = try Self.declarations(fields)
        } catch {
            throw PluginError(error.code, "in the schema of \(path), \(error.message)")
        }
        let handle = try PluginLibrary.open(path)
        var functions: [Function] = []
        for declaration in declarations {
            functions.append(Function(declaration: declaration, symbol: try Self.symbol(declaration, handle, path)))
        }
        self.functions = functions
        plugin = PluginDescription(
            id: try Self.id(id, of: "plugin", orElse: declarations.count == 1 ? declarations[0].schema.id : nil, path),
            version: version?.stringValue ?? "", build: "", abiMinor: 0,
            trainables: declarations.map { declaration in
                .init(
                    id: declaration.schema.id, flags: declaration.schema.isDeterministic ? TUNED_DETERMINISTIC : 0,
                    schemaJSON: declaration.schema.json.text())
            })
    }

    package func open(
        _ request: OpenRequest, sink: HostSink, folds: [FoldsLayout.Rows]
    ) throws(PluginError) -> any TrainableHost {
        guard let function = functions.first(where: { $0.declaration.schema.id == request.trainable }) else {
            let known = plugin.trainables.map(\.id).joined(separator: ", ")
            throw PluginError(.unknownTrainable, "plugin \(plugin.id) has no trainable \"\(request.trainable)\"; it has \(known)")
        }
        return try FunctionHost(function.declaration, symbol: function.symbol, request, sink: sink, folds: folds)
    }

    // MARK: The sidecar

    /// Of a list of trainables, or of the one that the file itself is.
    private static func declarations(_ fields: [String: JSONValue]) throws(PluginError) -> [FunctionDeclaration] {
        guard let list = fields["trainables"] else { return [try declaration(.object(fields))] }
        guard let items = list.arrayValue, (1...Int(PluginLibrary.trainableLimit)).contains(items.count) else {
            throw PluginError(.malformed, "trainables is \(list.shown); it is a list of 1 to \(PluginLibrary.trainableLimit) functions")
        }
        if let unknown = fields.keys.filter({ $0 != "trainables" }).min() {
            throw PluginError(.malformed, "the key \"\(unknown.prefix(60))\" is unknown; beside \"trainables\" there are plugin and version")
        }
        var declarations: [FunctionDeclaration] = []
        for item in items {
            let next = try declaration(item)
            guard !declarations.contains(where: { $0.schema.id == next.schema.id }) else {
                throw PluginError(.malformed, "two trainables have the id \"\(next.schema.id)\"; ids are unique in a plugin")
            }
            declarations.append(next)
        }
        return declarations
    }

    private static func declaration(_ json: JSONValue) throws(PluginError) -> FunctionDeclaration {
        let declaration = try FunctionDeclaration(json)
        guard isID(declaration.schema.id) else { throw badID(declaration.schema.id, of: "a trainable") }
        return declaration
    }

    private static func id(_ json: JSONValue?, of what: String, orElse other: String?, _ path: String) throws(PluginError) -> String {
        let prefix = "in the schema of \(path), "
        guard let json, json != .null else {
            if let other { return other }
            throw PluginError(.malformed, prefix + "the key \"plugin\" is missing: it names the whole where there are several trainables")
        }
        guard let id = json.stringValue, isID(id) else {
            let error = badID(json.stringValue ?? json.shown, of: "the plugin")
            throw PluginError(error.code, prefix + error.message)
        }
        return id
    }

    private static func isID(_ text: String) -> Bool {
        (1...PluginLibrary.idLimit).contains(text.utf8.count) && text.utf8.allSatisfy(PluginLibrary.isIDByte)
    }

    private static func badID(_ id: String, of what: String) -> PluginError {
        PluginError(.malformed, "the id of \(what) is \"\(id.prefix(80))\"; it must be 1 to \(PluginLibrary.idLimit) characters of [a-z0-9._-]")
    }

    // MARK: The symbol

    private static func symbol(
        _ declaration: FunctionDeclaration, _ handle: UnsafeMutableRawPointer, _ path: String
    ) throws(PluginError) -> UnsafeMutableRawPointer {
        let name = declaration.signature.name
        let symbols = ElfSymbols.exports(of: path)
        if let symbol = dlsym(handle, name) {
            guard !symbols.variables.contains(name) else {
                throw PluginError(.missingSymbol, "\(name) of \(path) is a variable, no function: name the function to call")
            }
            return symbol
        }
        // The Itanium C++ ABI writes a name behind its length.
        let mangled = "\(name.utf8.count)\(name)"
        if symbols.functions.contains(where: { $0.hasPrefix("_Z") && $0.contains(mangled) }) {
            throw PluginError(.missingSymbol, "\(path) has \(name) as a C++ function only: declare it extern \"C\" in its source")
        }
        var hint = "; is it static, or hidden by -fvisibility?"
        if let near = nearest(to: name, among: symbols.functions) {
            hint = "; did you mean \(near)?"
        } else if (1...20).contains(symbols.functions.count) {
            hint = "; it exports \(symbols.functions.sorted().joined(separator: ", "))"
        }
        throw PluginError(.missingSymbol, "\(path) exports no function \(name)\(hint)")
    }
}
