import TunedSpace
import TunedWire

/// Payloads of good messages of every kind.
enum MessageSamples {
    static let toWorker: [[UInt8]] = [
        payload(.probe(path: "/var/plugins/a.so")), payload(.ping), payload(.exit),
        payload(
            .open(
                OpenRequest(
                    path: "/p.so", trainable: "svm",
                    parameters: [
                        WireParameter(
                            name: "x", kind: .float,
                            schedule: ScheduleLayout(shapes: [.step], shape: nil, settings: [nil, nil, 1, 1, nil, nil, nil], range: 0...1)),
                        WireParameter(name: "n", kind: .integer),
                        WireParameter(name: "k", kind: .categorical, categories: [.init(text: "a", number: 0), .init(text: "b", number: 1)]),
                    ], metrics: 2, configJSON: #"{"target":"digit"}"#, config: [.init(key: "target", value: "digit")], dataPath: "/d.csv",
                    describesDataset: true, fullBudget: 81, resources: WorkerResources(cpus: [0, 1], gpus: ["GPU-1"], memory: 1 << 30)))),
        payload(
            .run(
                RunRequest(
                    nonce: 12, trial: 3, run: 1, attempt: 0, purpose: 0, seed: .max, budget: 9, deadline: 1.5, fold: 1, folds: 5,
                    configuration: Configuration([.float(0.5), .integer(-7), .category(1), nil]), folder: "/runs/1/3-1"))),
    ]

    static let fromWorker: [[UInt8]] = [
        payload(.hello(wire: 1, pid: 4711)), payload(.doorbell), payload(.pong), payload(.opened(nil)),
        payload(.failed(code: 3, message: "no", detail: "why")),
        payload(.opened(DatasetDescription(rows: 4, labels: [0, 1, 0, 1], groups: nil, times: [1, 2, 3, 4]))),
        payload(
            .probed(
                PluginDescription(
                    id: "p", version: "1", build: "", abiMinor: 1, trainables: [.init(id: "t", flags: 7, schemaJSON: "{}")]))),
        payload(
            .done(
                RunResult(
                    nonce: 12, code: -1, endedInTrain: true, metrics: [0.5, nil, .nan], constraints: [.init(name: "c", value: 1)],
                    text: "it failed"))),
    ]

    private static func payload(_ message: ToWorker) -> [UInt8] { payload { message.frame(into: &$0) } }

    private static func payload(_ message: FromWorker) -> [UInt8] { payload { message.frame(into: &$0) } }

    private static func payload(_ write: (inout BinaryWriter) -> Void) -> [UInt8] {
        var writer = BinaryWriter(reserving: 256)
        write(&writer)
        return Array(writer.bytes[4..<writer.bytes.count - 1])
    }
}
