import CTunedPlugin
import CTunedWorker
import TunedSpace
import TunedWire

/// Group 3: does it run, whatever the configuration.
enum RunGroup {
    private static let creations = 20
    /// Of the fidelity, where it allows as many.
    private static let someUnits = 8.0

    static func create(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        var before = 0
        let warmUp = 4
        for round in 0..<creations {
            lab.about("create and destroy, time \(round + 1) of \(creations)")
            if round == warmUp { before = tuned_heap_in_use() }
            let instance = try lab.instance()
            if lab.trainable.create != nil, lab.trainable.destroy != nil, instance.instance == nil {
                findings.add(
                    .note, "null-instance", "create returned 0 and left *self NULL",
                    advice: "Leave create NULL where no instance is needed.")
            }
            instance.destroy()
            if lab.isSpent(), round > warmUp { break }
        }
        let growth = tuned_heap_in_use() - before
        let each = Double(growth) / Double(creations - warmUp)
        // What the host keeps of a plain function is its own: callbacks are never freed.
        if each >= 1024, lab.functions == nil {
            findings.add(
                .warning, "create-leak", "each create and destroy leaves \(Int(each)) bytes allocated",
                advice: "Free in destroy what create allocates.", numbers: [.init(name: "bytes_each", value: each)])
        }
        if lab.trainable.create != nil, lab.trainable.destroy == nil {
            findings.add(
                .note, "no-destroy", "it has a create and no destroy",
                advice: "Offer destroy where create allocates: an instance ends before its process does.")
        }
        return CheckAnswer(findings: findings.all, summary: "\(creations) times")
    }

    static func defaults(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        var judge = RunJudge(lab.schema, wantsAllMetrics: true)
        let instance = try lab.instance()
        var asked: Set<Int> = []
        // The least budget alone may end before a second report.
        for budget in Set([lab.lowBudget, lab.budget(of: someUnits)]).sorted() {
            lab.about("the defaults, with a budget of \(budget)", lab.schema.space.defaults)
            var run = lab.run(lab.schema.space.defaults)
            run.budget = budget
            let outcome = try instance.run(run)
            judge.judge(outcome, lab.configurations.text(run.configuration), &findings)
            asked.formUnion(outcome.scheduled)
        }
        judgeShares(judge, &findings)
        judgeSchedules(lab, asked, &findings)
        return CheckAnswer(findings: findings.all, summary: counted(judge.total, "run"))
    }

    /// What is declared as scheduled, active in the defaults, and never asked for: its shape would be searched for nothing.
    private static func judgeSchedules(_ lab: CheckLab, _ asked: Set<Int>, _ findings: inout CheckFindings) {
        let space = lab.schema.space
        // A program or function that is given the shape among its values makes its own schedule of it.
        let forgotten = space.parameters.indices.filter {
            space.parameters[$0].schedule.count > 1 && lab.schema.space.defaults[$0] != nil && !asked.contains($0)
        }
        guard let first = forgotten.first, lab.functions == nil else { return }
        let names = forgotten.map { space.parameters[$0].name }.joined(separator: ", ")
        findings.add(
            .note, "schedule-not-asked", "\(names) has a schedule, and no run asked \(TUNED_SCHEDULE) for its value",
            advice: "Ask in each step for the value at its progress, or follow \(space.parameters[first].name).shape yourself.")
    }

    static func corners(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        guard lab.schema.space.count > 0 else { return CheckAnswer(inapplicable: "the schema has no parameters") }
        return try tryAll(lab.configurations.corners, lab)
    }

    static func branches(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        guard lab.schema.space.isConditional else { return CheckAnswer(inapplicable: "the schema has no conditions") }
        return try tryAll(lab.configurations.branches, lab)
    }

    static func random(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        guard lab.schema.space.count > 0 else { return CheckAnswer(inapplicable: "the schema has no parameters") }
        var random = lab.random("configurations")
        let items = (0..<lab.request.evaluations).map { index in
            CheckConfigurations.Item(what: "random configuration \(index)", configuration: lab.configurations.random(&random))
        }
        return try tryAll(items, lab)
    }

    private static func tryAll(_ items: [CheckConfigurations.Item], _ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        var judge = RunJudge(lab.schema, wantsAllMetrics: true)
        let instance = try lab.instance()
        for item in items {
            // A few at least, however slow it is.
            if lab.isSpent(), judge.total >= 3 { break }
            lab.about(item.what, item.configuration)
            let outcome = try instance.run(lab.run(item.configuration))
            judge.judge(outcome, lab.configurations.text(item.configuration), &findings)
        }
        judgeShares(judge, &findings)
        var summary = judge.summary
        if judge.total < items.count {
            summary += "; \(items.count - judge.total) more did not fit into \(lab.request.seconds) s"
        }
        return CheckAnswer(findings: findings.all, summary: summary)
    }

    private static func judgeShares(_ judge: RunJudge, _ findings: inout CheckFindings) {
        let refused = judge.infeasible + judge.cancelled
        guard refused > 0 else { return }
        if judge.succeeded + judge.stopped + judge.failed == 0 {
            findings.add(
                .error, "nothing-feasible", "all \(judge.total) configurations were refused as infeasible or cancelled",
                advice: "Narrow the schema to what can be trained, and give defaults that can.")
        } else if refused * 2 > judge.total {
            findings.add(
                .warning, "mostly-infeasible", """
                    \(refused) of \(judge.total) configurations were refused as infeasible or cancelled
                    """,
                advice: "Narrow the schema or add conditions: a search wastes its trials there.")
        }
    }
}
