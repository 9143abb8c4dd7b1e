import ArgumentParser
import TunedSpace

struct Finalize: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Train the best configuration on all rows but the test rows, and score it on those, once.",
        discussion: """
            For a study with test rows (`tuned run ... --test 0.2`) that has ended. The configuration of the best trial, or of --trial, is \
            trained on its training and validation rows and scored on the test rows, which no run has been given before. What the plugin \
            keeps of the model is an artifact.

            The score is honest the first time. A second use is refused (exit code 10) unless --again says so and --reason why; every use is \
            counted in the study's ledger, which `tuned show` prints. A use that was interrupted by the end of the daemon is made again and \
            counts once.

            Ctrl-C leaves it running.

            Examples:
              tuned finalize svm-1
              tuned finalize svm-1 --trial 17
              tuned finalize svm-1 --again --reason 'trial 17 was trained with a bug in the metric'
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Option(parsing: .unconditional, help: ArgumentHelp("The trial whose configuration is scored; the best where not given.", valueName: "number"))
    var trial: Int?

    @Flag(help: "Use the test rows once more.")
    var again = false

    @Option(help: ArgumentHelp("Why they are used again, for the ledger.", valueName: "text"))
    var reason: String?

    @Flag(help: "Go on where the data file is not what it was: with the rows that the study has kept.")
    var allowChangedData = false

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard again == (reason != nil) else {
            throw .usage(again ? "--again needs --reason: why the test rows are used once more" : "--reason is for --again: why the test rows are used once more")
        }
        var body: [String: JSONValue] = ["again": .boolean(again), "allow_changed_data": .boolean(allowChangedData)]
        body["trial"] = trial.map { .integer(Int64($0)) }
        body["reason"] = reason.map(JSONValue.string)
        let client = try DaemonClient()
        let begun = try await client.post(Route.finalize(study), .object(body), within: 3600)
        let follower = try OutsideFollower(directory: client.directory, later: "tuned show \(study)")
        let end = try await follower.follow(FinalText.progress(begun["final"], study: study)) { client throws(CommandError) in
            let reply = try await client.get(Route.study(study))
            return reply["final"]?["state"]?.stringValue == "running" ? nil : reply
        }
        guard let end else { ExitStatus.detached.exit() }
        output.show(end) { FinalText.result(end) }
        if end["final"]?["state"]?.stringValue != "complete" {
            throw CommandError(
                .noResult, code: "no-result",
                "the final run of \(study) failed: \(end["final"]?["failure"]?["message"]?.stringValue ?? "")".printable)
        }
    }
}
