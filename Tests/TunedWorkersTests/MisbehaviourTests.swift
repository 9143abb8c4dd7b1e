import Testing
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedWorkers

/// Every way in which plugin code goes wrong costs its own trial, which says why, and nothing else.
@Suite struct MisbehaviourTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var how: String
        var kind: Failure.Kind
        /// Parts of the message and the detail.
        var says: [String]

        init(_ how: String, _ kind: Failure.Kind, _ says: String...) {
            self.how = how
            self.kind = kind
            self.says = says
        }

        var testDescription: String { how }
    }

    static let fatal = [
        Case("segfault", .crashed, "SIGSEGV", "in evaluate", "in plugin+0x", "touching address 0x0"),
        Case("abort", .crashed, "SIGABRT", "called from plugin+0x"),
        Case("fpe", .crashed, "SIGFPE", "in plugin+0x"),
        Case("trap", .crashed, "SIGILL"),
        Case("kill_self", .crashed, "SIGKILL"),
        Case("exit0", .exited, "status 0 in evaluate"),
        Case("_exit0", .exited, "status 0 in evaluate"),
        Case("exit_while_other_thread", .exited, "status 0"),
        Case("pthread_exit", .exited, "pthread_exit"),
        Case("stack_overflow", .crashed, "stack overflow"),
        Case("stack_overflow_thread", .crashed, "SIGSEGV", "possibly a stack overflow"),
        Case("signal_handler", .exited, "status 0"),
        Case("fork_and_die", .exited, "status 1"),
    ]

    static let returned = [
        Case("nan", .notFinite, "\"value\"", "nan"),
        Case("inf", .notFinite, "\"value\"", "inf"),
        Case("missing_objective", .missingObjective, "\"value\""),
        Case("unknown_metric", .missingObjective, "\"value\""),
        Case("fail_with_text", .reported, "the loss exploded at step 3", "returned -7"),
        Case("fail_without_text", .reported, "evaluate returned -1 without saying why"),
        Case("fail_odd_text", .reported, "broken"),
        Case("infeasible", .infeasible, "the layers do not fit together"),
    ]

    private func check(_ expected: Case, _ ended: AttemptBench.Ended) {
        guard let failure = ended.failure else {
            Issue.record("\(expected.how): \(ended.outcome)")
            return
        }
        #expect(failure.kind == expected.kind)
        let text = "\(failure.message) | \(failure.detail)"
        for part in expected.says { #expect(text.contains(part), "\(text)") }
    }

    @Test(arguments: fatal) func aDeathFailsTheTrialAndTheNextOneRuns(expected: Case) async throws {
        let bench = try AttemptBench()
        check(expected, try await bench.misbehave(expected.how))
        #expect(try await bench.misbehave("ok").metric(0) == 0.5)
        #expect(bench.pool.statistics.spawned == 2)
    }

    @Test(arguments: returned) func aBadResultFailsTheTrialAndKeepsTheWorker(expected: Case) async throws {
        let bench = try AttemptBench()
        check(expected, try await bench.misbehave(expected.how))
        #expect(try await bench.misbehave("ok").metric(0) == 0.5)
        #expect(bench.pool.statistics.spawned == 1)
    }

    @Test(arguments: ["print_stderr", "chdir_env", "thread_outlives", "report_late", "close_fds", "report_nan"])
    func aDisturbanceIsSurvived(how: String) async throws {
        let bench = try AttemptBench()
        #expect(try await bench.misbehave(how).metric(0) == 0.5)
        #expect(try await bench.misbehave("ok").metric(0) == 0.5)
        #expect(bench.pool.statistics.spawned == 1)
    }

    @Test func trainIsNamedWhereItDied() async throws {
        let bench = try AttemptBench()
        let ended = try await bench.misbehave("segfault", config: ["in": .string("train")])
        #expect(ended.failure?.message.contains("in train") == true)
    }

    @Test func anExceptionIsNamed() async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint("misbehave_cxx")
        let failure = try #require(try await bench.run(blueprint).failure)
        #expect(failure.kind == .crashed)
        #expect(failure.message.contains("std::runtime_error: thrown across the boundary"))
        #expect(try await bench.run(blueprint, trial: 2).failure == nil)
    }

    @Test(arguments: [("fail", "create was told to fail"), ("segfault", "SIGSEGV (segmentation fault) in create")])
    func aFailingCreateFailsTheTrialAsLoad(create: String, says: String) async throws {
        let bench = try AttemptBench()
        let failure = try #require(try await bench.misbehave("ok", config: ["create": .string(create)]).failure)
        #expect(failure.kind == .load)
        #expect(failure.message.contains(says))
    }

    @Test func aHangingCreateIsEnded() async throws {
        let bench = try AttemptBench { $0.openDeadline = 0.3 }
        let failure = try #require(try await bench.misbehave("ok", config: ["create": .string("hang")]).failure)
        #expect(failure.kind == .load)
        #expect(failure.message.contains("0.3 s"))
    }

    @Test func moreMemoryThanTheSlotHasIsRefused() async throws {
        let bench = try AttemptBench(memory: 256 << 20)
        let ended = try await bench.misbehave("oom", config: ["limit_mb": .integer(2000)])
        #expect(ended.failure?.message == "malloc gave no more memory")
    }
}
