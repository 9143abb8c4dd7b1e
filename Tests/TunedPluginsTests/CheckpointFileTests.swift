import Glibc
import Testing
import TunedRecords
import TunedTestSupport
@testable import TunedPlugins

/// Checkpoints as files: what is written is read, in pieces of any size, and files of earlier versions still are.
@Suite struct CheckpointFileTests {
    private let path = TestPlugins.temporaryDirectory() + "/checkpoint"
    private let owner = "0123 keeper"

    private func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

    private func save(_ bytes: [UInt8], pieces: [Int] = [], isDurable: Bool = true) throws {
        let writer = try CheckpointWriter(path: path, step: 7, owner: owner, isDurable: isDurable)
        var start = 0
        for end in pieces + [bytes.count] {
            try bytes[start..<end].withUnsafeBytes { try writer.append($0) }
            start = end
        }
        try writer.commit()
    }

    private func load(_ piece: Int) throws -> [UInt8] {
        let reader = try #require(try CheckpointReader(path: path, owner: owner))
        #expect(reader.step == 7)
        var all: [UInt8] = []
        var room = [UInt8](repeating: 0, count: piece)
        while case let count = room.withUnsafeMutableBytes({ reader.read(into: $0) }), count > 0 { all += room[..<count] }
        return all
    }

    private func overwrite(_ bytes: [UInt8]) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return (error as? CheckpointError)?.message ?? "\(error)" }
        return "no error"
    }

    /// As the library of the hash's author says (libxxhash 0.8.1).
    @Test(arguments: [
        ("", 0xef46_db37_51d8_e999 as UInt64), ("abc", 0x44bc_2cf5_ad77_0999), ("Nobody inspects the spammish repetition", 0xfbce_a83c_8a37_8bf1),
    ])
    func theHashIsXXH64(text: String, value: UInt64) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            var hash = XXH64()
            bytes[..<cut].withUnsafeBytes { hash.update($0) }
            bytes[cut...].withUnsafeBytes { hash.update($0) }
            #expect(hash.value == value, "cut at \(cut)")
        }
    }

    @Test(arguments: [0, 1, 31, 33, 300_000, 9 << 20]) func whatIsWrittenIsRead(count: Int) throws {
        let bytes = content(count)
        try save(bytes)
        #expect(try load(1 << 16) == bytes)
        try save(bytes, pieces: [count / 3, count / 2, count / 2], isDurable: false)
        #expect(try load(1 << 20) == bytes)
        #expect(access("\(path).part", F_OK) != 0)
    }

    /// Any byte that is another, and any end, is found.
    @Test func damageIsFoundWhereverItIs() throws {
        try save(content(100))
        let whole = try #require(Files.bytes(of: path, limit: 1 << 20))
        for place in whole.indices {
            var damaged = whole
            damaged[place] ^= 4
            try overwrite(damaged)
            #expect(message { _ = try CheckpointReader(path: path, owner: owner) } != "no error", "byte \(place)")
            try overwrite(Array(whole[..<place]))
            #expect(message { _ = try CheckpointReader(path: path, owner: owner) } != "no error", "cut at \(place)")
        }
        try overwrite(whole + [0])
        #expect(message { _ = try CheckpointReader(path: path, owner: owner) }.contains("digest does not hold"))
        try overwrite(whole)
        #expect(try load(10) == content(100))
    }

    /// Versions before XXH64 wrote a SHA-256 at the end.
    @Test func aFileOfAnEarlierVersionIsRead() throws {
        let head = Array("TUNEDCK1".utf8) + [7, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0] + Array("0123 keeperfifty-five\n".utf8)
        let digest = stride(from: 0, to: 64, by: 2).compactMap { start -> UInt8? in
            let text = "41e221617a527fc15945ea27ac3e556fdf591a2e2c1a765ca2f89c6147e547f5".dropFirst(start).prefix(2)
            return UInt8(text, radix: 16)
        }
        try overwrite(head + digest)
        #expect(try load(4) == Array("fifty-five\n".utf8))
        for place in [21, 33, 41, 60] {
            var damaged = head + digest
            damaged[place] ^= 1
            try overwrite(damaged)
            #expect(message { _ = try CheckpointReader(path: path, owner: owner) } != "no error", "byte \(place)")
        }
        try overwrite(Array((head + digest).dropLast(20)))
        #expect(message { _ = try CheckpointReader(path: path, owner: owner) } != "no error")
    }

    @Test func aWriterThatIsLetGoOfLeavesTheFormerFile() throws {
        try save(content(10))
        do {
            let writer = try CheckpointWriter(path: path, step: 8, owner: owner)
            try content(50).withUnsafeBytes { try writer.append($0) }
        }
        #expect(try load(100) == content(10) && access("\(path).part", F_OK) != 0)
    }
}
