import Glibc

/// Small text files, read whole.
package enum FileText {
    /// Study and configuration files are far smaller.
    package static let limit = 1 << 20

    /// `what` names the file's role in errors: "study file".
    package static func read(_ path: String, what: String) throws(CommandError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandError(
                .usage, code: "no-file", "cannot read the \(what) \(path): \(reason)", underlying: reason)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let reason = String(cString: strerror(errno))
                throw CommandError(
                    .usage, code: "no-file", "cannot read the \(what) \(path): \(reason)", underlying: reason)
            }
            if count == 0 { break }
            bytes.append(contentsOf: buffer.prefix(count))
            guard bytes.count <= limit else { throw .usage("the \(what) \(path) is longer than \(limit) bytes") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .usage("the \(what) \(path) is not UTF-8 text")
        }
        return text
    }

    /// An absolute path: as it is, or below `folder`, or below the working directory. One that goes up again is resolved where its
    /// folder is there.
    package static func absolute(_ path: String, in folder: String? = nil) -> String {
        if path.hasPrefix("/") { return resolved(path) }
        if let folder { return absolute("\(folder)/\(path)") }
        guard let directory = getcwd(nil, 0) else { return path }
        defer { free(directory) }
        return resolved("\(String(cString: directory))/\(path)")
    }

    /// Only where it has a `.` or `..`: links that a person named stay as they are.
    private static func resolved(_ path: String) -> String {
        let parts = path.split(separator: "/")
        guard let name = parts.last, parts.contains(where: { $0 == "." || $0 == ".." }) else { return path }
        guard name != ".", name != "..", let folder = realpath(self.folder(of: path), nil) else { return path }
        defer { free(folder) }
        let text = String(cString: folder)
        return text == "/" ? "/\(name)" : "\(text)/\(name)"
    }

    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
