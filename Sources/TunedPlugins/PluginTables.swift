import CTunedPlugin
import Glibc

/// A table whose first field is its size in bytes as its writer knew it.
protocol SizedTable {
    init()
}

extension tuned_plugin: SizedTable {}
extension tuned_trainable: SizedTable {}
extension tuned_dataset: SizedTable {}
extension tuned_dataset_extension: SizedTable {}
extension tuned_stepwise_extension: SizedTable {}
extension tuned_batch_extension: SizedTable {}

extension SizedTable {
    /// A copy of what both sides know: min(the writer's size, ours), the rest zero, as the ABI's versioning asks.
    /// Nil where the table is too short to hold the bytes up to `required`.
    init?(reading table: UnsafePointer<Self>, required: Int) {
        let size = Int(UnsafeRawPointer(table).loadUnaligned(as: UInt32.self))
        guard size >= required else { return nil }
        self.init()
        withUnsafeMutableBytes(of: &self) { copy in
            copy.copyMemory(from: UnsafeRawBufferPointer(start: table, count: min(size, copy.count)))
        }
    }
}

/// Text that a plugin handed over: bounded, and valid UTF-8 whatever it was.
enum PluginText {
    /// Nil for NULL and for text that does not end within `limit` bytes.
    static func read(_ text: UnsafePointer<CChar>?, limit: Int) -> String? {
        guard let text else { return nil }
        let length = strnlen(text, limit + 1)
        guard length <= limit else { return nil }
        return decode(text, length)
    }

    /// What does not fit is cut off; "" for NULL.
    static func prefix(_ text: UnsafePointer<CChar>?, limit: Int) -> String {
        guard let text else { return "" }
        return decode(text, strnlen(text, limit))
    }

    private static func decode(_ text: UnsafePointer<CChar>, _ length: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
    }
}
