public import TunedRecords
import TunedSearch
public import TunedSpace

/// What the trials of a study say about its space, for a person and for the next study.
public enum StudyAnalysis {
    /// Which parameters matter: `{"method": "ped-anova", "objective": "error", "importance": [{"parameters": ["C"], "share": 0.7}]}`.
    ///
    /// - Parameters:
    ///   - method: `ped-anova`, `fanova`, or `fanova-pairs` with what each two parameters account for together.
    ///   - objective: name of one of the study's objectives; nil for the first.
    public static func importance(
        of declaration: StudyDeclaration, _ rows: [TrialRow], method name: String?, objective: String?
    ) throws(EngineError) -> JSONValue {
        let methods: [(name: String, method: ImportanceMethod)] = [
            ("ped-anova", .pedAnova), ("fanova", .fanova), ("fanova-pairs", .forest(interactions: true)),
        ]
        guard let method = methods.first(where: { $0.name == name ?? "ped-anova" }) else {
            throw EngineError(.invalid, "\"\(name ?? "")\" is no method: use \(methods.map(\.name).joined(separator: ", "))", path: "method")
        }
        var index = 0
        if let objective {
            guard let found = declaration.objectives.firstIndex(where: { $0.name == objective }) else {
                let known = declaration.objectives.map(\.name).joined(separator: ", ")
                throw EngineError(.invalid, "the study has no objective \"\(objective)\"; it has \(known)", path: "objective")
            }
            index = found
        }
        let shares: [ParameterImportance]
        do {
            shares = try Importance.evaluate(
                space: declaration.space, observations: declaration.observations(of: rows), method: method.method, objective: index)
        } catch {
            throw EngineError(.conflict, error.message)
        }
        return .object([
            "method": .string(method.name), "objective": .string(declaration.objectives[index].name),
            "importance": .array(
                shares.map { .object(["parameters": .array($0.parameters.map(JSONValue.string)), "share": .number($0.share)]) }),
        ])
    }

    /// Numbers of the complete trials that no other one beats in every objective, ascending; those of the search that keep the constraints.
    public static func front(of declaration: StudyDeclaration, _ rows: [TrialRow]) -> [Int] {
        let trials = rows.filter { $0.state == .complete && !$0.isReplicate && $0.values.count == declaration.objectives.count }.sorted { $0.number < $1.number }
        let losses = trials.map { row in zip(declaration.objectives, row.values).map { $0.loss($1) } }
        return ParetoFront.indices(of: losses).map { trials[$0].number }
    }

    /// A tightened space with its reasons, and what lies on a bound: `{"space": {...}, "proposals": [...], "warnings": [...]}`, where
    /// `space` is what a study file takes.
    public static func narrowing(of declaration: StudyDeclaration, _ rows: [TrialRow]) throws(EngineError) -> JSONValue {
        let report: NarrowingReport
        do {
            report = try Narrowing.propose(
                space: declaration.space, observations: declaration.observations(of: rows), declared: declaration.schema.space)
        } catch {
            throw EngineError(.conflict, error.message)
        }
        return .object([
            "space": .object(report.fields),
            "proposals": .array(
                report.proposals.map { proposal in
                    .object([
                        "parameter": .string(proposal.parameter), "action": .string(proposal.action.rawValue),
                        "reason": .string(proposal.reason),
                    ])
                }),
            "warnings": .array(
                report.warnings.map { .object(["parameter": .string($0.parameter), "message": .string($0.message)]) }),
        ])
    }
}

extension StudyDeclaration {
    /// A trial's configuration in the space in force; nil where it has no place there.
    public func configuration(of row: TrialRow) -> Configuration? {
        guard let former = formerSpaces.first(where: { row.askedAfter < $0.until }) else { return row.configuration }
        return SpaceMapping(from: former.space, to: space).map(row.configuration).configuration
    }

    /// Trials as a sampler sees them, in the order of their numbers; those without a place in the space in force are left out.
    ///
    /// - Parameter replicates: whether those are in it that measure a configuration again.
    func observations(of rows: [TrialRow], replicates: Bool = false) -> [Observation] {
        var order = ConstraintOrder(self)
        return rows.sorted { $0.number < $1.number }.flatMap { row -> [Observation] in
            guard replicates || !row.isReplicate, let configuration = configuration(of: row) else { return [] }
            let losses = zip(objectives, row.values).map { $0.loss($1) }
            let constraints = order.values(of: row.constraints)
            let outcome: Outcome
            switch row.state {
            case .complete: outcome = .complete(losses, constraints: constraints)
            case .pruned:
                guard let value = row.values.first, let step = row.step, let objective = objectives.first else { return [] }
                outcome = .pruned(step: step, value: objective.loss(value))
            case .failed where row.isInfeasible: outcome = .infeasible(losses, constraints: constraints)
            case .failed: outcome = .failed
            case .running, .paused, .cancelled: return []
            }
            return [.pending(trial: row.number, configuration), .finished(trial: row.number, outcome)]
        }
    }

    /// The trials of another study in this one's space, the best of them where they are many. Those that have no place in it are left out.
    func warmStart(from study: String, _ other: StudyDeclaration, _ rows: [TrialRow]) throws(EngineError) -> WarmStart {
        guard other.objectives.map(\.name) == objectives.map(\.name), other.objectives.map(\.goal) == objectives.map(\.goal) else {
            throw EngineError(
                .invalid, "study \(study) has other objectives (\(other.objectives.map(\.name).joined(separator: ", "))), so its values say nothing here",
                path: "warm_start")
        }
        func loss(_ row: TrialRow) -> Double {
            guard row.state == .complete, let objective = objectives.first, let value = row.values.first else { return .infinity }
            return objective.loss(value)
        }
        let ended = rows.filter { !$0.isReplicate && ($0.state == .complete || $0.state == .failed) }
        let chosen = ended.count <= WarmStart.limit ? ended : Array(ended.sorted { loss($0) < loss($1) }.prefix(WarmStart.limit))
        let trials = chosen.sorted { $0.number < $1.number }.compactMap { row in
            SpaceMapping(from: other.space(at: row.askedAfter), to: space).map(row.configuration).configuration.map {
                WarmStart.Trial(configuration: $0, values: row.state == .complete ? row.values : [])
            }
        }
        guard !trials.isEmpty else {
            throw EngineError(.invalid, "no trial of study \(study) has a place in this study's space", path: "warm_start")
        }
        return WarmStart(study: study, trials: trials)
    }
}
