import TunedPlugins
import TunedRecords
import TunedWire
import TunedWorkers

/// Which rows train, validate and test: decided once, when the study is planned.
extension StudyPlanner {
    /// A plugin may have rows without a data file: made up, or read from where its config says. `copy` is nil then.
    func divide(
        _ described: Result<DatasetDescription?, PluginError>, copy: DataStore.Copy?, origin: String?, declaration: StudyDeclaration,
        image: PluginImage
    ) throws(EngineError) -> Plan {
        let dataset: DatasetDescription?
        switch described {
        case .success(let description): dataset = description
        case .failure(let error):
            guard let copy, let origin else { throw EngineError(error) }
            throw EngineError(error, naming: origin, insteadOf: copy.path)
        }
        var declaration = declaration
        var reference = DataReference(
            origin: origin ?? "", digest: copy?.digest ?? "", copy: copy?.path, plan: nil, rows: dataset?.rows ?? 0,
            testRows: copy?.testRows ?? 0, held: copy?.held, folds: 1, isStratified: false)
        var plan: FoldPlan?
        if let dataset {
            plan = try divide(dataset, copy, of: declaration, &reference)
        } else if declaration.specification.split != nil {
            throw EngineError(
                .invalid, "plugin \(declaration.plugin?.name ?? "") does not tell its rows (tuned.dataset/1), so they cannot be split",
                path: "split")
        }
        if let plan { reference.plan = try data.keep(plan) }
        declaration.data = reference
        return Plan(declaration: declaration, blueprint: Self.blueprint(declaration, image: image, folds: plan))
    }

    private func divide(
        _ dataset: DatasetDescription, _ copy: DataStore.Copy?, of declaration: StudyDeclaration, _ reference: inout DataReference
    ) throws(EngineError) -> FoldPlan {
        let split = declaration.specification.split ?? SplitSpecification()
        if let rows = copy?.rows, rows != dataset.rows {
            let why = split.column == nil ? "so it cannot be known which of them are test rows" : "so the column \(split.column ?? "") says nothing of them"
            throw EngineError(
                .data, "the plugin tells of \(dataset.rows) rows in a file of \(rows) records, \(why): leave out split.\(split.column == nil ? "test" : "column")",
                path: "split")
        }
        let (method, kind) = try kind(of: dataset, copy, split)
        var planner = FoldPlanner(rows: dataset.rows, kind: kind, seed: split.seed)
        if split.test > 0, copy?.held == nil { planner.available = try keepBack(dataset.rows, kind, split, &reference) }
        let plan: FoldPlan
        do throws(FoldPlanner.Problem) {
            plan = split.folds > 1
                ? try planner.crossValidation(folds: split.folds, repeats: split.repeats)
                // The fraction is of all rows, and the test rows are gone already.
                : try planner.holdout(fraction: split.validation / (1 - split.test))
        } catch {
            throw EngineError(.data, error.message, path: "split")
        }
        if let groups = dataset.groups { try check(groups, plan, method) }
        reference.method = method
        reference.isStratified = method == .stratified || method == .stratifiedGroups
        reference.folds = plan.folds.count
        return plan
    }

    /// By what rows are divided: as the study says, else as the plugin's description asks for.
    private func kind(
        of dataset: DatasetDescription, _ copy: DataStore.Copy?, _ split: SplitSpecification
    ) throws(EngineError) -> (SplitSpecification.Method, FoldPlanner.Kind) {
        let groups = copy?.groups ?? dataset.groups
        var method = split.method
        if method == nil {
            method = switch (groups, dataset.labels) {
            case (_?, _?): .stratifiedGroups
            case (_?, nil): .grouped
            case (nil, _?): .stratified
            case (nil, nil): .plain
            }
            if groups != nil, copy?.held != nil {
                throw EngineError(
                    .invalid,
                    "the plugin tells groups of rows, which test rows must not divide. Say by which column of the file: split: {by: grouped, column: NAME}",
                    path: "split.by")
            }
        }
        let chosen = method ?? .plain
        func missing(_ what: String, _ instead: String) -> EngineError {
            EngineError(.invalid, "the plugin tells no \(what): \(instead)", path: "split.by")
        }
        switch chosen {
        case .plain: return (chosen, .plain)
        case .stratified:
            guard let labels = dataset.labels else { throw missing("classes to stratify by", "use by: plain") }
            return (chosen, .stratified(labels))
        case .grouped:
            guard let groups else { throw missing("groups to divide by", "name a column of the file that holds them (split.column), or use by: plain") }
            return (chosen, .grouped(groups, labels: nil))
        case .stratifiedGroups:
            guard let groups else { throw missing("groups to divide by", "name a column of the file that holds them (split.column)") }
            guard let labels = dataset.labels else { throw missing("classes to stratify by", "use by: grouped") }
            return (chosen, .grouped(groups, labels: labels))
        case .time:
            guard let times = copy?.times ?? dataset.times else {
                throw missing("times to order its rows by", "name a column of the file that holds them (split.column), or use by: plain")
            }
            return (chosen, .forward(times))
        }
    }

    /// Where the file cannot be cut, or there is none: chooses test rows whose indices are handed to no run before the final one.
    ///
    /// - Returns: the rows that are left.
    private func keepBack(
        _ rows: Int, _ kind: FoldPlanner.Kind, _ split: SplitSpecification, _ reference: inout DataReference
    ) throws(EngineError) -> [UInt32] {
        let aside: FoldPlan.Fold
        do throws(FoldPlanner.Problem) {
            aside = try FoldPlanner(rows: rows, kind: kind, seed: 0).setAside(split)
        } catch {
            throw EngineError(.data, error.message, path: "split.test")
        }
        reference.testRows = aside.evaluate.count
        reference.rows = aside.train.count
        reference.testPlan = try data.keepHeld(FoldPlan(folds: [aside], rows: rows))
        return aside.train
    }

    /// A group that the plugin tells of is never on both sides, whatever was asked for. Forward in time it may be: the same machine yesterday and
    /// today is what is asked for there.
    private func check(_ groups: [Int32], _ plan: FoldPlan, _ method: SplitSpecification.Method) throws(EngineError) {
        guard method != .time else { return }
        let divided = FoldPlanner.divided(groups, in: plan)
        guard divided > 0 else { return }
        throw EngineError(
            .data,
            "by: \(method.rawValue) would divide \(divided) of the plugin's \(Set(groups).count) groups, so that rows of one group train and are scored: use by: grouped, or stratified-groups",
            path: "split.by")
    }
}
