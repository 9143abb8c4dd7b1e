public import TunedPlugins
public import TunedWire

/// What came of one test, for one trainable or for the plugin as a whole.
public struct CheckResult: Sendable {
    public enum Status: Hashable, Sendable {
        case passed
        case warned
        case failed
        case notApplicable(String)
        /// An earlier finding leaves nothing to test.
        case skipped(String)
    }
    public var test: CheckTest
    /// nil: the plugin as a whole.
    public var trainable: String?
    public var status: Status
    public var findings: [CheckFinding]
    /// What was done, in a few words.
    public var summary: String
    public var seconds: Double

    init(
        _ test: CheckTest, _ trainable: String?, _ status: Status, findings: [CheckFinding] = [], summary: String = "",
        seconds: Double = 0
    ) {
        self.test = test
        self.trainable = trainable
        self.status = status
        self.findings = findings
        self.summary = summary
        self.seconds = seconds
    }

    /// By its findings.
    static func status(of findings: [CheckFinding]) -> Status {
        switch findings.map(\.severity).max() {
        case .error: .failed
        case .warning: .warned
        case .note, nil: .passed
        }
    }
}

/// What a check found.
public struct CheckReport: Sendable {
    public var seed: UInt64
    /// What the plugin says of itself; nil where it could not be read.
    public var plugin: PluginDescription?
    public var results: [CheckResult] = []
    /// Whether every test of every group was made for every trainable that was asked for.
    public var isComplete: Bool

    public var findings: [CheckFinding] { results.flatMap(\.findings) }

    public func count(_ severity: CheckFinding.Severity) -> Int { findings.count { $0.severity == severity } }

    /// Trainables that were checked, in the plugin's order.
    public var trainables: [String] {
        var ids: [String] = []
        for case let id? in results.map(\.trainable) where !ids.contains(id) { ids.append(id) }
        return ids
    }

    /// Results of one trainable, and those of the plugin as a whole.
    private func results(of trainable: String) -> [CheckResult] {
        results.filter { $0.trainable == nil || $0.trainable == trainable }
    }

    /// Nothing worse than a warning.
    public func passed(_ trainable: String) -> Bool {
        results(of: trainable).allSatisfy { result in
            if case .skipped = result.status { return false }
            return result.status != .failed
        }
    }

    /// Why a trainable may not run within the daemon; nil where it may. Says nothing of a check that was not complete.
    public func unfit(_ trainable: String) -> String? {
        let results = results(of: trainable)
        if !passed(trainable) { return "it has errors" }
        if let finding = results.filter({ $0.test.group == .hygiene }).flatMap(\.findings).first(where: { $0.severity >= .warning }) {
            return "what it does to its process would be done to the daemon (\(finding.name))"
        }
        let long = results.filter { $0.test.group == .inprocess }
        if let finding = long.flatMap(\.findings).first { return finding.message }
        return long.contains { $0.status == .passed } ? nil : "100,000 evaluations were not made"
    }

    /// The record to keep with the plugin's copy.
    public func record(hash: String, adding before: CheckRecord?) -> CheckRecord {
        var record = before ?? CheckRecord(hash: hash)
        for id in trainables {
            record.trainables[id] = CheckRecord.Verdict(
                seed: seed, passed: passed(id), fitForInprocess: unfit(id) == nil, findings: results(of: id).flatMap(\.findings))
        }
        return record
    }
}
