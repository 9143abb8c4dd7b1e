import ArgumentParser
import TunedSearch
import TunedSpace

/// The flags of `tuned run`, named as the keys of a study file and set over them.
struct StudyFlags: ParsableArguments {
    @Option(help: ArgumentHelp("The study's name, of a-z, 0-9, dot, dash and underscore.", valueName: "name"))
    var study: String?

    @Option(help: ArgumentHelp("Free text shown with the study.", valueName: "text"))
    var title: String?

    @Option(help: ArgumentHelp("Which of the plugin's trainables, where it has several.", valueName: "id"))
    var trainable: String?

    @Option(help: ArgumentHelp("The data file that the plugin reads.", valueName: "file"))
    var data: String?

    @Option(help: ArgumentHelp("A setting for the plugin's create(); may be given again.", valueName: "name=value"))
    var config: [String] = []

    @Option(
        help: ArgumentHelp("A metric to optimise, as error or f1:maximize; may be given again.", valueName: "metric"))
    var objective: [String] = []

    @Flag(exclusivity: .exclusive, help: "The goal of objectives that name none.")
    var goal: GoalFlag?

    @Option(help: ArgumentHelp("A bound on a metric, as 'model_mb<=50'; may be given again.", valueName: "bound"))
    var constraint: [String] = []

    @Option(help: ArgumentHelp("k of a k-fold cross-validation.", valueName: "k"))
    var folds: Int?

    @Option(
        help: ArgumentHelp(
            "How rows are divided: by=stratified (plain, grouped, stratified-groups, time), column=patient, validation=0.2, repeats=3, seed=7; may be given again.", valueName: "name=value")
    )
    var split: [String] = []

    @Option(help: ArgumentHelp("The fraction of rows set aside as a test set, for `tuned finalize`.", valueName: "fraction"))
    var test: Double?

    @Option(help: ArgumentHelp("auto, or one of: \(SamplerRegistry.names.dropFirst().joined(separator: ", ")).", valueName: "name"))
    var sampler: String?

    @Option(help: ArgumentHelp("A setting of the sampler, as points=20; may be given again.", valueName: "name=value"))
    var setting: [String] = []

    @Option(help: ArgumentHelp("Which trials end early: \(PrunerRegistry.names.joined(separator: ", ")).", valueName: "name"))
    var pruner: String?

    @Option(help: ArgumentHelp("A setting of the pruner, as reduction=3; may be given again.", valueName: "name=value"))
    var prunerSetting: [String] = []

    @Option(help: ArgumentHelp("What training in full spends, in units of the plugin's fidelity.", valueName: "units"))
    var budget: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Stop after so many trials.", valueName: "n"))
    var trials: Int?

    @Option(help: ArgumentHelp("Stop after so long: 90s, 30m, 2h.", valueName: "time"))
    var time: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Stop when the first objective reaches this value.", valueName: "value"))
    var target: Double?

    @Option(help: ArgumentHelp("Stop after so many trials without an improvement.", valueName: "n"))
    var patience: Int?

    @Option(help: ArgumentHelp("Stop when no more than this can still be gained of the first objective.", valueName: "amount"))
    var regret: Double?

    @Option(help: ArgumentHelp("Runs at once; as many as fit where not given.", valueName: "n"))
    var parallel: Int?

    @Option(help: ArgumentHelp("CPU cores of each run.", valueName: "n"))
    var cpus: Int?

    @Option(help: ArgumentHelp("GPUs of each run.", valueName: "n"))
    var gpus: Int?

    @Option(help: ArgumentHelp("Memory of each run: 512MiB, 2GiB.", valueName: "size"))
    var memory: String?

    @Option(help: ArgumentHelp("The longest that one run may take: 30s, 10m.", valueName: "time"))
    var timeout: String?

    @Option(
        help: ArgumentHelp(
            "Where the plugin runs: worker, a process of its own, or inprocess, the daemon itself.", valueName: "where"))
    var isolation: String?

    @Option(help: ArgumentHelp("Fixes a parameter, as C=0.1; may be given again.", valueName: "name=value"))
    var set: [String] = []

    @Option(help: ArgumentHelp("Narrows a parameter, as 'C={low: 0.1}'; may be given again.", valueName: "name={...}"))
    var space: [String] = []

    @Option(
        help: ArgumentHelp("Measure the 3 best configurations again when the search is over, so often in all.", valueName: "times"))
    var replicate: Int?

    @Option(help: ArgumentHelp("Begin with the knowledge of this study's trials.", valueName: "study"))
    var warmStart: String?

    @Option(help: ArgumentHelp("Repeats the same suggestions and folds.", valueName: "n"))
    var seed: UInt64?

    enum GoalFlag: String, EnumerableFlag {
        case minimize, maximize
    }

    func apply(to request: inout StudyRequest) throws(CommandError) {
        guard goal == nil || !objective.isEmpty else {
            throw .usage("--minimize and --maximize need to know of what: add --objective METRIC")
        }
        request.set("study", study.map(JSONValue.string))
        request.set("title", title.map(JSONValue.string))
        request.set("trainable", trainable.map(JSONValue.string))
        request.set("data", data.map { .string(FileText.absolute($0)) })
        request.set("timeout", timeout.map(JSONValue.string))
        request.set("isolation", isolation.map(JSONValue.string))
        request.set("replicate", replicate.map(Self.whole))
        request.set("warm_start", warmStart.map(JSONValue.string))
        request.set("seed", seed.map { $0 <= UInt64(Int64.max) ? .integer(Int64($0)) : .string(String($0)) })
        request.merge(try Assignment.map(config), into: "config")
        request.set("objectives", objectives)
        request.set("constraints", try constraints)

        var split = try Assignment.map(self.split)
        split["folds"] = folds.map(Self.whole) ?? split["folds"]
        split["test"] = test.map(JSONValue.number) ?? split["test"]
        request.merge(split, into: "split")

        var sampler = try Assignment.map(setting)
        if let name = self.sampler {
            // Settings of another sampler would be errors there.
            request.set("sampler", .object([:]))
            sampler["name"] = .string(name)
        }
        request.merge(sampler, into: "sampler")

        var pruner = try Assignment.map(prunerSetting)
        if let name = self.pruner {
            request.set("pruner", .object([:]))
            pruner["name"] = .string(name)
        }
        request.merge(pruner, into: "pruner")
        request.set("budget", budget.map(JSONValue.number))

        request.merge(
            Self.present([
                "trials": trials.map(Self.whole), "time": time.map(JSONValue.string),
                "target": target.map(JSONValue.number), "patience": patience.map(Self.whole),
                "regret": regret.map(JSONValue.number),
            ]), into: "stop")
        request.merge(
            Self.present([
                "parallel": parallel.map(Self.whole), "cpus": cpus.map(Self.whole),
                "gpus": gpus.map(Self.whole), "memory": memory.map(JSONValue.string),
            ]), into: "resources")
        request.merge(try Assignment.map(set + space), into: "space")
    }

    private var constraints: JSONValue? {
        get throws(CommandError) {
            if constraint.isEmpty { return nil }
            var items: [JSONValue] = []
            for text in constraint {
                guard let sign = ["<=", ">="].first(where: { text.contains($0) }),
                    let place = text.firstRange(of: sign), let limit = Double(text[place.upperBound...].filter { $0 != " " })
                else { throw .usage("--constraint \(text): write a metric and a bound, as in 'model_mb<=50' or 'recall>=0.9'") }
                let metric = String(text[..<place.lowerBound].filter { $0 != " " })
                items.append(.object(["metric": .string(metric), sign == "<=" ? "at_most" : "at_least": .number(limit)]))
            }
            return .array(items)
        }
    }

    private var objectives: JSONValue? {
        if objective.isEmpty { return nil }
        return .array(
            objective.map { text in
                let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
                var item: [String: JSONValue] = ["metric": .string(parts.first ?? "")]
                item["goal"] = (parts.count == 2 ? parts[1] : goal?.rawValue).map(JSONValue.string)
                return .object(item)
            })
    }

    private static func whole(_ number: Int) -> JSONValue { .integer(Int64(number)) }

    private static func present(_ fields: [String: JSONValue?]) -> [String: JSONValue] {
        fields.compactMapValues { $0 }
    }
}
