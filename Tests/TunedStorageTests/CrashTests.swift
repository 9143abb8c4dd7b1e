import Foundation
import Testing
import TunedRecords
import TunedStorage

/// The store in a process of its own, which is killed or watched.
@Suite struct CrashTests {
    /// The helper is built beside the tests.
    private static let helper = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("store-torture")

    private static let strace = "/usr/bin/strace"
    /// Some containers have it and do not let it trace.
    private static let canTrace: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: strace)
        process.arguments = ["-o", "/dev/null", "true"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    private func launch(_ program: URL, _ arguments: [String], output: Pipe) throws -> Process {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    @Test func everyAcknowledgedEventSurvivesKill() throws {
        let scratch = ScratchDirectory()
        var acknowledged: EventSequence = 0
        for round in 0..<8 {
            let output = Pipe()
            let process = try launch(Self.helper, ["forever", scratch.path], output: output)
            // Killed after some acknowledgements, so a slow machine needs no longer pause.
            var text = ""
            while text.utf8.count < 200 + 900 * round {
                let more = output.fileHandleForReading.availableData
                guard !more.isEmpty else { break }
                text += String(decoding: more, as: UTF8.self)
            }
            kill(process.processIdentifier, SIGKILL)
            text += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal)
            // The last line may be cut.
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            for line in lines {
                let sequence = try #require(line.hasPrefix("ACK ") ? EventSequence(line.dropFirst(4)) : nil, "\(line)")
                acknowledged = max(acknowledged, sequence)
            }
            let store = try scratch.open()
            let events = try store.events(of: nil, after: 0, limit: .max)
            #expect(store.lastSequence >= acknowledged)
            #expect(events.map(\.sequence) == Array(1...store.lastSequence))
            #expect(try store.studies() == ReferenceFold(events).liveStudies)
            store.close()
        }
        #expect(acknowledged > 0)
    }

    @Test func theLockEndsWithItsProcess() throws {
        let scratch = ScratchDirectory()
        let output = Pipe()
        let input = Pipe()
        let process = Process()
        process.executableURL = Self.helper
        process.arguments = ["hold", scratch.path]
        process.standardOutput = output
        process.standardInput = input
        try process.run()
        #expect(output.fileHandleForReading.availableData == Data("READY\n".utf8))
        let error = scratch.refusal()
        #expect(error?.code == .locked)
        #expect(error?.message.contains("process id \(process.processIdentifier)") == true)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(scratch.refusal() == nil)
    }

    @Test(.enabled(if: CrashTests.canTrace, "strace is not installed, or may not trace here"))
    func aDiskWriteLiesBetweenAppendAndAcknowledgement() throws {
        let scratch = ScratchDirectory()
        // The directory is made before, so that only the commit itself is seen.
        #expect(scratch.refusal() == nil)
        let trace = scratch.path + "/trace"
        let output = Pipe()
        let process = try launch(
            URL(fileURLWithPath: Self.strace),
            ["-f", "-y", "-e", "trace=pwrite64,fdatasync,fsync,write", "-o", trace, Self.helper.path, "once", scratch.path],
            output: output)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "ACK\n")
        let calls = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
        let acknowledgement = try #require(calls.firstIndex { $0.contains("write(1") && $0.contains("ACK") })
        let lastWrite = try #require(
            calls[..<acknowledgement].lastIndex { $0.contains("pwrite64(") && $0.contains("tuned.sqlite-wal") })
        #expect(
            calls[lastWrite..<acknowledgement].contains {
                ($0.contains("fdatasync(") || $0.contains("fsync(")) && $0.contains("tuned.sqlite-wal")
            }, "\(calls[lastWrite...acknowledgement].joined(separator: "\n"))")
    }

    /// The process is killed at each of its synchronisations in turn, the creation of the file included.
    @Test(.enabled(if: CrashTests.canTrace, "strace is not installed, or may not trace here"))
    func aKillAtAnySynchronisationLosesNothing() throws {
        for number in 1...14 {
            let scratch = ScratchDirectory()
            let output = Pipe()
            let process = try launch(
                URL(fileURLWithPath: Self.strace),
                [
                    "-f", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e",
                    "inject=fdatasync,fsync:signal=KILL:when=\(number)", Self.helper.path, "once", scratch.path,
                ], output: output)
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let store = try scratch.open()
            if text == "ACK\n" { #expect(store.lastSequence == 5) }
            let events = try store.events(of: nil, after: 0, limit: .max)
            #expect(events.map(\.sequence) == Array(1..<store.lastSequence + 1), "killed at \(number)")
            #expect(try store.studies() == ReferenceFold(events).liveStudies)
            store.close()
        }
    }
}
