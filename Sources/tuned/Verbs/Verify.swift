import ArgumentParser
import TunedEngine
import TunedRecords
import TunedSpace

struct Verify: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Derive every suggestion of a study again from its log, and compare.",
        discussion: """
            Works in this process, with the samplers' caches off, from the events that the daemon has stored. Exit code 6 \
            where a suggestion, a value or the state table differs from what the log explains.

            Examples:
              tuned verify svm-1
              tuned verify svm-1 --json
            """)

    @Argument(help: "The study's name.")
    var study: String

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let client = try DaemonClient()
        let snapshot = StudySnapshot(try await client.get(Route.study(study)))
        var verification = StudyVerification(study: study, client: client, trials: snapshot.counts.total)
        let result = try await verification.run()
        let fields: [String: JSONValue] = [
            "study": .string(study), "verified": .boolean(true), "events": .integer(Int64(result.events)),
            "suggestions": .integer(Int64(result.suggestions)), "values": .integer(Int64(result.values)),
            "decisions": .integer(Int64(result.decisions)),
            "environment_difference": result.environmentDifference.map(JSONValue.string) ?? .null,
        ]
        output.show(.object(fields)) {
            let values = Formatting.count(result.values, "value")
            let decisions = result.decisions > 0 ? ", \(values) and \(Formatting.count(result.decisions, "decision")) of its pruner" : " and \(values)"
            var text = "\(study): \(Formatting.count(result.suggestions, "suggestion"))\(decisions)"
            text += " derived again from \(Formatting.count(result.events, "event")), all equal\n"
            if let difference = result.environmentDifference { text += "note: \(difference.printable)\n" }
            return text
        }
    }
}
