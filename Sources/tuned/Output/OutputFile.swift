import Glibc
import TunedRecords
import TunedSpace

/// Files that verbs write for a person: whole or not at all, over one that is there.
enum OutputFile {
    /// Refuses, before anything is asked of the daemon, what could not be written.
    static func check(_ path: String, endings: [String]) throws(CommandError) {
        guard endings.contains(ending(of: path)) else {
            throw .usage("-o \(path): the name has to end in \(endings.map { ".\($0)" }.joined(separator: " or "))")
        }
        var status = stat()
        let folder = FileText.folder(of: path)
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw CommandError(.usage, code: "no-file", "-o \(path): there is no folder \(folder); make it first: mkdir -p \(folder)")
        }
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw CommandError(.usage, code: "no-file", "-o \(path) is there and no file; give another name, or - for standard output")
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(CommandError) {
        do { try DurableFile.write(bytes, to: path, mode: 0o644) } catch {
            throw CommandError(.failure, code: "no-file", "cannot write \(path)", underlying: error.message)
        }
    }

    static func json(_ path: String, _ bytes: [UInt8], _ fields: [String: JSONValue]) -> JSONValue {
        .object(fields.merging(["file": .string(FileText.absolute(path)), "bytes": .integer(Int64(bytes.count))]) { $1 })
    }

    /// In small letters, without the dot; empty where there is none.
    static func ending(of path: String) -> String {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    /// The file's name without its ending.
    static func stem(of path: String) -> String {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)])
    }
}
