import CTunedPlugin
import Glibc
import TunedWire

/// The `tuned_config` that create is given.
enum ConfigTable {
    /// The table and all it points to are valid until `body` returns, as the ABI says of inputs.
    static func with<Result>(_ request: OpenRequest, _ body: (UnsafePointer<tuned_config>) -> Result) -> Result {
        let keys = request.config.map { UnsafePointer(strdup($0.key)) }
        let values = request.config.map { UnsafePointer(strdup($0.value)) }
        let path = request.dataPath.map { UnsafePointer(strdup($0)) } ?? nil
        let json = UnsafePointer(strdup(request.configJSON))
        defer {
            for text in keys + values + [path, json] { free(UnsafeMutablePointer(mutating: text)) }
        }
        return keys.withUnsafeBufferPointer { keys in
            values.withUnsafeBufferPointer { values in
                var config = tuned_config(
                    size: UInt32(MemoryLayout<tuned_config>.size), key_count: UInt32(keys.count),
                    keys: keys.baseAddress, values: values.baseAddress, data_path: path, json: json)
                return body(&config)
            }
        }
    }
}
