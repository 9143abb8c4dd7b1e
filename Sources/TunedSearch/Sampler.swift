/// Chooses configurations.
///
/// A sampler is a value, and a pure function of the problem, its settings, the observations in their order and the
/// trial's number: no clock, no global state, no thread. Suggesting changes no answer, so any suggestion can be derived
/// again from the observations that preceded it; the caller tells the sampler what became of it with
/// ``Observation/pending(trial:_:)``.
///
///     let space = try SearchSpace([Parameter(name: "x", domain: .float(FloatDomain(low: -5, high: 5)))])
///     var sampler = try SamplerRegistry.make(name: "tpe", problem: SearchProblem(space: space, seed: 7))
///     for trial in 0..<100 {
///         guard case .configuration(let configuration) = try sampler.suggest(trial: trial) else { break }
///         sampler.observe(.pending(trial: trial, configuration))
///         sampler.observe(.finished(trial: trial, .complete([loss(configuration)])))
///     }
public protocol Sampler: Sendable {
    /// Stored with each study. The revision rises whenever the same observations would give another suggestion.
    var identity: SamplerIdentity { get }
    /// In one line for a person: which method it is, and why it was taken where that was not asked for by name.
    var explanation: String { get }
    /// Number of configurations that it will suggest before it is exhausted; nil where that is not bounded or not
    /// known.
    var size: UInt64? { get }
    /// Whether a trial's result changes what is suggested after it. One that does not learn loses nothing by being asked for
    /// many configurations at once.
    var learnsFromResults: Bool { get }
    /// Whether it had better go on by another of its methods, in view of what its suggestions cost. Whoever asks records the answer, and
    /// tells it with ``Observation/switched(to:)``: nothing changes before.
    func reconsidered(_ effort: SearchEffort) -> SamplerSwitch?
    mutating func observe(_ observation: Observation)
    /// Changes nothing but caches: asked twice, it answers the same.
    mutating func suggest(trial: Int) throws(SearchError) -> Suggestion
    /// The same for a trial that begins with a part of its budget (``Pruner/firstBudget(of:)``); nil: all of it. Most samplers choose
    /// alike for any budget.
    mutating func suggest(trial: Int, budget: Double?) throws(SearchError) -> Suggestion
}

extension Sampler {
    public var learnsFromResults: Bool { true }
    public func reconsidered(_ effort: SearchEffort) -> SamplerSwitch? { nil }
    public mutating func suggest(trial: Int, budget: Double?) throws(SearchError) -> Suggestion { try suggest(trial: trial) }
}

public struct SamplerIdentity: Hashable, Sendable {
    public var name: String
    public var revision: Int

    public init(name: String, revision: Int) {
        self.name = name
        self.revision = revision
    }
}
