import Glibc
import Testing
import TunedTestSupport

/// What remains of workers, seen from a process of its own that owns the pool.
@Suite struct PoolOwnerTests {
    private func probe(_ arguments: String) -> String {
        let command = "'\(TestPlugins.executable("WorkerPoolProbe"))' \(arguments)"
        guard let stream = popen(command, "r") else { return "" }
        defer { pclose(stream) }
        var text = ""
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), stream) != nil {
            text += String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        return text
    }

    @Test func twoHundredWorkersLeaveNoDescriptors() {
        let text = probe("crashes '\(TestPlugins.path("misbehave"))' 200")
        let words = text.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        #expect(words.count == 3)
        guard words.count == 3 else { return }
        #expect(words[0] == 200, "workers started")
        #expect(words[2] <= words[1], "descriptors after, and before")
    }

    @Test func aKilledOwnerLeavesNoWorkers() throws {
        // The owner prints its worker's number once the worker runs, and kills itself.
        let worker = try #require(pid_t(probe("die '\(TestPlugins.path("misbehave"))'").trimmingNewline))
        var isGone = false
        for _ in 0..<500 where !isGone {
            isGone = kill(worker, 0) != 0
            if !isGone { usleep(10_000) }
        }
        #expect(isGone)
    }
}

extension String {
    fileprivate var trimmingNewline: Substring { prefix { $0 != "\n" } }
}
