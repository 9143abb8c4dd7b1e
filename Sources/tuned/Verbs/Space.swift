import ArgumentParser
import TunedSpace

struct Space: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show the space that a study searches, or change it while the study lives.",
        discussion: """
            --set and --space are those of `tuned run`, and stand in place of what the study said of that parameter before. Suggestions \
            come from the new space at once; trials under way end as they are. Trials with a value outside of it stay in the \
            records, and the sampler begins anew without them. A plugin's declaration is the outer limit; a study without a \
            plugin declares its parameters itself, so there ranges and choices may grow, and an entry with a type adds a parameter.

            A study that has ended takes the change too, and goes on with `tuned resume`.

            Examples:
              tuned space svm-1
              tuned space svm-1 --space 'C={low: 0.001, high: 10}' --set kernel=rbf
              tuned space svm-1 --space 'kernel={choices: [rbf, poly]}' --free C --reason 'C was cut too close'
              tuned space mine --space 'momentum={type: float, low: 0, high: 0.99}' --remove decay
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Option(help: ArgumentHelp("Fixes a parameter, as C=0.1; may be given again.", valueName: "name=value"))
    var set: [String] = []

    @Option(
        help: ArgumentHelp("The range or the choices of a parameter, as 'C={low: 0.1, high: 10}'; may be given again.", valueName: "name={...}"))
    var space: [String] = []

    @Option(help: ArgumentHelp("Gives a parameter all that is declared of it; may be given again.", valueName: "name"))
    var free: [String] = []

    @Option(help: ArgumentHelp("A parameter to do without, in a study without a plugin; may be given again.", valueName: "name"))
    var remove: [String] = []

    @Option(help: ArgumentHelp("All rules of the study from here on, as '[\"low <= high\"]'; [] for none.", valueName: "list"))
    var rules: String?

    @Option(help: ArgumentHelp("Why, for the log.", valueName: "text"))
    var reason: String?

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let change = try change
        let client = try DaemonClient()
        guard !change.isEmpty else {
            guard reason == nil else { throw .usage("--reason says why the space changes: add --set, --space, --free, --remove or --rules") }
            let reply = try await client.get(Route.study(study) + "/space")
            return output.show(reply) { SpaceText.space(reply) }
        }
        try await Self.change(study, change.merging(reason.map { ["reason": .string($0)] } ?? [:]) { _, new in new }, client, output)
    }

    /// Has the daemon change the space, and shows what came of it.
    static func change(
        _ study: String, _ change: [String: JSONValue], _ client: DaemonClient, _ output: OutputOptions, heading: String = ""
    ) async throws(CommandError) {
        let reply = try await client.post(Route.study(study) + "/space", .object(change), within: 3600)
        output.show(reply) { heading + SpaceText.changed(reply) }
    }

    private var change: [String: JSONValue] {
        get throws(CommandError) {
            var fields: [String: JSONValue] = [:]
            var entries = try Assignment.map(set + space)
            for name in free where entries.updateValue(.null, forKey: name) != nil { throw .usage("\(name) is freed and given a value at once") }
            if !entries.isEmpty { fields["space"] = .object(entries) }
            if !remove.isEmpty { fields["remove"] = .array(remove.map(JSONValue.string)) }
            if let rules { fields["rules"] = try YAMLDocument(parsing: rules, name: "--rules").value }
            return fields
        }
    }
}
