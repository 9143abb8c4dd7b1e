import Glibc

/// The text files in which Linux describes the machine, under `/` or, in a test, under a folder that imitates it.
package struct SystemFiles: Sendable {
    private let root: String

    package init(root: String = "") { self.root = root }

    /// The content of a file such as `/proc/meminfo`, without white space at its end; nil if unreadable.
    func text(_ path: String) -> String? {
        let file = open(root + path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            content.append(contentsOf: chunk[..<count])
        }
        while let last = content.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { content.removeLast() }
        return String(decoding: content, as: UTF8.self)
    }

    func exists(_ path: String) -> Bool { access(root + path, F_OK) == 0 }

    /// Names in a folder, in no order; none if it is unreadable.
    func names(in path: String) -> [String] {
        guard let folder = opendir(root + path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// A list such as `0-3,8`; nil if the file is unreadable or holds something else.
    func cpuList(_ path: String) -> [Int]? { text(path).flatMap(CPUList.parse) }
}
