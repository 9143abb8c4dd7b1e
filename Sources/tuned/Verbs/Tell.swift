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
              tuned tell mine/17 --value 0.031 --constraint memory=-12.5
              tuned tell mine/18 --failed "diverged in epoch 3"
              tuned tell mine/19 --pruned
            """)

    @Argument(help: ArgumentHelp("The trial.", valueName: "study/number"))
    var trial: String

    @Option(parsing: .unconditionalSingleValue, help: ArgumentHelp("An objective's value.", valueName: "number"))
    var value: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("An outcome constraint, kept where the number is 0 or less.", valueName: "name=number"))
    var constraint: [String] = []

    @Option(help: ArgumentHelp("Why the trial has no value.", valueName: "reason"))
    var failed: String?

    @Flag(help: "It ended early, as the answer to its last report said; that report is its value.")
    var pruned = false

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard let reference = TrialReference(trial) else {
            throw .usage("\"\(trial)\" names no trial: write STUDY/NUMBER, such as mine/17")
        }
        let reply = try await DaemonClient().post(Route.trial(reference) + "/tell", try body)
        output.show(reply) { "\(reference) is \(TrialText.standing(reply))\n" }
    }

    private var body: JSONValue {
        get throws(CommandError) {
            if pruned {
                guard value.isEmpty, constraint.isEmpty, failed == nil else {
                    throw .usage("a pruned trial's value is its last report: give --pruned alone")
                }
                return .object(["pruned": .boolean(true)])
            }
            if let failed {
                guard value.isEmpty, constraint.isEmpty else {
                    throw .usage("a failed trial has no value: give --value or --failed, not both")
                }
                return .object(["failed": .string(failed)])
            }
            guard !value.isEmpty else { throw .usage("give the result: --value NUMBER, --failed REASON, or --pruned") }
            var numbers: [JSONValue] = []
            for text in value {
                guard let number = Double(text) else { throw .usage("--value \"\(text)\" is not a number") }
                guard number.isFinite else {
                    throw .usage("--value \(text) is not finite: tell such a trial with --failed REASON")
                }
                numbers.append(.number(number))
            }
            var fields: [String: JSONValue] = ["values": .array(numbers)]
            if !constraint.isEmpty { fields["constraints"] = .object(try constraints) }
            return .object(fields)
        }
    }

    private var constraints: [String: JSONValue] {
        get throws(CommandError) {
            var fields: [String: JSONValue] = [:]
            for text in constraint {
                guard let end = text.lastIndex(of: "="), let number = Double(text[text.index(after: end)...]), number.isFinite else {
                    throw .usage("--constraint \(text): write a name and a number, as in memory=-12.5; it is kept where that is 0 or less")
                }
                fields[String(text[..<end])] = .number(number)
            }
            return fields
        }
    }
}
