import ArgumentParser
import TunedRecords
import TunedSpace

struct Resume: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Take up a paused, stopped or ended study again.",
        discussion: """
            A study that ended by its own rules needs new ones, which count from its beginning: a study of 100 trials goes on \
            with --trials 200. Rules that are not given stay as they are.

            Examples:
              tuned resume svm-1
              tuned resume svm-1 --trials 200
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Option(parsing: .unconditional, help: ArgumentHelp("Stop after so many trials in all.", valueName: "n"))
    var trials: Int?

    @Option(help: ArgumentHelp("Stop after so long in all: 30m, 2h.", valueName: "time"))
    var time: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Stop when the first objective reaches this value.", valueName: "value"))
    var target: Double?

    @Option(help: ArgumentHelp("Stop after so many trials without an improvement.", valueName: "n"))
    var patience: Int?

    @Option(help: ArgumentHelp("Stop when no more than this can still be gained of the first objective.", valueName: "amount"))
    var regret: Double?

    @Flag(help: "Go on where the study's data is not what it was.")
    var allowChangedData = false

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let client = try DaemonClient()
        let reply = try await client.post(Route.study(study) + "/resume", try await body(client))
        output.show(reply) { StudyText.changed(StudySnapshot(reply)) }
    }

    private func body(_ client: DaemonClient) async throws(CommandError) -> JSONValue {
        var changes: [String: JSONValue] = [:]
        changes["trials"] = trials.map { .integer(Int64($0)) }
        changes["time"] = time.map(JSONValue.string)
        changes["target"] = target.map(JSONValue.number)
        changes["patience"] = patience.map { .integer(Int64($0)) }
        changes["regret"] = regret.map(JSONValue.number)
        let allowed: [String: JSONValue] = allowChangedData ? ["allow_changed_data": .boolean(true)] : [:]
        if changes.isEmpty { return .object(allowed) }
        let present = try await client.get(Route.study(study))["stop"]?.objectValue ?? [:]
        let rules = JSONValue.object(present.merging(changes) { _, new in new })
        do { _ = try StopRules(json: rules) } catch { throw .usage("\(error.path): \(error.message)") }
        return .object(allowed.merging(["stop": rules]) { $1 })
    }
}
