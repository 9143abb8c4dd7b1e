import Glibc

/// Recognises file systems on which SQLite's write-ahead log and locks do not hold: several machines may reach them, and shared
/// memory ends at the machine's border (<https://www.sqlite.org/wal.html>).
package enum NetworkFileSystem {
    /// The type of the network file system that holds an existing path; nil where it is a local one, or unknown.
    package static func holding(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        guard let file = fopen("/proc/self/mountinfo", "re") else { return nil }
        defer { fclose(file) }
        var mounts: [String] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line { mounts.append(String(cString: line)) }
        return type(holding: String(cString: real), mounts: mounts).flatMap { isRemote($0) ? $0 : nil }
    }

    /// The type of the file system that an absolute path without links lies on.
    ///
    /// - Parameter mounts: the lines of /proc/self/mountinfo (proc(5)): `ID PARENT MAJOR:MINOR ROOT MOUNT-POINT ... - TYPE ...`.
    package static func type(holding path: String, mounts: [String]) -> String? {
        var best: (point: String, type: String)?
        for line in mounts {
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count > 4, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
            let point = unescaped(fields[4])
            let contains = point == "/" || path == point || path.hasPrefix("\(point)/")
            // The last of several mounts on one point hides the others.
            guard contains, point.utf8.count >= best?.point.utf8.count ?? 0 else { continue }
            best = (point, String(fields[dash + 1]))
        }
        return best?.type
    }

    package static func isRemote(_ type: String) -> Bool {
        let network: Set = [
            "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "lustre", "gpfs", "beegfs", "glusterfs",
            "orangefs", "pvfs2", "ocfs2", "gfs2", "coda", "panfs", "wekafs",
        ]
        // Most user-space file systems reach over a network; these do not.
        let localFUSE: Set = [
            "fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.encfs", "fuse.bindfs", "fuse.ntfs-3g", "fuse.mergerfs",
        ]
        return network.contains(type) || (type == "fuse" || type.hasPrefix("fuse.")) && !localFUSE.contains(type)
    }

    /// Space, tab, newline and backslash are written as a backslash and three octal digits.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
