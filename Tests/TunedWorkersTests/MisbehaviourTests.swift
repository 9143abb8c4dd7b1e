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
        Case("segfault", .crashed, "SIGSEGV", "in evaluate", "in plugin+0x", "(do_segfault+0x", "touching address 0x0"),
        Case("abort", .crashed, "SIGABRT", "called from plugin+0x", "(do_abort+0x"),
        Case("double_free", .crashed, "SIGABRT", "called from plugin+0x"),
        Case("close_all", .exited, "closed file descriptors that are not its own in evaluate"),
        Case("heap_overrun", .crashed, "SIGABRT", "in evaluate"),
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
        // Where the system counts what its out-of-memory killer did for the whole machine alone, another test's victim of this very moment is
        // taken for this one.
        if expected.how == "kill_self", failure.kind == .memory, failure.message.contains("killed by the system") { return }
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

    @Test(arguments: [
        "print_stderr", "chdir_env", "thread_outlives", "report_late", "close_fds", "report_nan", "daemonize",
        "signal_handlers",
    ])
    func aDisturbanceIsSurvived(how: String) async throws {
        let bench = try AttemptBench()
        #expect(try await bench.misbehave(how).metric(0) == 0.5)
        #expect(try await bench.misbehave("ok").metric(0) == 0.5)
        #expect(bench.pool.statistics.spawned == 1)
    }

    @Test func whatARunChangesAroundItIsPutBack() async throws {
        let bench = try AttemptBench()
        let changed = try await bench.misbehave("chdir_env")
        #expect(changed.metric(0) == 0.5)
        #expect(changed.log.contains("the plugin changed the working directory and the environment and the file mode mask"))
        #expect(try await bench.misbehave("stale_directory").metric(0) == 0.5)
        #expect(bench.pool.statistics.spawned == 1)
    }

    @Test func signalHandlersThatARunTookOverArePutBack() async throws {
        let bench = try AttemptBench()
        let ended = try await bench.misbehave("signal_handlers")
        #expect(ended.metric(0) == 0.5 && ended.log.contains("the plugin changed signal handlers"))
        let failure = try #require(try await bench.misbehave("segfault").failure)
        #expect(failure.kind == .crashed && failure.message.contains("SIGSEGV"))
        #expect(bench.pool.statistics.spawned == 1)
    }

    @Test func endlessOutputCostsNothingButItsTrial() async throws {
        let bench = try AttemptBench { $0.logBytes = 4096 }
        let ended = try await bench.misbehave("endless_output", deadline: 2)
        #expect(ended.failure?.kind == .deadline)
        #expect(ended.log.utf8.count < 3 * 4096 && ended.log.contains("and another line"))
        #expect(try await bench.misbehave("ok").metric(0) == 0.5)
    }

    @Test func aForkBombIsEndedWithItsTrial() async throws {
        let bench = try AttemptBench { $0.processes = 200 }
        let ended = try await bench.misbehave("fork_bomb", config: ["count": .integer(400)], deadline: 1)
        #expect(ended.failure?.kind == .deadline)
        #expect(try await bench.misbehave("ok").metric(0) == 0.5)
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

    @Test(arguments: [
        ("fatal", "Fatal error: the loss has left the building"), ("index", "Index out of range"),
        ("nil", "Unexpectedly found nil"), ("overflow", "SIG"),
    ])
    func aSwiftTrapIsNamed(how: String, says: String) async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint("trap")
        let failure = try #require(try await bench.run(blueprint, ["how": .string(how)]).failure)
        #expect(failure.kind == .crashed)
        #expect(failure.message.contains(says), "\(failure.message)")
        #expect(failure.detail.contains("in plugin+0x") || failure.detail.contains("called from plugin+0x"), "\(failure.detail)")
        #expect(try await bench.run(blueprint, ["how": .string("ok")]).metric(0) == 0.5)
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
        let failure = try #require(try await bench.misbehave("oom", config: ["limit_mb": .integer(2000)]).failure)
        // A control group has the kernel end the process; without one malloc is refused.
        if failure.kind == .memory {
            #expect(failure.message.contains("out of memory"))
        } else {
            #expect(failure.message == "malloc gave no more memory")
        }
        #expect(try await bench.misbehave("ok").metric(0) == 0.5)
    }
}
