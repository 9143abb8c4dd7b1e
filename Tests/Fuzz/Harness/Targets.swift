import TunedSpace
import TunedTestSupport
import TunedWire

extension FuzzTarget {
    /// Schemas that plugins declare. What is accepted is written and read again as the same.
    static let schema = FuzzTarget(
        name: "schema",
        mutator: { seed in
            Mutator(
                seed: seed,
                samples: [
                    #"{"id":"svm","parameters":[{"name":"C","type":"float","low":1e-3,"high":1e3,"log":true,"default":1},{"name":"kernel","type":"categorical","choices":["linear","poly"]},{"name":"degree","type":"int","low":2,"high":5,"step":1,"when":{"kernel":"poly"}},{"name":"shrinking","type":"bool","default":true}],"metrics":[{"name":"error","goal":"minimize"}],"fidelity":{"name":"epochs","low":1,"high":81},"config":[{"name":"target","required":true}]}"#,
                    #"{"id":"a","description":"ü \u00e9\n","parameters":[{"name":"size","type":"ordinal","choices":[1,2.5,"x",false]}],"metrics":[{"name":"m","goal":"maximize","description":"d"}]}"#,
                    #"{"id":"e","parameters":[],"metrics":[{"name":"m","goal":"minimize"}]}"#,
                ].map { Array($0.utf8) },
                words: [
                    "1e308", "-1e400", "9223372036854775807", "-9223372036854775808", "0.1", "null", "true", "[", "{", "\"", "\\u0000", "\\ud800", ",",
                    "\"log\":true", "\"step\":", "\"when\":{", "\"low\":", "\"high\":", "\"default\":", "\"choices\":[", "NaN", "\u{FEFF}", "1.0", "-0",
                ])
        },
        makeRun: {
            { bytes in
                guard let schema = try? Schema(parsing: String(decoding: bytes, as: UTF8.self)) else { return nil }
                let text = schema.json.text()
                guard let again = try? Schema(parsing: text) else { return "what it wrote cannot be read: \(text)" }
                return again == schema ? nil : "what it wrote is read as another schema: \(text)"
            }
        })

    static let toWorker = messages("to-worker", samples: MessageSamples.toWorker) { payload in
        guard let message = try? ToWorker(payload: payload) else { return nil }
        return repeated(message) { $0.frame(into: &$1) } decode: { try ToWorker(payload: $0) }
    }

    static let fromWorker = messages("from-worker", samples: MessageSamples.fromWorker) { payload in
        guard let message = try? FromWorker(payload: payload) else { return nil }
        return repeated(message) { $0.frame(into: &$1) } decode: { try FromWorker(payload: $0) }
    }

    /// Streams of frames, cut at random places.
    static let stream = FuzzTarget(
        name: "stream",
        mutator: { seed in
            Mutator(
                seed: seed,
                samples: [MessageSamples.fromWorker.flatMap(framed), MessageSamples.fromWorker.reversed().flatMap(framed)],
                words: ["\n", "\0\0\0\0\n", "\u{7F}"])
        },
        makeRun: {
            { bytes in
                var parser = FrameParser()
                var random = SeededGenerator(seed: UInt64(bytes.count))
                var rest = bytes[...]
                do {
                    while !rest.isEmpty {
                        let chunk = Array(rest.prefix(1 + random.below(100)))
                        rest = rest.dropFirst(chunk.count)
                        chunk.withUnsafeBytes { parser.append($0) }
                        while let payload = try parser.next() { _ = try? FromWorker(payload: payload) }
                        guard parser.pending <= bytes.count else { return "it holds \(parser.pending) of \(bytes.count) bytes" }
                    }
                } catch {
                    return nil
                }
                return nil
            }
        })

    private static func messages(
        _ name: String, samples: [[UInt8]], _ run: @escaping @Sendable (ArraySlice<UInt8>) -> String?
    ) -> FuzzTarget {
        FuzzTarget(name: name, mutator: { Mutator(seed: $0, samples: samples) }, makeRun: { { run($0[...]) } })
    }

    private static func framed(_ payload: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(payload.count).littleEndian) { Array($0) } + payload + [0x0A]
    }

    /// A message that was understood says the same once it is written and read again. NaN is not equal to itself, so it is the bytes that are compared.
    private static func repeated<Message>(
        _ message: Message, encode: (Message, inout BinaryWriter) -> Void, decode: (ArraySlice<UInt8>) throws -> Message
    ) -> String? {
        func bytes(_ message: Message) -> [UInt8] {
            var writer = BinaryWriter(reserving: 256)
            encode(message, &writer)
            return writer.bytes
        }
        let first = bytes(message)
        guard let again = try? decode(first[4..<first.count - 1]) else { return "what it wrote cannot be read" }
        return bytes(again) == first ? nil : "what it wrote is read as another message"
    }
}
