import Glibc
import TunedRecords

/// Sees that a study's trials read the same data, however long it lasts: looks before each run whether the study's copy is the file that it was,
/// and reads it again only where it may not be.
struct DataGuard {
    private struct Identity: Equatable {
        var device: UInt
        var file: UInt
        var size: Int
        var changed: Int
        var nanoseconds: Int
    }

    let path: String
    /// SHA-256 in hexadecimal of what trials may read.
    private(set) var digest: String
    private var known: Identity?

    init?(_ data: DataReference?) {
        guard let copy = data?.copy else { return nil }
        path = copy
        digest = DataStore.name(of: copy)
    }

    /// The digest of the data where it is another one now; "" where it cannot be read. May read the whole file.
    mutating func change() -> String? {
        let now = Self.identity(of: path)
        if let now, now == known { return nil }
        guard let bytes = try? DurableFile.read(path, limit: DataStore.sizeLimit) else { return "" }
        let found = DataStore.digest(bytes)
        guard found == digest else { return found }
        known = now
        return nil
    }

    /// A person allowed what the data is now.
    mutating func allow(_ digest: String) {
        self.digest = digest
        known = nil
    }

    private static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(
            device: UInt(status.st_dev), file: UInt(status.st_ino), size: Int(status.st_size), changed: status.st_ctim.tv_sec,
            nanoseconds: status.st_ctim.tv_nsec)
    }
}

extension StudyDriver {
    /// Whether the next run would read what the others read; pauses the study where it would not.
    func mayUseData() -> Bool {
        guard let found = dataGuard?.change() else { return true }
        _ = try? pause(because: changedData(found))
        return false
    }

    /// Refuses to go on with other data, unless that is allowed.
    func checkData(allowed: Bool) throws(EngineError) {
        guard let found = dataGuard?.change() else { return }
        guard allowed, !found.isEmpty else {
            throw EngineError(.dataChanged, "study \(slug) cannot go on: \(changedData(found))")
        }
        dataGuard?.allow(found)
        environments.bySlot = [:]
        record([.dataAllowed(digest: found, reason: "a person said to go on with it")])
    }

    private func changedData(_ found: String) -> String {
        let (path, digest) = (dataGuard?.path ?? "", dataGuard?.digest ?? "")
        if found.isEmpty { return "its data is gone: the daemon's copy \(path) cannot be read" }
        return "its data changed between trials: the daemon's copy \(path) had the SHA-256 \(digest.prefix(12)) and has \(found.prefix(12)). "
            + "Put it back as it was; `tuned resume \(slug) --allow-changed-data` goes on with trials that cannot be compared with those before"
    }

    /// Of what trials read now: that of the file that a person named, until something else was allowed.
    var dataDigest: String {
        guard let data = declaration.data else { return "" }
        guard let dataGuard, dataGuard.digest != DataStore.name(of: dataGuard.path) else { return data.digest }
        return dataGuard.digest
    }
}
