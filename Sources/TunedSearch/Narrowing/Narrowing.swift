public import TunedSpace

/// What to search next: for each parameter a narrower range, fewer choices, or a wider range.
public struct NarrowingReport: Hashable, Sendable {
    /// One for each parameter that has more than one value, in the order of the space.
    public var proposals: [NarrowingProposal]
    public var warnings: [BoundaryWarning]
    /// All that differs from the declared space, what the study had narrowed already included, as
    /// ``TunedSpace/SearchSpace/narrowed(by:)`` takes it.
    public var fields: [String: JSONValue]
    /// The declared space with ``fields``.
    public var space: SearchSpace
}

public struct NarrowingProposal: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable {
        case keep, narrow
        /// At one end at least; the other may be narrowed.
        case extend
    }

    public var parameter: String
    public var action: Action
    /// One sentence for a person.
    public var reason: String
}

/// Proposes a tightened space from the trials of a study.
///
/// The good trials are the best 15% of those that ended, at least 5. A number's range becomes the shortest one that
/// holds nine in ten of them, and the best, widened on each side by what few trials leave open (``NumberNarrowing``). A
/// category is dropped where none of the good trials has it, though it was tried so often that chance alone would
/// hardly have it so (``CategoryNarrowing``). Nothing goes past the declared limits; where the study itself was
/// narrowed and the best value lies on that bound, the range is extended beyond. Parameters that a rule looks at stay as they are.
public enum Narrowing {
    /// Below it nothing is proposed.
    public static let leastTrials = 20
    static let goodShare = 0.15
    static let leastGood = 5

    /// - Parameters:
    ///   - space: what the study searched.
    ///   - observations: in the order of the study's events.
    ///   - declared: the plugin's own space, where the study searches a narrower one.
    /// - Throws: ``AnalysisError`` for fewer than ``leastTrials`` complete trials, or spaces that do not belong
    ///   together.
    public static func propose(
        space: SearchSpace, observations: [Observation], declared: SearchSpace? = nil, objective: Int = 0
    ) throws(AnalysisError) -> NarrowingReport {
        let trials = try AnalysedTrials(space, observations, objective: objective)
        try trials.require(complete: leastTrials, for: "narrowing")
        let declared = try DeclaredSpace.checked(declared, for: space)
        let good = trials.best(share: goodShare, least: leastGood)
        let warnings = BoundaryWarning.find(trials, space, declared)

        let ruled = Set(space.ruledParameters)

        var proposals: [NarrowingProposal] = []
        var fields: [String: JSONValue] = [:]
        for (index, parameter) in space.parameters.enumerated() {
            let current = parameter.narrowingFields
            if current != declared.parameters[index].narrowingFields { fields[parameter.name] = current }
            guard !parameter.isFixed else { continue }
            let evidence = ParameterEvidence(trials, good: good, axis: index)
            let change =
                if ruled.contains(index) {
                    NarrowingChange.keep("A rule of the space looks at it, so its range stays what the rule was written for.")
                } else if NumberRange(parameter) != nil {
                    NumberNarrowing.change(
                        parameter, declared.parameters[index], evidence, warnings.first { $0.parameter == parameter.name })
                } else {
                    CategoryNarrowing.change(parameter, evidence)
                }
            if let values = change.fields { fields[parameter.name] = values }
            proposals.append(NarrowingProposal(parameter: parameter.name, action: change.action, reason: change.reason))
        }
        do {
            let narrowed = try declared.narrowed(by: fields)
            return NarrowingReport(proposals: proposals, warnings: warnings, fields: fields, space: narrowed)
        } catch {
            throw AnalysisError(.space, "the study's space does not lie within the declared one: \(error)")
        }
    }
}

/// What the trials say of one parameter.
struct ParameterEvidence: Sendable {
    /// Its coordinates in the good trials, the best first, without those in which it is inactive.
    let good: [Double]
    /// The same of all that ended.
    let all: [Double]
    /// The coordinate in the best trial; NaN where it is inactive.
    let best: Double

    init(good: [Double], all: [Double], best: Double) {
        self.good = good
        self.all = all
        self.best = best
    }

    init(_ trials: AnalysedTrials, good: ArraySlice<Int>, axis: Int) {
        func places(_ rows: ArraySlice<Int>) -> [Double] {
            rows.map { trials.coordinate(of: $0, along: axis) }.filter { !$0.isNaN }
        }
        self.good = places(good)
        all = places(trials.ranked[...])
        best = trials.ranked.first.map { trials.coordinate(of: $0, along: axis) } ?? .nan
    }
}

/// What becomes of one parameter.
struct NarrowingChange: Sendable {
    var action: NarrowingProposal.Action
    var fields: JSONValue?
    var reason: String

    static func keep(_ reason: String) -> NarrowingChange { NarrowingChange(action: .keep, fields: nil, reason: reason) }
}

extension Parameter {
    /// The range or the choices that it has.
    var narrowingFields: JSONValue {
        switch domain {
        case .float(let float): .object(["low": .number(float.low), "high": .number(float.high)])
        case .integer(let integer): .object(["low": .integer(integer.low), "high": .integer(integer.high)])
        case .categorical, .ordinal, .boolean:
            .object(["choices": .array(categories.compactMap { json(of: .category($0)) })])
        }
    }
}
