import Testing
import TunedRecords
import TunedSpace
import TunedTestSupport

@Suite struct EventBinaryTests {
    private static func encode(_ payload: EventPayload) -> [UInt8] {
        var writer = BinaryWriter()
        payload.encode(into: &writer)
        return writer.bytes
    }

    @Test(arguments: 0..<RandomEvents.kinds)
    func everyPayloadComesBack(kind: Int) throws {
        for seed in UInt64(0)..<200 {
            var random = RandomEvents(seed: seed)
            let payload = random.payload(kind: kind)
            let bytes = Self.encode(payload)
            var reader = BinaryReader(bytes)
            #expect(try EventPayload(from: &reader) == payload, "seed \(seed)")
            #expect(reader.isAtEnd, "seed \(seed)")
        }
    }

    /// NaN is what a metric without a value has, and is not equal to itself.
    @Test func notANumberComesBack() throws {
        let ended = AttemptEnded(
            trial: 1, run: RunKey(), attempt: 0, nonce: 7, outcome: .succeeded(metrics: [.nan, 1]), log: "")
        let bytes = Self.encode(.attemptEnded(ended))
        var reader = BinaryReader(bytes)
        let decoded = try EventPayload(from: &reader)
        #expect(Self.encode(decoded) == bytes)
    }

    /// What a later version may add at the end of a kind is left alone.
    @Test(arguments: 0..<RandomEvents.kinds)
    func fieldsOfALaterVersionAreLeftAlone(kind: Int) throws {
        var random = RandomEvents(seed: 1)
        let payload = random.payload(kind: kind)
        var reader = BinaryReader(Self.encode(payload) + [1, 2, 3])
        #expect(try EventPayload(from: &reader) == payload)
    }

    @Test(arguments: 0..<RandomEvents.kinds)
    func cutBytesAreRefused(kind: Int) throws {
        for seed in UInt64(0)..<20 {
            var random = RandomEvents(seed: seed)
            let bytes = Self.encode(random.payload(kind: kind))
            for length in 0..<bytes.count {
                var reader = BinaryReader(bytes[..<length])
                #expect(throws: BinaryCodingError.self, "seed \(seed), \(length) of \(bytes.count) bytes") {
                    _ = try EventPayload(from: &reader)
                }
            }
        }
    }

    /// Bytes of any kind are either read or refused; none of them ends the process.
    @Test func garbageDoesNoHarm() {
        for seed in UInt64(0)..<2_000 {
            var random = RandomEvents(seed: seed)
            let garbage = random.bytes(upTo: 80)
            for kind in 0...UInt8(RandomEvents.kinds + 1) {
                var reader = BinaryReader([kind] + garbage)
                _ = try? EventPayload(from: &reader)
            }
        }
    }

    @Test func flippedBitsDoNoHarm() {
        for seed in UInt64(0)..<300 {
            var random = RandomEvents(seed: seed)
            var bytes = Self.encode(random.payload(kind: random.index(below: RandomEvents.kinds)))
            bytes[random.index(below: bytes.count)] ^= 1 << UInt8(random.index(below: 8))
            var reader = BinaryReader(bytes)
            _ = try? EventPayload(from: &reader)
        }
    }

    @Test func unknownKindsAreNamed() {
        var reader = BinaryReader([200])
        #expect(throws: BinaryCodingError.invalid(offset: 0, what: "event kind 200")) { _ = try EventPayload(from: &reader) }
    }

    /// The bytes of the first version, which every later version must read.
    @Test func theFirstVersionIsRead() throws {
        let bytes: [UInt8] = [5, 6, 3, 0, 3, 2, 2, 9, 0, 8, 1]
        var reader = BinaryReader(bytes)
        let asked = TrialAsked(
            trial: 3, configuration: Configuration([nil, .category(2), .integer(-5)]), origin: .sampler, askedAfter: 4,
            isExternal: true)
        #expect(try EventPayload(from: &reader) == .trialAsked(asked))
        #expect(Self.encode(.trialAsked(asked)) == bytes)
    }

    @Test func aCommonEventIsSmall() {
        let started = AttemptStarted(
            trial: 100, run: RunKey(), attempt: 0, nonce: 1 << 40, cpus: [3], gpus: [], environment: 2)
        #expect(Self.encode(.attemptStarted(started)).count <= 20)
    }
}
