import Hummingbird
import TunedEngine
import TunedRecords
import TunedSpace

/// Plugins: loading one runs its code in a probe process of the daemon's user.
struct PluginRoutes: Sendable {
    let parts: ServiceParts

    var routes: [Route] {
        [
            Route(.get, "/v1/plugins", list),
            Route(.post, "/v1/plugins", load),
            Route(.get, "/v1/plugins/{name}", show),
            Route(.delete, "/v1/plugins/{name}", unload),
            Route(.post, "/v1/plugins/{name}/release", release),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        return .json(.object(["plugins": .array(parts.bridge.engine.loadedPlugins().map(PluginJSON.value))]))
    }

    @Sendable private func load(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let (path, sidecar) = try await request.fields(upTo: parts.limits.bodyBytes, Self.library)
        let plugin = try await parts.bridge.reply { engine, reply in engine.loadPlugin(path: path, sidecar: sidecar, reply: reply) }
        return .json(PluginJSON.value(of: plugin), status: .created)
    }

    private static func library(in fields: inout JSONFields) throws -> (path: String, sidecar: JSONValue?) {
        let path = try fields.string("path")
        let sidecar = fields.take("schema")
        guard let path, path.hasPrefix("/"), path.utf8.count < 4096, !path.utf8.contains(0) else {
            throw ServiceError.invalid(
                "name the plugin's file by its absolute path: {\"path\": \"/home/me/svm.so\"}", path: "path")
        }
        if let sidecar, sidecar.objectValue == nil {
            throw ServiceError.invalid("a schema is a map of keys to values, found \(sidecar.shown)", path: "schema")
        }
        return (path, sidecar)
    }

    @Sendable private func show(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        let name = try context.pluginName()
        let plugins = parts.bridge.engine.loadedPlugins()
        guard let plugin = plugins.first(where: { $0.name == name }) else {
            let hint = nearest(to: name, among: plugins.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
            throw ServiceError.notFound("no plugin \"\(name)\" is loaded\(hint)")
        }
        return .json(PluginJSON.value(of: plugin))
    }

    @Sendable private func release(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let name = try context.pluginName()
        try await request.fields(upTo: parts.limits.bodyBytes) { _ in }
        let plugin = try await parts.bridge.reply { engine, reply in engine.release(name, reply: reply) }
        return .json(PluginJSON.value(of: plugin))
    }

    @Sendable private func unload(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let name = try context.pluginName()
        let plugin = try await parts.bridge.reply { engine, reply in engine.unloadPlugin(name, reply: reply) }
        return .json(PluginJSON.value(of: plugin))
    }
}
