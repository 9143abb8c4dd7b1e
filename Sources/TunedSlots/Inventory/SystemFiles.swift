import Glibc
import TunedRecords

/// The text files in which Linux describes the machine, under `/` or, in a test, under a folder that imitates it.
package struct SystemFiles: Sendable {
    private let root: String
    /// Bytes; `/proc/mounts` and the like are far shorter.
    private static let sizeLimit = 4 << 20

    package init(root: String = "") { self.root = root }

    /// The content of a file such as `/proc/meminfo`, without white space at its end; nil if unreadable.
    func text(_ path: String) -> String? {
        guard var content = Files.bytes(of: root + path, limit: Self.sizeLimit) else { return nil }
        while let last = content.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { content.removeLast() }
        return String(decoding: content, as: UTF8.self)
    }

    func exists(_ path: String) -> Bool { access(root + path, F_OK) == 0 }

    /// Names in a folder, in no order; none if it is unreadable.
    func names(in path: String) -> [String] { Files.names(in: root + path) ?? [] }

    /// A list such as `0-3,8`; nil if the file is unreadable or holds something else.
    func cpuList(_ path: String) -> [Int]? { text(path).flatMap(CPUList.parse) }
}
