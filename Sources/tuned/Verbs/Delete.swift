import ArgumentParser
import TunedRecords

struct Delete: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Delete a study with all its trials.",
        discussion: """
            This cannot be undone. On a terminal it asks first; in a script it needs --yes.

            Example:
              tuned delete svm-1 --yes
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let client = try DaemonClient()
        let snapshot = StudySnapshot(try await client.get(Route.study(study)))
        guard yes || confirmed(snapshot) else {
            throw .usage("nothing was deleted; to delete \(study) without being asked, add --yes")
        }
        let reply = try await client.delete(Route.study(study))
        output.show(reply) { "deleted \(study) and its \(Formatting.count(snapshot.counts.total, "trial"))\n" }
    }

    private func confirmed(_ study: StudySnapshot) -> Bool {
        guard Terminal(descriptor: 0, environment: .current).isInteractive, !output.json else { return false }
        Terminal.error.write("delete \(study.slug) and its \(Formatting.count(study.counts.total, "trial"))? [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }
}
