import ArgumentParser
import TunedSpace

struct Enqueue: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Have a configuration of your own tried next.",
        discussion: """
            Parameters that are left out are chosen by the sampler.

            Examples:
              tuned enqueue svm-1 C=10 kernel=rbf gamma=0.05
              tuned enqueue svm-1 kernel=poly
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Argument(help: ArgumentHelp("Values of parameters.", valueName: "name=value"))
    var values: [String] = []

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard !values.isEmpty else { throw .usage("name at least one value: tuned enqueue \(study) NAME=VALUE") }
        let values = try Assignment.map(self.values)
        let reply = try await DaemonClient().post(Route.study(study) + "/enqueue", .object(["values": .object(values)]))
        output.show(reply) { "enqueued; the next free slot of \(study) takes it\n" }
    }
}
