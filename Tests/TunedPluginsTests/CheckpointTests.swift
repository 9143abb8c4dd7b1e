import CTunedWorker
import Dispatch
import Glibc
import Testing
import TunedPlugins
import TunedSpace
import TunedTestSupport
import TunedWire

/// What a run keeps, and how it goes on from it.
@Suite struct CheckpointTests {
    private let folder = TestPlugins.temporaryDirectory() + "/runs/1/5-2"

    private func keeper(path: String? = nil) throws -> HostBench {
        try HostBench(
            "keeper", "keeper",
            parameters: [WireParameter(name: "rate", kind: .float), WireParameter(name: "stop_at", kind: .integer)], metrics: 6,
            resources: WorkerResources(cpus: [2, 5], gpus: ["GPU-1"], memory: 1 << 20), path: path)
    }

    private func stepper(_ config: [String: String] = [:]) throws -> HostBench {
        try HostBench(
            "keeper", "stepper", parameters: [WireParameter(name: "rate", kind: .float)], metrics: 3, config: config, fullBudget: 20)
    }

    private var checkpoint: String { "\(folder)/checkpoint" }

    private func bytes(of path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    private func overwrite(_ path: String, with bytes: [UInt8]) throws {
        let descriptor = open(path, O_WRONLY | O_TRUNC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    @Test func aSecondAttemptGoesOnWhereTheFirstWasSaved() throws {
        let first = try keeper()
        #expect(first.run([.float(1), .integer(4)], folder: folder).code < 0)
        #expect(first.reports.map(\.step) == [1, 2, 3, 4])
        let second = try keeper()
        let result = second.run([.float(1), .integer(4)], attempt: 1, folder: folder)
        #expect(result.code == 0)
        #expect(result.metrics[0] == 55)
        #expect(result.metrics[1] == 5)
        #expect(second.reports.map(\.step) == [5, 6, 7, 8, 9, 10])
        #expect(second.logText.contains("goes on from the checkpoint of step 4"))
    }

    @Test func aRunThatSucceededLeavesItsArtifactsAndItsCheckpoint() throws {
        let bench = try keeper()
        let result = bench.run([.float(0.5), .integer(-1)], folder: folder)
        #expect(result.metrics == [27.5, 1, 5, 1_048_576, 0.5, 1])
        // A host that is killed before it keeps the result makes the run again, and is to have it at once.
        let again = try keeper().run([.float(0.5), .integer(-1)], attempt: 1, folder: folder)
        #expect(again.metrics.first == 27.5 && again.metrics[1] == 11)
        #expect(try bytes(of: "\(folder)/artifacts/sum.txt") == Array("fifty-five".utf8))
        #expect(bench.logText.contains("no name of an artifact"))
        #expect(access("\(folder)/escape", F_OK) != 0)
    }

    @Test func aHostThatKeepsNothingIsNoFailure() throws {
        let bench = try HostBench(
            "keeper", "stepper", parameters: [WireParameter(name: "rate", kind: .float)], metrics: 3, fullBudget: 20)
        #expect(bench.run([.float(1)]).metrics == [210, 20, 0])
    }

    enum Damage: CaseIterable { case cut, flippedHeader, flippedBody, flippedDigest, empty, random, directory }

    @Test(arguments: Damage.allCases) func aDamagedCheckpointIsSaidAndTheRunStartsAfresh(damage: Damage) throws {
        _ = try keeper().run([.float(1), .integer(4)], folder: folder)
        var content = try bytes(of: checkpoint)
        switch damage {
        case .cut: content.removeLast(9)
        case .flippedHeader: content[9] ^= 1
        case .flippedBody: content[content.count - 35] ^= 0x80
        case .flippedDigest: content[content.count - 1] ^= 1
        case .empty: content = []
        case .random: content = content.indices.map { UInt8(truncatingIfNeeded: $0 &* 197 &+ 13) }
        case .directory: break
        }
        if damage == .directory {
            unlink(checkpoint)
            mkdir(checkpoint, 0o700)
        } else {
            try overwrite(checkpoint, with: content)
        }
        let second = try keeper()
        // Where not even a new checkpoint can be written the run fails, and says so.
        let result = second.run([.float(1), .integer(4)], attempt: 1, folder: folder)
        #expect(second.logText.contains("starts afresh"), "\(second.logText)")
        if damage == .directory {
            #expect(result.code < 0 && result.text.contains("checkpoint"), "\(result)")
        } else {
            #expect(result.metrics[0] == 55)
            #expect(result.metrics[1] == 1)
        }
    }

    @Test func aCheckpointOfAnotherBuildIsNotUsed() throws {
        _ = try keeper().run([.float(1), .integer(4)], folder: folder)
        let copy = TestPlugins.temporaryDirectory() + "/0123abc.so"
        try #require(symlink(TestPlugins.path("keeper"), copy) == 0)
        let other = try keeper(path: copy)
        #expect(other.run([.float(1), .integer(4)], attempt: 1, folder: folder).metrics[1] == 1)
        #expect(other.logText.contains("another build of the plugin"))
    }

    @Test func theHostDrivesAStepwiseTrainable() throws {
        let bench = try stepper()
        #expect(bench.run([.float(1)], folder: folder).metrics == [210, 20, 0])
        #expect(bench.run([.float(1)], budget: 3, folder: folder).metrics == [6, 3, 0])
    }

    @Test func aStepwiseRunThatIsStoppedIsSavedAndGoesOn() throws {
        let bench = try stepper()
        tuned_page_add_stop(bench.page, 1)
        #expect(bench.run([.float(1)], folder: folder).code == 1)
        tuned_page_clear_stop(bench.page)

        let slow = try stepper(["ms": "100"])
        #expect(runAndStop(slow).code == 1)
        let second = try stepper()
        let result = second.run([.float(1)], attempt: 1, folder: folder)
        #expect(result.metrics[0] == 210)
        #expect(result.metrics[2] == 1)
        #expect(second.reports[0].step == Int64(slow.reports.count + 1))
    }

    @Test func aCheckpointThatTheTrainableRefusesMeansAFreshStart() throws {
        #expect(runAndStop(try stepper(["ms": "100"])).code == 1)
        let second = try stepper(["load": "refuse"])
        #expect(second.run([.float(1)], attempt: 1, folder: folder).metrics == [210, 20, 1])
        #expect(second.logText.contains("refused its checkpoint") && second.logText.contains("not a checkpoint of mine"))
    }

    /// Tells a run to stop after its third step.
    private func runAndStop(_ bench: HostBench) -> RunResult {
        let page = SendablePage(bench.page)
        DispatchQueue(label: "test.stop").async {
            while tuned_page_waiting(page.pointer, 0) < 3 { usleep(1000) }
            tuned_page_add_stop(page.pointer, 1)
        }
        return bench.run([.float(1)], folder: folder)
    }

    @Test func aStepwiseTrainableNeedsAFidelity() throws {
        #expect(throws: PluginError.self) {
            _ = try HostBench("keeper", "stepper", parameters: [WireParameter(name: "rate", kind: .float)], metrics: 3)
        }
    }
}

/// `@unchecked Sendable`: what lies behind it is accessed atomically.
private struct SendablePage: @unchecked Sendable {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
}
