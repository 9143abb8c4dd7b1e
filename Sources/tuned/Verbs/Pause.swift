import ArgumentParser

struct Pause: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Let a study's running trials end and start no more.",
        discussion: """
            Take it up again with `tuned resume`. Nothing is lost.

            Example:
              tuned pause svm-1
            """)

    @Argument(help: "The study's name.")
    var study: String

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let reply = try await DaemonClient().post(Route.study(study) + "/pause")
        output.show(reply) { StudyText.changed(StudySnapshot(reply)) }
    }
}
