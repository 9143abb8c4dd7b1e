import Glibc

/// Counts the records of a data file: one a line, below a header; empty lines do not count.
enum RecordCount {
    static func records(of path: String) throws(PluginError) -> Int {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { room.deallocate() }
        var lines = 0
        var isInLine = false
        while true {
            let count = read(descriptor, room.baseAddress, room.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw problem(path, String(cString: strerror(errno))) }
            if count == 0 { break }
            for byte in room[..<count] {
                switch byte {
                case UInt8(ascii: "\n"): isInLine = false
                case UInt8(ascii: "\r"): break
                case _ where !isInLine:
                    isInLine = true
                    lines += 1
                default: break
                }
            }
        }
        guard (2...Int(Int32.max)).contains(lines) else {
            throw problem(path, "it has \(lines) lines; a header and one record a line are needed")
        }
        return lines - 1
    }

    private static func problem(_ path: String, _ what: String) -> PluginError {
        PluginError(.create, "the rows of \(path) cannot be counted: \(what)")
    }
}
