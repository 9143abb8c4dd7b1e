import CTunedPlugin
import CTunedWorker
import Glibc
import TunedSpace
import TunedWire

/// Group 5: whether the process around a trainable stays as it was.
enum HygieneGroup {
    private static let firstRuns = 5
    private static let moreRuns = 15

    /// Runs the defaults and random configurations; at most `count`, fewer where the time is up.
    private static func repeatRuns(
        _ count: Int, _ instance: CheckInstance, _ lab: CheckLab, _ random: inout SplitMix64
    ) throws(PluginError) -> Int {
        for done in 0..<count {
            if lab.isSpent(), done > 0 { return done }
            let configuration = done == 0 ? lab.schema.space.defaults : lab.configurations.random(&random)
            _ = try instance.run(lab.run(configuration))
        }
        return count
    }

    // MARK: State

    /// `before` was taken before the plugin was loaded.
    static func state(_ lab: CheckLab, before: ProcessState) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        var random = lab.random("configurations")
        let loaded = ProcessState.now()
        compare(before, loaded, "loading it", &findings)
        let instance = try lab.instance()
        let created = ProcessState.now()
        compare(loaded, created, "create", &findings)
        lab.about("\(firstRuns) runs, whose traces in the process are looked for")
        let runs = try repeatRuns(firstRuns, instance, lab, &random)
        compare(created, ProcessState.now(), "a run", &findings)
        let ran = ProcessState.now()
        instance.destroy()
        compare(ran, ProcessState.now(), "destroy", &findings)
        return CheckAnswer(findings: findings.all, summary: "after load, create, \(runs) runs and destroy")
    }

    private static func compare(
        _ before: ProcessState, _ after: ProcessState, _ what: String, _ findings: inout CheckFindings
    ) {
        if after.directory != before.directory {
            findings.add(
                .error, "working-directory", "\(what) changed the working directory to \(after.directory)",
                advice: "Use absolute paths: the directory belongs to the whole process.")
        }
        let known = Set(before.environment.keys).union(after.environment.keys)
        let names = known.filter { before.environment[$0] != after.environment[$0] }
        if !names.isEmpty {
            findings.add(
                .warning, "environment", "\(what) changed the environment: \(names.sorted().joined(separator: ", "))",
                advice: "setenv is not safe beside other threads: hand settings over by the library's own functions.")
        }
        if after.locale != before.locale {
            findings.add(
                after.numberLocale != before.numberLocale ? .error : .warning, "locale",
                "\(what) changed the locale from \(before.locale) to \(after.locale)",
                advice: "Use newlocale and uselocale: setlocale changes how every thread reads and writes numbers.")
        }
        if after.umask != before.umask {
            findings.add(
                .warning, "umask", "\(what) changed the umask to \(String(after.umask, radix: 8))",
                advice: "Give the mode when a file is made, or use fchmod.")
        }
        let limits = before.limits.keys.filter { before.limits[$0] != after.limits[$0] }.sorted()
        if !limits.isEmpty {
            findings.add(
                .warning, "limits", "\(what) changed the limits of \(limits.joined(separator: ", "))",
                advice: "Leave setrlimit to whoever started the process.")
        }
        for signal in before.handlers.keys.sorted() where before.handlers[signal] != after.handlers[signal] {
            let isOfCrash = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS].contains(signal)
            findings.add(
                isOfCrash ? .error : .warning, isOfCrash ? "crash-handler" : "signal-handler",
                "\(what) changed the handler of signal \(signal) (\(String(cString: strsignal(signal))))",
                advice: isOfCrash
                    ? "Leave it: the host's handler notes down where a crash was."
                    : "Leave signals to the host: should_stop tells when to end.")
        }
        if after.rounding != before.rounding {
            findings.add(
                .error, "rounding", "\(what) changed how floating-point numbers are rounded",
                advice: "Set the mode back with fesetround before you return.")
        }
        if after.flushesToZero != before.flushesToZero {
            findings.add(
                .warning, "flush-to-zero", "\(what) made the processor take numbers below 2.2e-308 for zero",
                advice: "Link without -ffast-math or -Ofast: its start-up code changes the whole thread.")
        }
    }

    // MARK: Descriptors

    static func descriptors(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        var random = lab.random("configurations")
        let loaded = ProcessInventory.descriptors
        let instance = try lab.instance()
        lab.about("\(firstRuns + moreRuns) runs, with the open file descriptors counted")
        _ = try repeatRuns(firstRuns, instance, lab, &random)
        let early = ProcessInventory.descriptors
        let runs = try repeatRuns(moreRuns, instance, lab, &random)
        let late = ProcessInventory.descriptors
        let grown = late.keys.filter { early[$0] == nil }
        if grown.count * 2 >= runs {
            let example = grown.sorted().first.flatMap { late[$0] } ?? ""
            findings.add(
                .error, "descriptor-leak", "\(runs) runs left \(grown.count) file descriptors open, such as \(example)",
                advice: "Close what a run opens, on every way out of it.",
                numbers: [.init(name: "descriptors", value: Double(grown.count)), .init(name: "runs", value: Double(runs))])
        }
        instance.destroy()
        let after = ProcessInventory.descriptors
        let closed = loaded.keys.filter { after[$0] != loaded[$0] }.sorted()
        if !closed.isEmpty {
            let shown = closed.prefix(5).map { "\($0) (\(loaded[$0] ?? ""))" }.joined(separator: ", ")
            findings.add(
                .error, "foreign-descriptors", "it closed or replaced descriptors that are not its own: \(shown)",
                advice: "Close only what you opened; standard input, output and error belong to the host.")
        }
        let kept = after.keys.filter { loaded[$0] == nil && !grown.contains($0) }.sorted()
        if !kept.isEmpty {
            findings.add(
                .note, "descriptors-kept", """
                    after destroy it still has open: \(kept.prefix(5).compactMap { after[$0] }.joined(separator: ", "))
                    """,
                advice: "Close in destroy what create opened.")
        }
        return CheckAnswer(findings: findings.all, summary: "\(loaded.count) before, \(after.count) after \(firstRuns + runs) runs")
    }

    // MARK: Threads and children

    static func threads(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        var random = lab.random("configurations")
        let before = ProcessInventory.threads
        let instance = try lab.instance()
        lab.about("\(firstRuns + moreRuns) runs, with threads and children counted")
        _ = try repeatRuns(firstRuns, instance, lab, &random)
        let early = ProcessInventory.threads
        let runs = try repeatRuns(moreRuns, instance, lab, &random)
        // A thread that was told to end needs a moment for it.
        usleep(50_000)
        let late = ProcessInventory.threads
        let grown = late.subtracting(early)
        if late.count - early.count > max(2, runs / 4) {
            findings.add(
                .error, "thread-leak", """
                    \(runs) runs left \(late.count - early.count) threads running, such as \
                    "\(grown.min().map(ProcessInventory.threadName) ?? "")"
                    """,
                advice: "Join every thread before train or evaluate returns, or keep one pool in the instance.",
                numbers: [
                    .init(name: "threads", value: Double(late.count - early.count)), .init(name: "runs", value: Double(runs)),
                ])
        }
        let children = ProcessInventory.children
        if !children.isEmpty {
            findings.add(
                .error, "children", "\(runs + firstRuns) runs left \(children.count) child processes",
                advice: "Wait for every process that a run starts (waitpid) before it returns.",
                numbers: [.init(name: "children", value: Double(children.count))])
        }
        instance.destroy()
        usleep(50_000)
        let kept = ProcessInventory.threads.subtracting(before)
        if !kept.isEmpty, kept.count <= max(2, runs / 4) + early.count {
            findings.add(
                .note, "threads-kept", """
                    \(kept.count) of its threads run on after destroy, such as \
                    "\(kept.min().map(ProcessInventory.threadName) ?? "")"
                    """,
                advice: "A pool of a library's is fine; threads of your own should end with their instance.")
        }
        strays(&findings)
        return CheckAnswer(
            findings: findings.all, summary: """
                \(before.count) threads before, \(before.count + kept.count) after \(firstRuns + runs) runs
                """)
    }

    /// Calls of host functions at the wrong time or with the wrong trial, wherever a test notices them.
    static func strays(_ findings: inout CheckFindings) {
        if CheckHost.lateCalls > 0 {
            findings.add(
                .error, "late-calls", "a host function was called \(CheckHost.lateCalls) times after its run had returned",
                advice: "End or join what reports and logs before train or evaluate returns: the trial is no longer valid then.",
                numbers: [.init(name: "calls", value: Double(CheckHost.lateCalls))])
        }
        if let stray = CheckHost.strayCall {
            findings.add(
                .error, "wrong-trial", stray, advice: """
                    Pass on the trial that train or evaluate was given; only log and fail take NULL, inside create.
                    """)
        }
    }

    // MARK: Memory

    static func memory(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        var random = lab.random("configurations")
        let instance = try lab.instance()
        // A fixed handful, again and again: caches of what was seen before fill in the first round.
        let configurations = [lab.schema.space.defaults] + (0..<4).map { _ in lab.configurations.random(&random) }
        lab.about("runs whose memory is measured")
        let measured = try MemoryGrowth.measure(rounds: 5, atMost: 2_000, share: 0.8, lab) { index throws(PluginError) in
            _ = try instance.run(lab.run(configurations[index % configurations.count]))
        }
        measured.judge(&findings)
        return CheckAnswer(findings: findings.all, summary: measured.summary)
    }
}
