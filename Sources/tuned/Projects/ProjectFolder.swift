import Glibc

/// The folder that a new project is written to. Nothing that is there is ever overwritten.
package struct ProjectFolder: Hashable, Sendable {
    /// Absolute.
    package let path: String

    /// Makes the folder where there is none; throws where there is something in it.
    package init(making path: String) throws(CommandError) {
        self.path = FileText.absolute(path)
        try Self.makeFolders(self.path)
        guard let stream = opendir(self.path) else { throw Self.problem("cannot read the folder", self.path) }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            throw CommandError(
                .conflict, code: "exists",
                "the folder \(path) is not empty (it has \(name)): choose another one with --directory")
        }
    }

    package func write(_ files: [ProjectTemplate.File]) throws(CommandError) {
        for file in files {
            let target = "\(path)/\(file.path)"
            try Self.makeFolders(FileText.folder(of: target))
            let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw Self.problem("cannot write", target) }
            defer { close(descriptor) }
            var rest = Array(file.text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw Self.problem("cannot write", target) }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func makeFolders(_ path: String) throws(CommandError) {
        if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path != "/" else { throw problem("cannot make the folder", path) }
        try makeFolders(FileText.folder(of: path))
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw problem("cannot make the folder", path) }
    }

    private static func problem(_ what: String, _ path: String) -> CommandError {
        let reason = String(cString: strerror(errno))
        return .failure("\(what) \(path): \(reason)", underlying: reason)
    }
}
