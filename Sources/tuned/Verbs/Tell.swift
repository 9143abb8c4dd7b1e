import ArgumentParser
import TunedSpace

struct Tell: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Tell the result of a trial that `tuned ask` gave.",
        discussion: """
            One value for each objective, in the study's order. A trial is told once.

            Examples:
              tuned tell mine/17 --value 0.031
              tuned tell mine/17 --value 0.031 --value 12.5
              tuned tell mine/18 --failed "diverged in epoch 3"
            """)

    @Argument(help: ArgumentHelp("The trial.", valueName: "study/number"))
    var trial: String

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("An objective's value.", valueName: "number"))
    var value: [String] = []

    @Option(help: ArgumentHelp("Why the trial has no value.", valueName: "reason"))
    var failed: String?

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard let reference = TrialReference(trial) else {
            throw .usage("\"\(trial)\" names no trial: write STUDY/NUMBER, such as mine/17")
        }
        let reply = try await DaemonClient().post(Route.trial(reference) + "/tell", try body)
        output.show(reply) { "\(reference) is \(failed == nil ? "complete" : "failed")\n" }
    }

    private var body: JSONValue {
        get throws(CommandError) {
            if let failed {
                guard value.isEmpty else {
                    throw .usage("a failed trial has no value: give --value or --failed, not both")
                }
                return .object(["failed": .string(failed)])
            }
            guard !value.isEmpty else { throw .usage("give the result: --value NUMBER, or --failed REASON") }
            var numbers: [JSONValue] = []
            for text in value {
                guard let number = Double(text) else { throw .usage("--value \"\(text)\" is not a number") }
                guard number.isFinite else {
                    throw .usage("--value \(text) is not finite: tell such a trial with --failed REASON")
                }
                numbers.append(.number(number))
            }
            return .object(["values": .array(numbers)])
        }
    }
}
