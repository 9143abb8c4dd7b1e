import ArgumentParser

struct Stop: Verb {
    static let configuration = CommandConfiguration(
        abstract: "End a study and cancel its running trials.",
        discussion: """
            What is complete stays; `tuned resume` can take the study up again.

            Example:
              tuned stop svm-1
            """)

    @Argument(help: "The study's name.")
    var study: String

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let reply = try await DaemonClient().post(Route.study(study) + "/stop")
        output.show(reply) { StudyText.changed(StudySnapshot(reply)) }
    }
}
