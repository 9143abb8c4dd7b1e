import Glibc

/// Where the programs of this installation are.
enum Executables {
    /// This very program, by its absolute path.
    static func own() throws(CommandError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw .failure("cannot read /proc/self/exe: is /proc mounted?") }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `TUNED_WORKER`, else beside this program, else in libexec beside its folder.
    static func worker() throws(CommandError) -> String {
        if let path = ProcessEnvironment.current["TUNED_WORKER"] {
            let absolute = FileText.absolute(path)
            guard access(absolute, X_OK) == 0 else { throw .failure("TUNED_WORKER is \(path), which is no program") }
            return absolute
        }
        let folder = FileText.folder(of: try own())
        let places = ["\(folder)/tuned-worker", "\(FileText.folder(of: folder))/libexec/tuned/tuned-worker"]
        guard let path = places.first(where: { access($0, X_OK) == 0 }) else {
            throw .failure(
                """
                the program tuned-worker is missing: looked for \(places.joined(separator: " and ")). Install it there, \
                or set TUNED_WORKER.
                """
            )
        }
        return path
    }
}
