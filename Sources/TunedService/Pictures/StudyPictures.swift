import TunedEngine
package import TunedPlots
package import TunedRecords
import TunedSpace

/// The pictures of one study: its records, as the pictures take them.
package struct StudyPictures: Sendable {
    package let slug: String
    package let declaration: StudyDeclaration
    package let rows: [TrialRow]
    /// What trials reported; read for ``PictureKind/intermediate`` and ``PictureKind/rungs``.
    package let curves: ReportedCurves
    /// How far trials came; read for ``PictureKind/rungs`` and ``PictureKind/lineage``.
    package let budgets: BudgetHistory
    /// The objective that is drawn.
    package let objective: Int
    private let trials: [PlottedTrial]
    private let parameters: [PlottedParameter]
    /// Indices of ``parameters`` in the space.
    private let places: [Int]

    /// Trials beyond which rungs are read off the steps that they ended at.
    private static let rungLimit = 12

    package init(
        slug: String, declaration: StudyDeclaration, rows: [TrialRow], curves: ReportedCurves = ReportedCurves(), budgets: BudgetHistory = BudgetHistory(),
        objective: Int = 0
    ) {
        self.slug = slug
        self.declaration = declaration
        self.rows = rows.sorted { $0.number < $1.number }
        self.curves = curves
        self.budgets = budgets
        self.objective = objective
        let axes = declaration.space.parameters.enumerated().compactMap { index, parameter in PlottedParameter(parameter).map { (index, $0) } }
        parameters = axes.map(\.1)
        let places = axes.map(\.0)
        self.places = places
        trials = self.rows.compactMap { row in
            guard let ending = PlottedTrial.Ending(row) else { return nil }
            let configuration = declaration.configuration(of: row)
            return PlottedTrial(
                number: row.number, ending: ending, values: row.values,
                configuration: configuration.map { configuration in places.map { configuration[$0].map(PlottedValue.init) } } ?? [])
        }
    }

    private var goal: PlottedObjective {
        declaration.objectives.indices.contains(objective) ? PlottedObjective(declaration.objectives[objective]) : PlottedObjective(name: "value", minimizes: true)
    }

    package static func needsReports(_ kind: PictureKind) -> Bool { kind == .intermediate || kind == .rungs || kind == .lineage }

    package func svg(_ kind: PictureKind) throws(NothingToDraw) -> String {
        switch kind {
        case .history: try HistoryPicture.svg(title: slug, trials, objective: objective, goal)
        case .slice: try SlicePicture.svg(title: slug, trials, parameters, order: order, objective: objective, goal)
        case .parallel: try ParallelPicture.svg(title: slug, trials, parameters, order: order, objective: objective, goal)
        case .importance:
            try ImportancePicture.svg(title: slug, try shares(), method: "ped-anova", objective: goal, trials: rows.count { $0.state == .complete })
        case .intermediate: try intermediate()
        case .rungs: try rungs()
        case .lineage: try LineagePicture.svg(title: slug, budgets.members(full: full, objective: objective), goal)
        case .pareto:
            try ParetoPicture.svg(
                title: slug, trials, declaration.objectives.map(PlottedObjective.init), front: Set(StudyAnalysis.front(of: declaration, rows)))
        }
    }

    /// Greatest first.
    package func shares() throws(NothingToDraw) -> [PlottedShare] {
        let answer: JSONValue
        do {
            answer = try StudyAnalysis.importance(of: declaration, rows, method: nil, objective: goal.name)
        } catch {
            throw NothingToDraw(error.message)
        }
        return (answer["importance"]?.arrayValue ?? []).map { item in
            PlottedShare(names: (item["parameters"]?.arrayValue ?? []).compactMap(\.stringValue), share: item["share"]?.doubleValue ?? 0)
        }
    }

    /// The parameters that matter most first, where there are more than pictures have room for and it can be told.
    private var order: [Int]? {
        guard parameters.count > 12, let shares = try? shares() else { return nil }
        let ranks = Dictionary(shares.enumerated().map { ($1.names.joined(), $0) }) { first, _ in first }
        return parameters.indices.sorted { (ranks[parameters[$0].name] ?? .max, $0) < (ranks[parameters[$1].name] ?? .max, $1) }
    }

    /// The objective's own metric where it was reported, else the one that was reported most.
    private var reportedMetric: Int? {
        let metrics = curves.metrics
        let own = declaration.objectives.indices.contains(objective) ? declaration.objectives[objective].metric : nil
        return own.flatMap { metrics.contains($0) ? $0 : nil } ?? metrics.first
    }

    private func goal(of metric: Int) -> PlottedObjective {
        guard declaration.schema.metrics.indices.contains(metric) else { return goal }
        let declared = declaration.schema.metrics[metric]
        let own = declaration.objectives.first { $0.metric == metric }
        return PlottedObjective(name: declared.name, minimizes: (own?.goal ?? declared.goal) == .minimize)
    }

    private var best: Int? {
        guard declaration.objectives.indices.contains(objective) else { return nil }
        let objective = declaration.objectives[objective]
        return rows.filter { $0.state == .complete && !$0.isReplicate && $0.values.indices.contains(self.objective) }.min {
            (objective.loss($0.values[self.objective]), $0.number) < (objective.loss($1.values[self.objective]), $1.number)
        }?.number
    }

    private var endings: [Int: PlottedTrial.Ending] { Dictionary(trials.map { ($0.number, $0.ending) }) { first, _ in first } }

    private func intermediate() throws(NothingToDraw) -> String {
        let metric = reportedMetric
        return try IntermediatePicture.svg(
            title: slug, metric.map(curves.curves) ?? [], metric: metric.map(goal(of:)) ?? goal, endings: endings, best: best)
    }

    /// What training in full spends.
    private var full: Double { declaration.specification.budget ?? declaration.schema.fidelity?.high ?? 0 }

    /// As the log has it; where no trial was given a budget, rungs are the steps at which trials ended or wait, where those are few: a pruner by rungs lets trials go on to the next one only.
    private func rungs() throws(NothingToDraw) -> String {
        if !budgets.isEmpty {
            let (climbs, rungs) = budgets.rungs(full: full, objective: objective, endings: endings)
            return try RungsPicture.svg(title: slug, climbs, budgets: rungs, unit: declaration.schema.fidelity?.name ?? "units", goal)
        }
        guard let metric = reportedMetric else { throw NothingToDraw("no trial reported a value at a step, so nothing says how far each came") }
        let furthest = Dictionary(curves.curves(of: metric).map { ($0.trial, $0.steps.max() ?? 0) }, uniquingKeysWith: max)
        let rungs = Set(rows.filter { $0.state != .running && $0.state != .failed }.compactMap { furthest[$0.number] }).sorted()
        guard rungs.count <= Self.rungLimit else {
            throw NothingToDraw("the trials ended at \(rungs.count) different steps, not at rungs; --kind intermediate shows them")
        }
        guard rungs.count > 1 else { throw NothingToDraw("all trials came equally far, so there are no rungs") }
        let climbs = Dictionary(grouping: curves.curves(of: metric), by: \.trial).sorted { $0.key < $1.key }.map { trial, curves in
            let reached = rungs.filter { $0 <= furthest[trial] ?? 0 }
            let values = reached.map { rung in
                let last = curves.compactMap { curve in curve.points.last { $0.step <= rung }?.value }
                return last.isEmpty ? Double.nan : last.reduce(0, +) / Double(last.count)
            }
            return PlottedClimb(trial: trial, ending: endings[trial], budgets: reached, values: values)
        }
        return try RungsPicture.svg(title: slug, climbs, budgets: rungs, unit: declaration.schema.fidelity?.name ?? "steps", goal(of: metric))
    }
}
