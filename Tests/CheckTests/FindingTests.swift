import Testing
import TunedPlugins
import TunedSpace
import TunedWire
import TunedWorkers

/// Every ill of the plugin "unhealthy" is found, by its name, by the test that is there for it.
@Suite struct FindingTests {
    struct Ill: Sendable, CustomTestStringConvertible {
        var how: String
        var test: String
        var name: String
        var severity: CheckFinding.Severity
        /// Part of the message or the detail.
        var says: String
        var trainable: String

        init(
            _ how: String, _ test: String, _ name: String, _ severity: CheckFinding.Severity = .error, says: String = "",
            trainable: String = "steady"
        ) {
            self.how = how
            self.test = test
            self.name = name
            self.severity = severity
            self.says = says
            self.trainable = trainable
        }

        var testDescription: String { "\(how) by \(test)" }
    }

    static let runs = [
        Ill("create_fails", "run/create", "create-failed", says: "create was told to fail"),
        Ill("create_leaks", "run/create", "create-leak", .warning, says: "bytes allocated"),
        Ill("missing_objective", "run/defaults", "missing-objective", says: "\"loss\""),
        Ill("missing_metric", "run/defaults", "missing-metric", .warning, says: "\"size\""),
        Ill("unknown_metric", "run/defaults", "unknown-metric", says: "objective(9, 1.0)"),
        Ill("fail_then_success", "run/defaults", "fail-then-success", .warning, says: "it went wrong"),
        Ill("steps_backwards", "run/defaults", "steps-not-increasing", says: "came after step"),
        Ill("report_nan", "run/defaults", "report-not-finite", .warning, says: "nan at step 1"),
        Ill("nan_at_low", "run/corners", "not-finite", says: "\"x\":0.0}"),
        Ill("crashes_at_high", "run/corners", "crashed", says: "SIGABRT"),
        Ill("silent_failure", "run/corners", "silent-failure", .warning),
        Ill("unknown_code", "run/corners", "unknown-code", says: "returned 77"),
        Ill("stopped_unasked", "run/corners", "stopped-unasked"),
        Ill("nothing_feasible", "run/corners", "nothing-feasible"),
        Ill("fails_in_branch", "run/branches", "failed", says: "no layer of that kind"),
        Ill("mostly_infeasible", "run/random", "mostly-infeasible", .warning),
    ]

    static let behaviours = [
        Ill("clockwork", "behaviour/determinism", "not-deterministic", says: "a second time"),
        Ill("clockwork", "behaviour/determinism", "not-deterministic", .note, trainable: "modest"),
        Ill("process_number", "behaviour/determinism", "not-deterministic", says: "in another process"),
        Ill("healthy", "behaviour/determinism", "could-be-deterministic", .note, trainable: "modest"),
        Ill("ignores_stop", "behaviour/stop", "ignores-stop", says: "never asked should_stop"),
        Ill("stop_as_failure", "behaviour/stop", "stop-as-failure", says: "interrupted"),
        Ill("ignores_stop", "behaviour/deadline", "ignores-stop", says: "past its deadline"),
        Ill("ignores_budget", "behaviour/budget", "ignores-budget", says: "last report is of step 20"),
        Ill("costs_the_same", "behaviour/budget", "budget-no-cheaper", .warning),
    ]

    static let checkpoints = [
        Ill("no_checkpoint", "behaviour/restore", "no-checkpoint"),
        Ill("never_restores", "behaviour/restore", "never-restores"),
        Ill("ignores_restore", "behaviour/restore", "restore-ignored", says: "reports step 1 again"),
        Ill("forgets_momentum", "behaviour/restore", "restore-differs", says: "\"loss\" at step"),
        Ill("forgets_momentum", "behaviour/restore", "restore-differs", says: "\"loss\" at step", trainable: "stepper"),
        Ill("accepts_truncated", "behaviour/truncated", "accepts-truncated", says: "cut to 0 of 40 bytes"),
        Ill("accepts_random", "behaviour/random", "accepts-random", says: "40 random bytes"),
        Ill("crashes_on_garbage", "behaviour/random", "crashed", says: "SIGSEGV"),
        Ill("whole_reads", "behaviour/bytes", "restore-failed", says: "cannot be read"),
    ]

    static let hygiene = [
        Ill("change_directory", "hygiene/state", "working-directory", says: "a run changed"),
        Ill("change_environment", "hygiene/state", "environment", .warning, says: "OMP_NUM_THREADS"),
        Ill("change_locale", "hygiene/state", "locale", says: "C.UTF-8"),
        Ill("change_umask", "hygiene/state", "umask", .warning),
        Ill("change_limit", "hygiene/state", "limits", .warning, says: "stack"),
        Ill("crash_handler", "hygiene/state", "crash-handler", says: "signal 11"),
        Ill("signal_handler", "hygiene/state", "signal-handler", .warning, says: "signal 10"),
        Ill("rounding", "hygiene/state", "rounding"),
        Ill("leak_descriptor", "hygiene/descriptors", "descriptor-leak", says: "/dev/null"),
        Ill("close_output", "hygiene/descriptors", "foreign-descriptors", says: "1 ("),
        Ill("leak_thread", "hygiene/threads", "thread-leak"),
        Ill("leave_child", "hygiene/threads", "children"),
        Ill("report_late", "hygiene/threads", "late-calls"),
        Ill("null_trial", "hygiene/threads", "wrong-trial", says: "NULL"),
        Ill("leak_memory", "hygiene/memory", "memory-leak", says: "bytes that never come back"),
        Ill("leak_mapping", "hygiene/memory", "memory-leak", says: "bytes that never come back"),
        Ill("leak_memory", "inprocess/evaluations", "memory-leak"),
    ]

    static let compatibility = [
        Ill("any_extension", "structure/extensions", "unknown-extension", says: "no-such-extension"),
        Ill("hollow_extension", "structure/extensions", "incomplete-extension", says: "tuned.batch/1"),
        Ill("save_without_load", "structure/extensions", "incomplete-extension", says: "come together", trainable: "stepper"),
        Ill("beyond_host", "compatibility/older-host", "crashed", says: "72 bytes (minor 0)"),
        Ill("no_has", "compatibility/shorter-host", "crashed", .warning, says: "64 bytes"),
        Ill("values_by_index", "compatibility/newer-host", "differs-by-host", says: "longer tables"),
        Ill("trusts_extension", "compatibility/bare-host", "crashed", says: "no extensions"),
        Ill("shared_state", "compatibility/parallel", "not-thread-safe"),
        Ill("batch_differs", "compatibility/batch", "batch-differs"),
    ]

    @Test(arguments: runs + behaviours + checkpoints + hygiene + compatibility)
    func anIllIsFound(ill: Ill) async throws {
        let report = try await Clinic().examine(ill.how, ill.test, trainable: ill.trainable)
        let finding = try #require(report.finding(ill.name, in: ill.test), "\(report.lines)")
        #expect(finding.severity == ill.severity)
        #expect("\(finding.message) \(finding.detail)".contains(ill.says), "\(finding.message) | \(finding.detail)")
        #expect(finding.advice.count > 20)
        let status = try #require(report.result(ill.test)).status
        #expect(status == [.error: .failed, .warning: .warned, .note: .passed][report.findings.map(\.severity).max() ?? .note])
        if ill.severity == .error { #expect(!report.passed(ill.trainable)) }
    }

    @Test func aRunThatNeverEndsIsEndedAndNamed() async throws {
        let report = try await Clinic().check(
            "misbehave", only: ["behaviour/determinism"], config: ["create": "hang"], seconds: 0.2)
        let finding = try #require(report.finding("hang", in: "behaviour/determinism"), "\(report.lines)")
        #expect(finding.message.contains("did not come back within 5 s"))
    }

    @Test(arguments: [true, false]) func aScheduleThatIsNeverAskedForIsNoted(_ isSilent: Bool) async throws {
        let report = try await Clinic().check("scheduled", trainable: "asks", only: ["run/defaults"], config: ["silent": isSilent ? 1 : 0])
        let finding = report.finding("schedule-not-asked", in: "run/defaults")
        #expect((finding != nil) == isSilent, "\(report.lines)")
        #expect(finding.map { $0.severity == .note && $0.message.hasPrefix("rate has") } ?? true)
    }

    /// A host of the first release has no schedules: that its runs differ is not held against a plugin.
    @Test(arguments: ["plain", "stepwise"]) func aPluginWithASchedulePasses(_ trainable: String) async throws {
        let report = try await Clinic().check("scheduled", trainable: trainable, seconds: 0.5)
        #expect(report.findings.allSatisfy { $0.severity == .note }, "\(report.lines)")
        #expect(report.finding("schedule-not-asked", in: "run/defaults") == nil)
    }

    /// The corners try every category; the first that is fatal ends the worker.
    @Test func aCrashNamesItsConfigurationAndPlace() async throws {
        let report = try await Clinic().check("misbehave", only: ["run/corners"])
        let finding = try #require(report.findings.first { $0.severity == .error })
        #expect(finding.name == "crashed" && finding.message.contains("SIGSEGV"))
        #expect(finding.message.contains(#"{"how":"segfault","x":0.5}"#))
        #expect(finding.detail.contains("plugin+0x"))
    }
}
