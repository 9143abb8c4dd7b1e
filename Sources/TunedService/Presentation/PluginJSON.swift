package import TunedEngine
import TunedRecords
package import TunedSpace

/// A loaded plugin for programs outside.
package enum PluginJSON {
    package static func value(of plugin: LoadedPlugin) -> JSONValue {
        var fields: [String: JSONValue] = [
            "name": .string(plugin.name), "version": .string(plugin.version), "build_id": .string(plugin.buildID),
            "abi_minor": .integer(Int64(plugin.abiMinor)), "path": .string(plugin.path),
            "hash": .string(plugin.image.hash),
            "loaded_at": .integer(plugin.loadedAt), "warnings": .array(plugin.warnings.map(JSONValue.string)),
            "trainables": .array(plugin.trainables.map(trainable)),
        ]
        if let quarantine = plugin.quarantine {
            fields["quarantine"] = .object([
                "crashes": .integer(Int64(quarantine.crashes)), "last": .string(quarantine.last), "since": .integer(quarantine.since),
            ])
        }
        return .object(fields)
    }

    private static func trainable(_ trainable: LoadedPlugin.Trainable) -> JSONValue {
        .object([
            "id": .string(trainable.id), "schema": trainable.schema.json, "flags": .integer(Int64(trainable.flags)),
        ])
    }
}
