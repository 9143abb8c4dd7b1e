import Glibc
import Testing
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// The verdict that is kept beside a plugin's copy.
@Suite struct RecordTests {
    private static let hash = String(repeating: "ab", count: 32)

    private func store() throws -> (PluginStore, String) {
        let directory = TestPlugins.temporaryDirectory() + "/store"
        return (try PluginStore(directory: directory), directory)
    }

    private func record() -> CheckRecord {
        let finding = CheckFinding(
            .warning, test: "hygiene/state", name: "umask", "it ünd \"that\"", advice: "do", detail: "{}",
            numbers: [.init(name: "count", value: 2)])
        return CheckRecord(
            hash: Self.hash,
            trainables: [
                "a": .init(seed: 7, passed: true, fitForInprocess: true, findings: []),
                "b": .init(seed: 9, passed: true, fitForInprocess: false, findings: [finding]),
            ])
    }

    @Test func aRecordIsReadAsItWasWritten() throws {
        let (store, directory) = try store()
        try record().write(to: store)
        #expect(CheckRecord.read(hash: Self.hash, in: store) == record())
        #expect(access("\(directory)/\(Self.hash).check.json", R_OK) == 0)
        #expect(record().passed && !record().fitForInprocess && record().isFit(trainable: "a") && !record().isFit(trainable: "b"))
    }

    @Test(arguments: ["", "{", "[]", #"{"revision": 1}"#, #"{"revision": 0, "hash": "HASH", "trainables": {}}"#])
    func whatIsNoRecordIsNotRead(content: String) throws {
        let (store, directory) = try store()
        let file = try #require(fopen("\(directory)/\(Self.hash).check.json", "w"))
        fputs(content.replacing("HASH", with: Self.hash), file)
        fclose(file)
        #expect(CheckRecord.read(hash: Self.hash, in: store) == nil)
    }

    @Test func aRecordOfAnotherHashIsNotRead() throws {
        let (store, directory) = try store()
        try record().write(to: store)
        let other = String(repeating: "cd", count: 32)
        #expect(rename("\(directory)/\(Self.hash).check.json", "\(directory)/\(other).check.json") == 0)
        #expect(CheckRecord.read(hash: other, in: store) == nil)
        #expect(CheckRecord.read(hash: "../x", in: store) == nil)
    }

    @Test func aRemovedPluginTakesItsRecordAlong() throws {
        let (store, _) = try store()
        try record().write(to: store)
        try store.remove(hash: Self.hash)
        #expect(CheckRecord.read(hash: Self.hash, in: store) == nil)
    }

    @Test func nothingCheckedIsNothingPassed() {
        let empty = CheckRecord(hash: Self.hash)
        #expect(!empty.passed && !empty.fitForInprocess && !empty.isFit(trainable: "a"))
    }
}
