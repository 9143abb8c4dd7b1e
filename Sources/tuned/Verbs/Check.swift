import ArgumentParser
import Dispatch
import Glibc
import TunedPlugins
import TunedRecords
import TunedSlots
import TunedSpace
import TunedWire
import TunedWorkers

struct Check: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Test a plugin: what it declares, how it runs, and what it does to its process.",
        discussion: """
            Makes the tests of seven groups (--list shows them), each in a process of its own, without a daemon. Every finding \
            says what to do about it. Exit code 0 where nothing worse than a warning was found, \(ExitStatus.checkErrors.rawValue) \
            for errors, and with --strict \(ExitStatus.checkWarnings.rawValue) for warnings.

            The tests are random and follow from a seed, which is printed: --reproduce makes the same ones again. After a \
            whole check the verdict is kept in the data directory, where `isolation: inprocess` asks for it.

            Examples:
              tuned check ./mine.so
              tuned check build/plugins/svm.so --data digits.csv --config target=digit
              tuned check ./mine.so --only run --only hygiene/memory
              tuned check ./mine.so --reproduce 1234 --only run/random
              tuned check ./mine.so --strict --json > check.json
            """)

    @Argument(help: "Path of the shared library.", completion: .file(extensions: ["so"]))
    var path: String?

    @Option(
        help: "JSON file that the plugin reads; without it NAME.tuned.json beside the library, where there is one.",
        completion: .file(extensions: ["json"]))
    var schema: String?

    @Option(help: "Check this trainable only; all of the plugin's without it.")
    var trainable: String?

    @Option(help: "The data file that create is given.", completion: .file())
    var data: String?

    @Option(help: ArgumentHelp("A key of the study's config for create; repeatable.", valueName: "key=value"))
    var config: [String] = []

    @Option(help: "Make the same tests as the check that printed this seed; random without it.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("As --seed; shows each finding in full, and keeps no verdict.", valueName: "seed"))
    var reproduce: UInt64?

    @Option(help: ArgumentHelp("Make only this group or test; repeatable.", valueName: "group[/test]"))
    var only: [String] = []

    @Option(help: "Random configurations to try.")
    var evaluations = 200

    @Option(help: ArgumentHelp("Seconds that one test should take at most.", valueName: "seconds"))
    var timeout = 10.0

    @Flag(help: "Fail for warnings too.")
    var strict = false

    @Flag(help: "List the tests, and make none.")
    var list = false

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        if list {
            output.show(CheckText.listJSON) { CheckText.list(width: Terminal.output.width) }
            return
        }
        guard let path else { throw .usage("give the path of a shared library: tuned check FILE.so") }
        let options = try options()
        let directory = try DataDirectory()
        try directory.prepare()
        var settings = WorkerSettings(executable: try Executables.worker())
        settings.temporaryDirectory = "\(directory.path)/tmp"
        mkdir(settings.temporaryDirectory, 0o700)
        let sidecar = try Load.schema(schema, of: FileText.absolute(path))
        let (store, plugin) = try Self.add(FileText.absolute(path), sidecar, directory)

        let progress = CheckProgress(isShown: Terminal.error.isInteractive && !output.json)
        let report = await PluginCheck(plugin, settings: settings, options: options) { progress.show($0) }.run()
        progress.clear()
        if report.isComplete, report.plugin != nil, reproduce == nil { try Self.keep(report, plugin, store) }
        output.show(CheckText.json(report, plugin)) {
            CheckText.text(report, plugin, path: path, inFull: reproduce != nil, terminal: Terminal.output)
        }
        try end(report)
    }

    private func options() throws(CommandError) -> PluginCheck.Options {
        var options = PluginCheck.Options()
        guard seed == nil || reproduce == nil else { throw .usage("--seed and --reproduce say the same thing: give one") }
        guard (0.1...3600).contains(timeout) else { throw .usage("--timeout is \(timeout); give 0.1 to 3600 seconds") }
        guard (1...1_000_000).contains(evaluations) else {
            throw .usage("--evaluations is \(evaluations); give 1 to 1000000")
        }
        options.seed = reproduce ?? seed ?? UInt64(UInt32.random(in: 1...UInt32.max))
        guard options.seed <= UInt64(Int64.max) else { throw .usage("a seed is at most \(Int64.max)") }
        for name in only where CheckGroup(rawValue: name) == nil && CheckTest.named(name) == nil {
            let names = CheckGroup.allCases.map(\.rawValue) + CheckTest.all.map(\.id)
            let hint = nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? "."
            throw .usage("there is no group or test \"\(name)\"\(hint) See: tuned check --list")
        }
        options.only = only
        options.trainable = trainable
        options.evaluations = evaluations
        options.seconds = timeout
        options.config = .object(try Assignment.map(config))
        if let data {
            let absolute = FileText.absolute(data)
            guard access(absolute, R_OK) == 0 else {
                throw CommandError(.usage, code: "no-file", """
                    cannot read the data file \(data): \(String(cString: strerror(errno)))
                    """)
            }
            options.dataPath = absolute
        }
        // One thread each, as in a slot of one CPU.
        let slot = SlotGrant(id: 0, cpus: [0], gpus: [], memory: 0, queue: DispatchQueue(label: "tuned.check"))
        options.environment = WorkerEnvironment.variables(
            for: slot, machineHasGPUs: false, inherited: ProcessEnvironment.current.all)
        return options
    }

    /// The same content as `tuned load` would make of it, so that the verdict is found by its hash.
    private static func add(
        _ path: String, _ sidecar: JSONValue?, _ directory: DataDirectory
    ) throws(CommandError) -> (PluginStore, StoredPlugin) {
        do {
            let store = try PluginStore(directory: "\(directory.path)/plugins")
            return (store, try store.add(path, sidecar: sidecar.map { Array($0.text().utf8) }))
        } catch {
            let status: ExitStatus =
                switch error.code {
                case .storage: .failure
                case .notFound: .notFound
                default: .checkErrors
                }
            throw CommandError(status, code: error.name, error.message, underlying: error.detail)
        }
    }

    private static func keep(_ report: CheckReport, _ plugin: StoredPlugin, _ store: PluginStore) throws(CommandError) {
        let hash = plugin.image.hash
        do {
            try report.record(hash: hash, adding: CheckRecord.read(hash: hash, in: store)).write(to: store)
        } catch {
            throw .failure(error.message, underlying: error.detail)
        }
    }

    private func end(_ report: CheckReport) throws(CommandError) {
        let errors = report.count(.error), warnings = report.count(.warning)
        if errors > 0 {
            throw CommandError(.checkErrors, code: "check", "\(Formatting.count(errors, "error")) found")
        }
        if strict, warnings > 0 {
            throw CommandError(.checkWarnings, code: "check", """
                \(Formatting.count(warnings, "warning")) found, which --strict does not allow
                """)
        }
    }
}
