import Dispatch
import Glibc
public import TunedPlugins
import TunedRecords
public import TunedSpace
import TunedWire

/// `tuned check`: makes the tests of a plugin, each in a worker of its own, one after the other.
public struct PluginCheck: Sendable {
    public struct Options: Sendable {
        /// nil: all of the plugin's.
        public var trainable: String?
        /// Groups and tests, `run` or `run/random`; empty: all.
        public var only: [String] = []
        public var seed: UInt64 = 1
        /// Random configurations that are tried.
        public var evaluations = 200
        /// Seconds that one test should take at most. Its worker is given twice as long, and then ended.
        public var seconds = 10.0
        /// What create() is given: an object.
        public var config: JSONValue = .object([:])
        /// Absolute.
        public var dataPath: String?
        /// Set in the workers' environment over what they inherit.
        public var environment: [String: String] = [:]

        public init() {}
    }

    /// What a check tells while it goes on.
    public enum Progress: Sendable {
        case began(CheckTest, trainable: String?)
        case ended(CheckResult)
    }

    private let plugin: StoredPlugin
    private let settings: WorkerSettings
    private let options: Options
    private let report: @Sendable (Progress) -> Void
    private let tests: [CheckTest]

    /// Seconds that a worker has beyond twice the test's own, to start and to load.
    private static let grace = 5.0

    public init(
        _ plugin: StoredPlugin, settings: WorkerSettings, options: Options,
        _ progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.plugin = plugin
        self.settings = settings
        self.options = options
        report = progress
        tests = CheckTest.all.filter { test in
            options.only.isEmpty || options.only.contains { $0 == test.id || $0 == test.group.rawValue }
        }
    }

    /// Makes all tests. Never fails: what cannot be tested is a finding.
    public func run() async -> CheckReport {
        var report = CheckReport(seed: options.seed, isComplete: options.only.isEmpty)
        let (ofPlugin, ofTrainables) = (tests.filter(\.isOfPlugin), tests.filter { !$0.isOfPlugin })
        for test in ofPlugin {
            if let reason = reasonToSkip(test, report) {
                add(CheckResult(test, nil, .skipped(reason)), to: &report)
            } else {
                add(await make(test, OpenRequest(image, options)), to: &report)
            }
        }
        guard !report.results.contains(where: { $0.test.group == .load && $0.status == .failed }) else {
            for test in ofTrainables { add(CheckResult(test, nil, .skipped("it does not load")), to: &report) }
            return report
        }
        await checkTrainables(ofTrainables, &report)
        return report
    }

    /// A library that lacks something cannot be loaded, which needs no finding of its own.
    private func reasonToSkip(_ test: CheckTest, _ report: CheckReport) -> String? {
        let failed = report.results.filter { $0.status == .failed }
        if failed.contains(where: { $0.test.id == "load/libraries" || $0.test.id == "load/symbols" }) {
            return "it lacks a library or a symbol"
        }
        return failed.contains { $0.test.id == "load/entry" } ? "it does not load" : nil
    }

    private func checkTrainables(_ tests: [CheckTest], _ report: inout CheckReport) async {
        guard let entry = CheckTest.named("load/entry"), let schemaTest = CheckTest.named("structure/schema") else { return }
        switch await describe() {
        case .failure(let error):
            let findings = CheckVerdict.findings(.refused(error), entry, deadline: options.seconds)
            add(CheckResult(entry, nil, .failed, findings: findings), to: &report)
        case .success(let plugin):
            report.plugin = plugin
            let chosen = plugin.trainables.filter { options.trainable == nil || options.trainable == $0.id }
            if chosen.isEmpty, let wanted = options.trainable {
                let known = plugin.trainables.map(\.id).joined(separator: ", ")
                let error = PluginError(.unknownTrainable, "plugin \(plugin.id) has no trainable \"\(wanted)\"; it has \(known)")
                add(
                    CheckResult(
                        schemaTest, wanted, .failed,
                        findings: CheckVerdict.findings(.refused(error), schemaTest, deadline: options.seconds)), to: &report)
            }
            for trainable in chosen { await check(trainable, tests, &report) }
        }
    }

    private func check(
        _ trainable: PluginDescription.Trainable, _ tests: [CheckTest], _ report: inout CheckReport
    ) async {
        let schema = try? Schema(parsing: trainable.schemaJSON)
        var open = OpenRequest(image, options)
        if let schema {
            open = OpenRequest(
                plugin: image, trainable: trainable.id, schema: schema, config: options.config, dataPath: options.dataPath,
                describesDataset: false)
        } else {
            open.trainable = trainable.id
        }
        let isAboutSchema = { (test: CheckTest) in test.id == "structure/schema" }
        var tests = tests
        let missing = schema.flatMap(missingConfiguration)
        // A schema that cannot be used is a finding, whatever was asked for.
        if schema == nil || missing != nil, !tests.contains(where: isAboutSchema), let test = CheckTest.all.first(where: isAboutSchema) {
            tests.insert(test, at: 0)
        }
        var obstacle: String?
        for test in tests {
            if schema == nil, !isAboutSchema(test) { obstacle = "its schema is wrong" }
            if let obstacle {
                add(CheckResult(test, trainable.id, .skipped(obstacle)), to: &report)
                continue
            }
            var result = await make(test, open)
            if isAboutSchema(test), let missing {
                result.findings.append(missing)
                result.status = .failed
                obstacle = "its config is not complete"
            }
            add(result, to: &report)
            // What an odd host is refused says nothing of the others.
            if result.findings.contains(where: { $0.name == "create-failed" }), test.group != .compatibility {
                obstacle = "create fails"
            }
        }
    }

    /// The keys that create needs and that were not given.
    private func missingConfiguration(_ schema: Schema) -> CheckFinding? {
        let missing = schema.config.filter { $0.isRequired && options.config[$0.name] == nil }.map(\.name)
        guard let first = missing.first else { return nil }
        return CheckFinding(
            .error, test: "structure/schema", name: "missing-config",
            "the schema requires config that was not given: \(missing.joined(separator: ", "))",
            advice: "Add --config \(first)=VALUE.")
    }

    private var image: PluginImage { plugin.image }

    private func add(_ result: CheckResult, to report: inout CheckReport) {
        var result = result
        // The file is called as the person calls it, not as the private copy that runs.
        for index in result.findings.indices {
            result.findings[index].message.replace(image.path, with: plugin.source)
            result.findings[index].detail.replace(image.path, with: plugin.source)
        }
        report.results.append(result)
        self.report(.ended(result))
    }

    private func describe() async -> Result<PluginDescription, PluginError> {
        await withCheckedContinuation { continuation in
            PluginProbe(settings: settings).probe(image, deadline: 2 * options.seconds + Self.grace, on: DispatchQueue.global()) {
                continuation.resume(returning: $0)
            }
        }
    }

    // MARK: One test

    private func make(_ test: CheckTest, _ open: OpenRequest) async -> CheckResult {
        let trainable = test.isOfPlugin ? nil : open.trainable
        report(.began(test, trainable: trainable))
        let start = DispatchTime.now()
        let workspace = Self.makeWorkspace(settings.temporaryDirectory)
        defer { if workspace.contains("/tuned-check-") { Files.remove(workspace) } }
        var findings: [CheckFinding] = []
        var summary = ""
        var inapplicable: String?
        for stage in 0..<test.stages {
            let ending = await make(test, stage, open, workspace)
            if stage == test.killedStage, case .ended(_, SIGKILL, _, _) = ending { continue }
            findings += CheckVerdict.findings(ending, test, deadline: deadline)
            guard case .answered(let answer) = ending else { break }
            summary = answer.summary
            inapplicable = answer.inapplicable
            guard answer.goesOn else { break }
        }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
        let status = findings.isEmpty ? inapplicable.map(CheckResult.Status.notApplicable) : nil
        return CheckResult(
            test, trainable, status ?? CheckResult.status(of: findings), findings: findings, summary: summary, seconds: seconds)
    }

    private var deadline: Double { 2 * options.seconds + Self.grace }

    private func make(_ test: CheckTest, _ stage: Int, _ open: OpenRequest, _ workspace: String) async -> CheckSession.Ending {
        let request = CheckRequest(
            test: test.id, stage: stage, seed: options.seed, open: open, evaluations: options.evaluations,
            seconds: options.seconds, workspace: workspace)
        let environment = options.environment.merging(test.environment) { $1 }
        return await CheckSession.make(request, settings: settings, environment: environment, deadline: deadline)
    }

    private static func makeWorkspace(_ folder: String) -> String {
        var template = Array("\(folder)/tuned-check-XXXXXX".utf8CString)
        return template.withUnsafeMutableBufferPointer { place in
            guard let start = place.baseAddress, let made = mkdtemp(start) else { return folder }
            return String(cString: made)
        }
    }
}

extension OpenRequest {
    /// What is known before the plugin was read: nothing of its trainables.
    fileprivate init(_ image: PluginImage, _ options: PluginCheck.Options) {
        self.init(
            path: image.path, trainable: "", parameters: [], metrics: 0, configJSON: options.config.text(), config: [],
            dataPath: options.dataPath, describesDataset: false)
    }
}
