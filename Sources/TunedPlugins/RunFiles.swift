import Glibc
import TunedRecords

/// What a run keeps on disk: its checkpoint, and artifacts. Belongs to the thread that makes the run's [trial] call.
///
///     FOLDER/checkpoint          the last that was committed
///     FOLDER/artifacts/NAME
final class RunFiles {
    /// The plugin's hash and the trainable: a checkpoint of another build may hold anything.
    private let owner: String
    /// Nil where the host keeps nothing for the run.
    private var folder: String?
    private var writer: CheckpointWriter?
    /// Why the checkpoint that was begun last cannot be written.
    private(set) var writeFailure: CheckpointError?
    private var reader: CheckpointReader?

    static let nameLimit = 128

    /// Seconds between checkpoints that are waited for until they are on the disk: short epochs shall not wait for it each time.
    private static let syncInterval = 1.0
    private var syncedAt: UInt64?

    init(owner: String) { self.owner = owner }

    func begin(folder: String?) {
        self.folder = folder
        writer = nil
        writeFailure = nil
        reader = nil
        syncedAt = nil
    }

    /// Ends a run. Its checkpoint stays: whoever has the result drops it once that is kept.
    func end() {
        writer = nil
        reader = nil
    }

    var keepsCheckpoints: Bool { folder != nil }

    // MARK: Checkpoints

    func beginCheckpoint(step: Int64) throws(CheckpointError) {
        writer = nil
        writeFailure = nil
        guard let folder else { throw CheckpointError("this run's host keeps none") }
        try make(folder)
        let isDue = syncedAt.map { MonotonicTime.seconds(since: $0) >= Self.syncInterval } ?? true
        writer = try CheckpointWriter(path: "\(folder)/checkpoint", step: step, owner: owner, isDurable: isDue)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        guard let writer else { throw CheckpointError("write was called before begin") }
        do throws(CheckpointError) {
            try writer.append(bytes)
        } catch {
            self.writer = nil
            writeFailure = error
            throw error
        }
    }

    func commit() throws(CheckpointError) {
        guard let writer else { throw CheckpointError("commit was called before begin") }
        self.writer = nil
        try writer.commit()
        if writer.isDurable { syncedAt = MonotonicTime.now() }
    }

    /// The checkpoint's step; nil on a fresh start.
    func restore() throws(CheckpointError) -> Int64? {
        reader = nil
        guard let folder else { return nil }
        reader = try CheckpointReader(path: "\(folder)/checkpoint", owner: owner)
        return reader?.step
    }

    /// As ``CheckpointReader/read(into:)``; -1 also where none is open.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int { reader?.read(into: buffer) ?? -1 }

    // MARK: Artifacts

    func store(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        try replace(name) { Files.write(bytes, to: $0) }
    }

    func store(_ name: String, file: String) throws(CheckpointError) {
        let source = open(file, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw CheckpointError(system: "open", file) }
        defer { close(source) }
        try replace(name) { target in
            let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
            defer { room.deallocate() }
            while true {
                let count = Glibc.read(source, room.baseAddress, room.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return count == 0 }
                guard Files.write(UnsafeRawBufferPointer(rebasing: room[..<count]), to: target) else { return false }
            }
        }
    }

    /// Fills a file beside its final name; it takes that name once it is whole.
    private func replace(_ name: String, _ fill: (Int32) -> Bool) throws(CheckpointError) {
        guard let folder else { throw CheckpointError("this run's host keeps no artifacts") }
        guard Self.isName(name) else {
            throw CheckpointError(
                "\"\(name)\" is no name of an artifact: 1 to \(Self.nameLimit) of A-Z, a-z, 0-9, dot, dash and underscore, not beginning with a dot")
        }
        try make(folder)
        let directory = "\(folder)/artifacts"
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw CheckpointError(system: "make", directory) }
        let temporary = "\(directory)/.\(name).part"
        let target = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard target >= 0 else { throw CheckpointError(system: "create", temporary) }
        defer { close(target) }
        guard fill(target), fdatasync(target) == 0, rename(temporary, "\(directory)/\(name)") == 0 else {
            let error = CheckpointError(system: "write", "\(directory)/\(name)")
            unlink(temporary)
            throw error
        }
    }

    private static func isName(_ name: String) -> Bool {
        (1...nameLimit).contains(name.utf8.count) && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }

    /// Makes the run's folder, and the study's above it.
    private func make(_ folder: String) throws(CheckpointError) {
        if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
        if errno == ENOENT, let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
            try make(String(folder[..<slash]))
            if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
        }
        throw CheckpointError(system: "make", folder)
    }
}
