import Testing
import TunedSpace
import TunedTestSupport
import TunedWire

@Suite struct MessageTests {
    static let toWorker: [ToWorker] = [
        .probe(path: "/a/b.so"), .ping, .exit,
        .open(
            OpenRequest(
                path: "/a/b.so", trainable: "t",
                parameters: [
                    WireParameter(
                        name: "x", kind: .float,
                        schedule: ScheduleLayout(
                            shapes: [.cosine, .warmup], shape: 3, settings: [4, nil, nil, nil, nil, nil, 5], range: nil)),
                    WireParameter(
                        name: "n", kind: .integer,
                        schedule: ScheduleLayout(shapes: [.constant], shape: nil, settings: Array(repeating: nil, count: 7), range: -1...9)),
                    WireParameter(
                        name: "k", kind: .categorical,
                        categories: [.init(text: "ünï", number: 0), .init(text: "3", number: 3)]),
                ], metrics: 2, configJSON: "{\"a\":1}", config: [.init(key: "a", value: "1")], dataPath: "/d.csv",
                describesDataset: true)),
        .run(
            RunRequest(
                nonce: .max, trial: 4, run: 1, attempt: 2, purpose: 2, seed: .max - 1, budget: 81, deadline: 0.5, fold: 3,
                folds: 5, configuration: Configuration([.float(-0.0), nil, .integer(.min), .category(4)]), fullBudget: 27)),
        .check(
            CheckRequest(
                test: "run/random", stage: 1, seed: .max,
                open: OpenRequest(
                    path: "/a.so", trainable: "", parameters: [], metrics: 0, configJSON: "{}", config: [], dataPath: nil,
                    describesDataset: false), evaluations: 200, seconds: 0.5, workspace: "/tmp/w")),
    ]
    static let fromWorker: [FromWorker] = [
        .hello(wire: wireVersion, pid: 77), .doorbell, .pong, .opened(nil),
        .opened(DatasetDescription(rows: 3, labels: [0, -1, 2], groups: nil, times: [1, .max, .min])),
        .failed(code: 14, message: "no", detail: "thing"),
        .probed(
            PluginDescription(
                id: "p", version: "1", build: "", abiMinor: 3,
                trainables: [.init(id: "t", flags: 5, schemaJSON: "{}")])),
        .done(
            RunResult(
                nonce: 9, code: -7, endedInTrain: true, metrics: [1.5, nil, .infinity],
                constraints: [.init(name: "mb", value: -1)], text: "why")),
        .checking("a run"), .checked(CheckAnswer(summary: "", inapplicable: "no fidelity")),
        .checked(
            CheckAnswer(
                findings: [
                    CheckFinding(
                        .warning, test: "a/b", name: "c", "message", advice: "advice", detail: "{}",
                        numbers: [.init(name: "bytes", value: -.infinity)])
                ], summary: "3 runs", goesOn: true)),
    ]

    private func payload(_ frame: (inout BinaryWriter) -> Void) throws -> [UInt8] {
        var writer = BinaryWriter()
        frame(&writer)
        var parser = FrameParser()
        writer.bytes.withUnsafeBytes { parser.append($0) }
        return Array(try #require(try parser.next()))
    }

    @Test(arguments: toWorker) func requestsComeBack(message: ToWorker) throws {
        let bytes = try payload { message.frame(into: &$0) }
        #expect(try ToWorker(payload: bytes[...]) == message)
    }

    @Test(arguments: fromWorker) func answersComeBack(message: FromWorker) throws {
        let bytes = try payload { message.frame(into: &$0) }
        #expect(try FromWorker(payload: bytes[...]) == message)
    }

    @Test(arguments: fromWorker) func everyTruncationIsRefused(message: FromWorker) throws {
        let bytes = try payload { message.frame(into: &$0) }
        for count in 0..<bytes.count {
            #expect(throws: BinaryCodingError.self) { _ = try FromWorker(payload: bytes[..<count]) }
        }
    }

    @Test func bytesAfterAMessageAreRefused() throws {
        let bytes = try payload { FromWorker.pong.frame(into: &$0) } + [0]
        #expect(throws: BinaryCodingError.self) { _ = try FromWorker(payload: bytes[...]) }
    }

    /// Whatever a hostile worker sends is a message or an error, and never a trap.
    @Test(arguments: 0..<200) func noiseIsAMessageOrAnError(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var bytes: [UInt8]
            if Bool.random(using: &generator), let message = Self.fromWorker.randomElement(using: &generator) {
                bytes = try payload { message.frame(into: &$0) }
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let position = Int.random(in: 0..<bytes.count, using: &generator)
                    bytes[position] = UInt8.random(in: 0...255, using: &generator)
                }
            } else {
                let count = Int.random(in: 0...60, using: &generator)
                bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            }
            _ = try? FromWorker(payload: bytes[...])
            _ = try? ToWorker(payload: bytes[...])
        }
    }
}
