import ArgumentParser
import TunedRecords
import TunedSpace

struct Run: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Begin a study and follow it to its end.",
        discussion: """
            The study is what a plugin's name, a shared library or a study file (YAML) says; flags have the names of the \
            file's keys and go over them. Ctrl-C leaves the study running.

            With --json, standard output gets one object at the end: study, state, trials, complete, failed, seconds, \
            trials_per_second, best. Progress goes to standard error.

            Examples:
              tuned run svm --data digits.csv --config target=digit --folds 5 --trials 100
              tuned run ./svm.so --data digits.csv --sampler grid
              tuned run study.yaml --time 2h --study night
              tuned run svm --data digits.csv --config target=digit --trials 50 --study d --nested 5
              tuned run svm --data wine.csv --space 'C={low: 0.1, high: 10}' --detach
            """)

    @Argument(
        help: ArgumentHelp(
            "A loaded plugin, a shared library, or a study file.", valueName: "plugin|file.so|file.yaml"),
        completion: .file(extensions: ["yaml", "yml", "so"]))
    var source: String

    @Flag(help: "Begin the study and return at once.")
    var detach = false

    @Option(
        help: ArgumentHelp(
            "Estimate what tuning brings: one study for each of k outer folds, finalized on that fold. Give the same command again to go on.",
            valueName: "k"))
    var nested: Int?

    @OptionGroup(title: "Study") var flags: StudyFlags

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        var request = StudyRequest.isStudyFile(source) ? try StudyRequest(file: source) : StudyRequest(plugin: source)
        try flags.apply(to: &request)
        _ = try request.specification()

        let client = try DaemonClient()
        if let path = request.pluginPath {
            let plugin = try await Load.load(path, with: client)
            request.set("plugin", plugin["name"])
        }
        if let nested { return try await NestedRun(folds: nested, request, client, output).perform(detach: detach) }
        if let forecast = try await GridForecast(for: request, client: client) { note(forecast.text) }
        let created = try await create(request, client)
        if detach {
            return output.show(created) { StudyText.begun(StudySnapshot(created)) }
        }
        note(StudyText.beginning(StudySnapshot(created)))
        switch try await StudyFollower(StudySnapshot(created).slug, directory: client.directory).follow() {
        case .detached: ExitStatus.detached.exit()
        case .settled(let last): try await conclude(StudySnapshot(last), details: last, client)
        }
    }

    private func note(_ text: String) {
        if !text.isEmpty { Terminal.error.writeLine(text) }
    }

    private func create(_ request: StudyRequest, _ client: DaemonClient) async throws(CommandError) -> JSONValue {
        do throws(CommandError) {
            // The plugin reads the whole data file before the study exists.
            return try await client.post(Route.studies, request.json, within: 3600)
        } catch {
            throw request.located(error)
        }
    }

    private func conclude(_ study: StudySnapshot, details: JSONValue, _ client: DaemonClient) async throws(CommandError)
    {
        let failures = study.counts.failed > 0 ? try await FailureSummary(of: study.slug, client: client) : nil
        output.show(StudyResult.json(study)) {
            StudyResult.text(study, parameters: ParameterNames.inOrder(details), failures: failures)
        }
        if study.best == nil && study.state != "paused" {
            throw CommandError(
                .noResult, code: "no-result",
                "\(study.slug) ended without a complete trial. See what each said: tuned trials \(study.slug)")
        }
    }
}
