import Glibc
import TunedRecords

/// The folder that a new project is written to. Nothing that is there is ever overwritten.
package struct ProjectFolder: Hashable, Sendable {
    /// Absolute.
    package let path: String

    /// Makes the folder where there is none; throws where there is something in it.
    package init(making path: String) throws(CommandError) {
        self.path = FileText.absolute(path)
        try Self.makeFolders(self.path)
        guard let names = Files.names(in: self.path) else { throw Self.problem("cannot read the folder", self.path) }
        if let name = names.first {
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
            var text = file.text
            let isWritten = text.withUTF8 { Files.write(UnsafeRawBufferPointer($0), to: descriptor) }
            guard isWritten else { throw Self.problem("cannot write", target) }
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
