import ArgumentParser
import TunedSpace

struct Export: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Write all trials of a study as CSV or JSON.",
        discussion: """
            JSON has one trial a line with --format jsonl, and one array with --format json or --json. Numbers are exact.

            Examples:
              tuned export svm-1 > svm-1.csv
              tuned export svm-1 --format jsonl | jq .values
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case csv, json, jsonl
    }

    @Argument(help: "The study's name.")
    var study: String

    @Option(help: "csv, json or jsonl.")
    var format = Format.csv

    @OptionGroup var output: OutputOptions

    /// Trials that are asked for at once: a few MiB of JSON.
    private static let page = 5000

    func perform() async throws(CommandError) {
        let client = try DaemonClient()
        let details = try await client.get(Route.study(study))
        let csv = TrialExport.CSV(
            objectives: StudySnapshot(details).objectives.map(\.name), parameters: ParameterNames.inOrder(details))
        let format = output.json ? .json : self.format

        let terminal = Terminal.output
        switch format {
        case .csv: terminal.write(csv.header)
        case .json: terminal.write("[")
        case .jsonl: break
        }
        var offset = 0
        while true {
            let query = Route.query(["limit": String(Self.page), "offset": String(offset)])
            let trials = try await client.get(Route.study(study) + "/trials" + query)["trials"]?.arrayValue ?? []
            terminal.write(
                trials.enumerated().map { index, trial in
                    switch format {
                    case .csv: csv.row(of: trial)
                    case .json: (offset + index > 0 ? ",\n" : "\n") + trial.text()
                    case .jsonl: trial.text() + "\n"
                    }
                }.joined())
            offset += trials.count
            if trials.count < Self.page { break }
        }
        if format == .json { terminal.write("\n]\n") }
    }
}
