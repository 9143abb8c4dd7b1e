import Foundation
import GRDB
import Testing
import TunedRecords
import TunedStorage
import TunedTestSupport

/// Opening a data directory: what is made, and what is refused.
@Suite struct OpeningTests {
    private func filled() async throws -> ScratchDirectory {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let study = store.createStudy("kept")
        for number in 0..<300 { store.append(wholeTrial(number), study: study, time: 1) }
        store.close()
        return scratch
    }

    @Test func filesAreTheOwnersAlone() throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        #expect(try scratch.mode(of: "") == 0o700)
        for name in ["tuned.sqlite", "tuned.sqlite-wal", "tuned.sqlite-shm", "lock"] {
            #expect(try scratch.mode(of: name) == 0o600, "\(name)")
        }
        store.close()
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(Set(left).isSubset(of: ["tuned.sqlite", "lock"]))
    }

    @Test func commitsAreSynchronous() throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        #expect(try store.pragma("synchronous") == "2")
        #expect(try store.pragma("journal_mode") == "wal")
        store.close()
    }

    @Test func aSecondDaemonIsRefused() throws {
        let scratch = ScratchDirectory()
        let store = try scratch.open()
        let error = scratch.refusal()
        #expect(error?.code == .locked)
        #expect(error?.message.contains("process id \(getpid())") == true)
        #expect(error?.message.contains("TUNED_HOME") == true)
        store.close()
        #expect(scratch.refusal() == nil)
    }

    @Test(arguments: [4_096 * 3, 4_096 * 7, 4_096 * 12])
    func aDamagedPageIsRefused(offset: UInt64) async throws {
        let scratch = try await filled()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.database))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 2_048))
        try file.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.database))
        let error = scratch.refusal()
        #expect(error?.code == .damaged)
        #expect(error?.message.contains(".recover") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.database)) == before)
    }

    @Test(arguments: [0.0, 0.01, 0.5, 0.9])
    func aTruncatedFileIsRefused(share: Double) async throws {
        let scratch = try await filled()
        let size = try #require(FileManager.default.attributesOfItem(atPath: scratch.database)[.size] as? Int)
        #expect(truncate(scratch.database, Int(Double(size) * share)) == 0)
        #expect(scratch.refusal()?.code == .damaged)
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let scratch = ScratchDirectory()
        try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: true)
        try Data(repeating: 0x20, count: 10_000).write(to: URL(fileURLWithPath: scratch.database))
        #expect(scratch.refusal()?.code == .damaged)
    }

    @Test func aLogWithoutItsFileIsRefused() throws {
        let scratch = ScratchDirectory()
        try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: true)
        try Data(repeating: 1, count: 100).write(to: URL(fileURLWithPath: scratch.database + "-wal"))
        #expect(scratch.refusal()?.code == .damaged)
    }

    @Test func aNewerFormatIsRefused() async throws {
        let scratch = try await filled()
        try await DatabaseQueue(path: scratch.database).writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA user_version = 9")
        }
        let error = scratch.refusal()
        #expect(error?.code == .newerFormat)
        #expect(error?.message.contains("format 9") == true)
    }

    /// A file from before there were batches gets their table, and keeps what it holds.
    @Test func anOlderFormatIsTakenUp() async throws {
        let scratch = try await filled()
        try await DatabaseQueue(path: scratch.database).writeWithoutTransaction { database in
            try database.execute(sql: "DROP TABLE batches")
            try database.execute(sql: "ALTER TABLE trials DROP COLUMN constraints")
            try database.execute(sql: "ALTER TABLE studies DROP COLUMN space_changes")
            try database.execute(sql: "ALTER TABLE trials DROP COLUMN replicate_of")
            try database.execute(sql: "ALTER TABLE trials DROP COLUMN continues")
            try database.execute(sql: "ALTER TABLE trials DROP COLUMN continues_at")
            try database.execute(sql: "ALTER TABLE studies DROP COLUMN test_uses")
            try database.execute(sql: "ALTER TABLE studies DROP COLUMN replays")
            try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier IN ('v2', 'v3', 'v4')")
            try database.execute(sql: "PRAGMA user_version = 1")
        }
        let store = try scratch.open()
        #expect(try store.pragma("user_version") == "4")
        let study = try #require(try store.study(slug: "kept"))
        #expect(try store.trials(of: study.id, matching: TrialQuery()).count == 300)
        var random = RandomEvents(seed: 1)
        let batch = random.batch(first: 300)
        store.append([.batchRun(batch)], study: study.id, time: 2)
        try await store.settle()
        #expect(try store.study(slug: "kept")?.counts.total == 300 + batch.count)
        store.close()
    }

    @Test func itIsToldWhetherTheLastOwnerClosedTheStore() throws {
        let scratch = ScratchDirectory()
        let first = try scratch.open()
        #expect(first.wasClosed)
        first.close()
        let second = try scratch.open()
        #expect(second.wasClosed)
        // As a crash leaves it: the mark that a start sets is still there.
        try FileManager.default.copyItem(atPath: scratch.path, toPath: scratch.path + "-crashed")
        defer { try? FileManager.default.removeItem(atPath: scratch.path + "-crashed") }
        second.close()
        let third = try SQLiteEventStore(directory: scratch.path + "-crashed", clock: SystemClock())
        #expect(!third.wasClosed)
        third.close()
    }

    @Test func aDatabaseOfAnotherProgramIsRefused() async throws {
        let scratch = ScratchDirectory()
        try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: true)
        try await DatabaseQueue(path: scratch.database).writeWithoutTransaction { database in
            try database.execute(sql: "CREATE TABLE recipes (name TEXT)")
        }
        let error = scratch.refusal()
        #expect(error?.code == .other)
        #expect(error?.message.contains("another program") == true)
    }

    @Test func aCreationThatWasInterruptedIsTakenUp() throws {
        let scratch = ScratchDirectory()
        try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: true)
        try Data(repeating: 7, count: 100).write(to: URL(fileURLWithPath: scratch.database + ".new"))
        #expect(scratch.refusal() == nil)
    }

    @Test func aFileInPlaceOfTheDirectoryIsRefused() throws {
        let scratch = ScratchDirectory()
        try Data().write(to: URL(fileURLWithPath: scratch.path))
        #expect(scratch.refusal()?.message.contains("is not a directory") == true)
    }

    @Test(arguments: [
        ("/home/anna/.tuned", "nfs4", true), ("/data/tuned", "ext4", false), ("/data/lab/tuned", "fuse.sshfs", true),
        ("/data/labour", "ext4", false), ("/mnt/with space/x", "cifs", true), ("/var", "overlay", false),
    ])
    func networkFileSystemsAreTold(path: String, type: String, isRemote: Bool) {
        let mounts = [
            "22 1 0:5 / / rw,relatime - overlay overlay rw", "30 22 8:1 / /data rw shared:1 - ext4 /dev/sda1 rw",
            "31 22 0:50 / /home rw - nfs4 server:/home rw,vers=4.2", "32 30 0:51 / /data/lab rw - fuse.sshfs lab: rw",
            "33 22 0:52 / /mnt/with\\040space rw - cifs //nas/share rw", "a line that is something else",
        ]
        let found = NetworkFileSystem.type(holding: path, mounts: mounts)
        #expect(found == type)
        #expect(NetworkFileSystem.isRemote(type) == isRemote)
    }
}
