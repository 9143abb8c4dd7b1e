import CTunedPlugin
import CTunedWorker
import TunedSpace
import TunedWire

/// Group 7: whether a trainable may run within the daemon itself. The verdict also needs the other groups to be clean.
enum InprocessGroup {
    private static let evaluations = 100_000
    /// Fewer than these in a test's time: a worker costs such a trainable nothing.
    private static let leastEvaluations = 1_000
    private static let distinct = 64

    static func evaluations(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        var random = lab.random("configurations")
        let configurations = [lab.schema.space.defaults] + (1..<distinct).map { _ in lab.configurations.random(&random) }
        let instance = try lab.instance()
        var judge = RunJudge(lab.schema)
        let stateBefore = (ProcessInventory.descriptors.count, ProcessInventory.threads.count)
        lab.about("\(evaluations) evaluations in one process")
        let start = lab.elapsed
        let growth = try MemoryGrowth.measure(rounds: 10, atMost: evaluations, share: 1, lab) { index throws(PluginError) in
            let configuration = configurations[index % distinct]
            var run = lab.run(configuration)
            run.limits.keepsReports = false
            judge.judge(try instance.run(run), lab.configurations.text(configuration), &findings)
        }
        let seconds = lab.elapsed - start
        let stateAfter = (ProcessInventory.descriptors.count, ProcessInventory.threads.count)
        growth.judge(&findings)
        if stateAfter.0 - stateBefore.0 > 8 || stateAfter.1 - stateBefore.1 > 64 {
            findings.add(
                .error, "grows", """
                    \(growth.runs) evaluations left \(stateAfter.0 - stateBefore.0) descriptors and \
                    \(stateAfter.1 - stateBefore.1) threads
                    """,
                advice: "End with each run what it began.")
        }
        HygieneGroup.strays(&findings)
        if growth.runs < leastEvaluations {
            findings.add(
                .note, "too-slow", "only \(growth.runs) evaluations fit into \(rounded(seconds)) s",
                advice: "Run it in workers: what isolation: inprocess saves is microseconds a trial.",
                numbers: [.init(name: "evaluations", value: Double(growth.runs))])
        }
        let each = seconds / Double(max(1, growth.runs))
        return CheckAnswer(
            findings: findings.all,
            summary: "\(growth.runs) evaluations, \(rounded(each * 1e6)) µs each; \(growth.summary)")
    }
}
