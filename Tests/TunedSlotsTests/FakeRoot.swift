import Foundation
import TunedSlots

/// A folder that imitates `/`, and is gone with its test.
final class FakeRoot {
    let url = FileManager.default.temporaryDirectory.appending(path: "tuned-fake-root-\(UUID().uuidString)")
    var files: SystemFiles { SystemFiles(root: url.path) }

    /// - Parameter contents: by path relative to `/`.
    init(_ contents: [String: String]) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (path, text) in contents {
            let file = url.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data((text + "\n").utf8).write(to: file)
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
