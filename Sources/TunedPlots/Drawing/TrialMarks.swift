/// Trials as marks in a panel: one shape an ending, in a lane of their own where they have no value, on the axis' end where their value
/// lies beyond it. All pictures share them, and their legend.
struct TrialMarks {
    private var complete = Marks(.disc, "done")
    private var again = Marks(.ring, "again")
    private var infeasible = Marks(.square, "infeasible")
    private var pruned = Marks(.triangle, "pruned")
    private var failed = Marks(.cross, "failed")
    private var beyond: Marks

    init(minimizes: Bool) { beyond = Marks(minimizes ? .arrowUp : .arrowDown, "beyond") }

    /// - Parameter lane: where a trial without a value goes; nil leaves it out.
    mutating func add(
        _ trial: PlottedTrial, x: Double, value: Double?, on axis: ValueAxis, _ panel: Panel, minimizes: Bool, note: @autoclosure () -> String
    ) {
        guard let value, trial.ending != .failed else { return failed.add(x, panel.lane, note()) }
        if axis.isBeyond(value) {
            return beyond.add(x, minimizes ? panel.top + 7 : panel.bottom - 7, note())
        }
        let y = panel.y.position(value)
        switch trial.ending {
        case .complete: complete.add(x, y, note())
        case .replicate: again.add(x, y, note())
        case .infeasible: infeasible.add(x, y, note())
        case .pruned: pruned.add(x, y, note())
        case .failed: failed.add(x, panel.lane, note())
        }
    }

    func draw(_ svg: inout SVGText, areNoted: Bool) {
        for marks in [complete, again, infeasible, pruned, failed, beyond] { marks.draw(&svg, areNoted: areNoted) }
    }

    /// Entries for those endings that occur.
    static func legend(_ trials: [PlottedTrial], beyond: Int, minimizes: Bool) -> [Canvas.Legend] {
        let endings = Set(trials.map(\.ending))
        var legend: [Canvas.Legend] = []
        if endings.contains(.complete) { legend.append(.mark(.disc, "done", "complete")) }
        if endings.contains(.replicate) { legend.append(.mark(.ring, "again", "measured again")) }
        if endings.contains(.infeasible) { legend.append(.mark(.square, "infeasible", "breaks a constraint")) }
        if endings.contains(.pruned) { legend.append(.mark(.triangle, "pruned", "pruned (last report)")) }
        if endings.contains(.failed) { legend.append(.mark(.cross, "failed", "failed")) }
        if beyond > 0 { legend.append(.mark(minimizes ? .arrowUp : .arrowDown, "beyond", "beyond the axis")) }
        return legend
    }
}

extension [PlottedTrial] {
    /// `60 trials: 55 complete, 2 pruned, 3 failed`.
    var summary: String {
        let kinds: [(PlottedTrial.Ending, String)] = [
            (.complete, "complete"), (.replicate, "measured again"), (.infeasible, "infeasible"), (.pruned, "pruned"), (.failed, "failed"),
        ]
        let parts = kinds.compactMap { ending, name -> String? in
            let count = self.count { $0.ending == ending }
            return count > 0 ? "\(NumberText.count(count)) \(name)" : nil
        }
        return "\(NumberText.count(count, "trial")): \(parts.joined(separator: ", "))"
    }

    /// The complete trial that is best in an objective; the first of equal ones.
    func best(_ objective: Int, _ goal: PlottedObjective) -> (trial: PlottedTrial, value: Double)? {
        var best: (trial: PlottedTrial, value: Double)?
        for trial in self where trial.ending == .complete {
            guard let value = trial.value(objective) else { continue }
            if let known = best, goal.loss(known.value) <= goal.loss(value) { continue }
            best = (trial, value)
        }
        return best
    }

    /// - Throws: ``NothingToDraw`` where no trial has a value.
    func axis(_ objective: Int, _ goal: PlottedObjective) throws(NothingToDraw) -> ValueAxis {
        if isEmpty { throw NothingToDraw("no trial has ended yet") }
        // The best ones decide which are absurdly bad, so that a study that mostly fails its constraints is still readable.
        guard let axis = ValueAxis(filter { $0.ending != .failed }.compactMap { $0.value(objective) }, minimizes: goal.minimizes) else {
            throw NothingToDraw(count == 1 ? "the one trial so far failed" : "all \(NumberText.count(count)) trials so far failed, so there are no values")
        }
        return axis
    }
}
