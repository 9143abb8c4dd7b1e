import Glibc
import Testing
import TunedRecords
import TunedTestSupport
import TunedWorkers

/// Workers that do not keep to the protocol: plugin code may have taken the process over.
@Suite struct HostileWorkerTests {
    /// A worker that is a shell script.
    private func script(_ body: String) -> String {
        let path = TestPlugins.temporaryDirectory() + "/worker"
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o700)
        var text = "#!/bin/sh\n\(body)\n"
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        return path
    }

    @Test(arguments: [
        #"printf '\377\377\377\377'; sleep 60"#,  // a huge length
        #"printf '\002\000\000\000\001\001\001'; sleep 60"#,  // no newline at the end
        #"printf '\001\000\000\000\143\n'; sleep 60"#,  // an unknown message
        #"printf '\002\000\000\000\003\000\n'; printf '\002\000\000\000\003\000\n'; sleep 60"#,  // opened twice
        "cat /dev/urandom",
    ])
    func garbageFailsTheTrialAndEndsTheWorker(body: String) async throws {
        let good = try AttemptBench()
        let blueprint = try await good.blueprint("noop")
        let bench = try AttemptBench { $0.executable = script(body) }
        #expect(try await bench.run(blueprint).failure?.kind == .protocol)
    }

    @Test func aWorkerThatSaysNothingIsEnded() async throws {
        let good = try AttemptBench()
        let blueprint = try await good.blueprint("noop")
        let bench = try AttemptBench {
            $0.executable = script("sleep 60")
            $0.openDeadline = 0.2
        }
        #expect(try await bench.run(blueprint).failure?.kind == .load)
    }

    @Test func aResultOfAnotherAttemptIsNotTaken() async throws {
        let good = try AttemptBench()
        let blueprint = try await good.blueprint("noop")
        // Opened; then done with nonce 77, code 0, one metric of 1.0; then nothing.
        let done = #"\020\000\000\000\005\115\000\000\001\001\000\000\000\000\000\000\360\077\000\000\n"#
        let opened = #"\002\000\000\000\003\000\n"#
        let bench = try AttemptBench {
            $0.executable = script("printf '\(opened)'; sleep 0.1; printf '\(done)'; sleep 60")
        }
        #expect(try await bench.run(blueprint, deadline: 0.3).failure?.kind == .deadline)
    }
}
