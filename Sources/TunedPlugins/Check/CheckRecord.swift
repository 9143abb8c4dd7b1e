import TunedRecords
public import TunedSpace
public import TunedWire

/// What `tuned check` found of a plugin, kept beside the plugin's copy in the store as `HASH.check.json`:
///
///     {"revision": 1, "hash": "…", "passed": true, "fitForInprocess": true,
///      "trainables": {"noop": {"seed": 7, "passed": true, "fitForInprocess": true, "findings": [...]}}}
public struct CheckRecord: Hashable, Sendable {
    /// Rises when the tests change what a verdict is worth; records of another revision are not read.
    public static let revision: Int64 = 1

    /// Of one trainable, after all groups of tests.
    public struct Verdict: Hashable, Sendable {
        public var seed: UInt64
        /// Nothing worse than a warning was found.
        public var passed: Bool
        /// It may run within the daemon itself.
        public var fitForInprocess: Bool
        public var findings: [CheckFinding]

        public init(seed: UInt64, passed: Bool, fitForInprocess: Bool, findings: [CheckFinding]) {
            self.seed = seed
            self.passed = passed
            self.fitForInprocess = fitForInprocess
            self.findings = findings
        }
    }

    /// SHA-256 of the plugin's file.
    public var hash: String
    /// By the trainable's id; those that were never checked are missing.
    public var trainables: [String: Verdict]

    public init(hash: String, trainables: [String: Verdict] = [:]) {
        self.hash = hash
        self.trainables = trainables
    }

    /// Whether every trainable that was checked passed.
    public var passed: Bool { !trainables.isEmpty && trainables.values.allSatisfy(\.passed) }

    /// Whether every trainable that was checked may run within the daemon.
    public var fitForInprocess: Bool { !trainables.isEmpty && trainables.values.allSatisfy(\.fitForInprocess) }

    /// Whether this trainable was checked, passed, and may run within the daemon.
    public func isFit(trainable: String) -> Bool {
        trainables[trainable].map { $0.passed && $0.fitForInprocess } ?? false
    }

    // MARK: In the store

    private static let sizeLimit = 16 << 20

    /// The record of the plugin with this hash; nil where it was not checked, by these tests at least.
    public static func read(hash: String, in store: PluginStore) -> CheckRecord? {
        guard let path = store.checkRecordPath(hash: hash) else { return nil }
        guard let bytes = try? DurableFile.read(path, limit: sizeLimit) else { return nil }
        guard let json = try? JSONValue(parsing: bytes, limit: sizeLimit) else { return nil }
        return CheckRecord(json: json).flatMap { $0.hash == hash ? $0 : nil }
    }

    /// Replaces the record of this plugin; it appears whole or not at all. Reads and writes the disk.
    public func write(to store: PluginStore) throws(PluginError) {
        guard let path = store.checkRecordPath(hash: hash) else {
            throw PluginError(.notFound, "\"\(hash)\" is not a plugin's hash")
        }
        do throws(DurableFile.Problem) {
            try DurableFile.write(Array((json.text(pretty: true) + "\n").utf8), to: path)
        } catch {
            throw PluginError(.storage, "the record of a check cannot be kept: \(error.message)")
        }
    }
}

extension CheckRecord {
    var json: JSONValue {
        .object([
            "revision": .integer(Self.revision), "hash": .string(hash), "passed": .boolean(passed),
            "fitForInprocess": .boolean(fitForInprocess),
            "trainables": .object(
                trainables.mapValues { verdict in
                    .object([
                        "seed": .integer(Int64(clamping: verdict.seed)), "passed": .boolean(verdict.passed),
                        "fitForInprocess": .boolean(verdict.fitForInprocess),
                        "findings": .array(verdict.findings.map(\.json)),
                    ])
                }),
        ])
    }

    init?(json: JSONValue) {
        guard json["revision"]?.integerValue == Self.revision, let hash = json["hash"]?.stringValue,
            let fields = json["trainables"]?.objectValue
        else { return nil }
        self.init(hash: hash)
        for (id, value) in fields {
            guard let seed = value["seed"]?.integerValue, let passed = value["passed"]?.booleanValue,
                let isFit = value["fitForInprocess"]?.booleanValue, let findings = value["findings"]?.arrayValue
            else { return nil }
            trainables[id] = Verdict(
                seed: UInt64(clamping: seed), passed: passed, fitForInprocess: isFit,
                findings: findings.compactMap(CheckFinding.init(json:)))
        }
    }
}

extension CheckFinding.Severity {
    /// As JSON and tables show it.
    public var word: String {
        switch self {
        case .note: "note"
        case .warning: "warning"
        case .error: "error"
        }
    }
}

extension CheckFinding {
    /// `{"severity", "test", "name", "message", "advice", "detail"?, "numbers"?}`
    public var json: JSONValue {
        var fields: [String: JSONValue] = [
            "severity": .string(severity.word), "test": .string(test), "name": .string(name), "message": .string(message),
            "advice": .string(advice),
        ]
        if !detail.isEmpty { fields["detail"] = .string(detail) }
        if !numbers.isEmpty {
            fields["numbers"] = .object(
                Dictionary(numbers.map { ($0.name, JSONValue.number($0.value)) }) { _, last in last })
        }
        return .object(fields)
    }

    init?(json: JSONValue) {
        guard let severity = Severity.allCases.first(where: { $0.word == json["severity"]?.stringValue }),
            let test = json["test"]?.stringValue, let name = json["name"]?.stringValue,
            let message = json["message"]?.stringValue, let advice = json["advice"]?.stringValue
        else { return nil }
        let numbers = (json["numbers"]?.objectValue ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
            value.doubleValue.map { Number(name: name, value: $0) }
        }
        self.init(
            severity, test: test, name: name, message, advice: advice, detail: json["detail"]?.stringValue ?? "",
            numbers: numbers)
    }
}
