public import TunedSpace

/// What a study knows before its first trial: trials of another one, read in its own space when it was created. They are part of the
/// declaration, so that its suggestions can be derived again though the other study be deleted.
public struct WarmStart: Hashable, Sendable {
    public struct Trial: Hashable, Sendable {
        public var configuration: Configuration
        /// One a objective, as reported; empty where the trial failed.
        public var values: [Double]

        public init(configuration: Configuration, values: [Double]) {
            self.configuration = configuration
            self.values = values
        }
    }

    /// Trials that are taken at most, the best ones.
    public static let limit = 1_000
    /// Numbers of trials that no study reaches.
    public static let firstTrial = 1 << 40

    /// The other study's name.
    public var study: String
    /// In the order in which they were asked for.
    public var trials: [Trial]

    public init(study: String, trials: [Trial]) {
        self.study = study
        self.trials = trials
    }

    func json(in space: SearchSpace) -> JSONValue {
        .object([
            "study": .string(study),
            "trials": .array(
                trials.map { trial in
                    let values = Dictionary(space.json(trial.configuration).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
                    return .object(["configuration": .object(values), "values": .array(trial.values.map(JSONValue.number))])
                }),
        ])
    }

    init(json: JSONValue, in space: SearchSpace) throws(SpecificationError) {
        var fields = try JSONFields(json, path: "warm")
        study = try fields.string("study") ?? ""
        trials = []
        guard case .array(let items)? = fields.take("trials") else { return }
        for item in items {
            guard case .object(let values)? = item["configuration"], let numbers = item["values"]?.arrayValue else {
                throw SpecificationError(path: "warm", message: "a trial has no configuration and values")
            }
            do {
                trials.append(Trial(configuration: try space.configuration(from: values), values: numbers.compactMap(\.doubleValue)))
            } catch {
                throw SpecificationError(path: "warm.\(error.path)", message: error.message)
            }
        }
    }
}
