import Testing
import TunedSpace
import TunedTestSupport
import TunedWire

@Suite struct FrameTests {
    private func framed(_ payloads: [[UInt8]]) -> [UInt8] {
        var writer = BinaryWriter()
        for payload in payloads {
            Frame.write(into: &writer) { writer in for byte in payload { writer.write(byte) } }
        }
        return writer.bytes
    }

    private func parse(_ bytes: [UInt8], chunks: () -> Int) throws -> [[UInt8]] {
        var parser = FrameParser()
        var found: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(chunks())
            rest = rest.dropFirst(chunk.count)
            chunk.withUnsafeBytes { parser.append($0) }
            while let payload = try parser.next() { found.append(Array(payload)) }
        }
        return found
    }

    @Test func layoutIsLengthPayloadNewline() {
        #expect(framed([[7, 8, 9]]) == [3, 0, 0, 0, 7, 8, 9, 0x0A])
    }

    @Test(arguments: 0..<50) func framesSurviveAnyChopping(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let payloads = (0..<20).map { _ in
            (0..<Int.random(in: 0...3000, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        let found = try parse(framed(payloads)) { Int.random(in: 1...700, using: &generator) }
        #expect(found == payloads, "seed \(seed)")
    }

    @Test func aHugeLengthIsRefusedBeforeItsBytesCome() {
        var parser = FrameParser()
        [UInt8]([0xff, 0xff, 0xff, 0x7f]).withUnsafeBytes { parser.append($0) }
        #expect(throws: FrameError.tooLong(length: 0x7fff_ffff)) { _ = try parser.next() }
    }

    @Test func aFrameWithoutItsNewlineIsRefused() {
        var parser = FrameParser()
        [UInt8]([1, 0, 0, 0, 5, 6]).withUnsafeBytes { parser.append($0) }
        #expect(throws: FrameError.missingTerminator(found: 6)) { _ = try parser.next() }
    }

    @Test func halfAFrameWaits() throws {
        var parser = FrameParser()
        framed([[1, 2, 3]]).dropLast().withUnsafeBytes { parser.append($0) }
        #expect(try parser.next() == nil)
    }
}
