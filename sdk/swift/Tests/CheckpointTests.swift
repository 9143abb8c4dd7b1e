import CTunedPlugin
import Testing
import TunedPlugin
import TunedPluginTesting

extension AllTests {
    @Suite struct CheckpointTests {
        private func write(_ host: TestHost, commit: Bool = true) -> Int32 {
            Everything.action = { trial in
                var writer = try trial.checkpoint(after: 7)
                try writer.write(Int32(-3))
                try writer.write([0.5, -0.0, .infinity])
                try writer.write([] as [Float])
                try writer.write(UInt8(255))
                if commit { try writer.commit() }
            }
            return host.evaluate()
        }

        private func read(_ host: TestHost) -> Int32 {
            Everything.action = { trial in
                guard var reader = try trial.restore() else { throw TrialError.failed("absent") }
                let step = reader.step
                #expect(step == 7)
                let first = try reader.read(Int32.self)
                var numbers = [Double](repeating: 0, count: 3)
                try reader.read(into: &numbers)
                #expect(numbers.map(\.bitPattern) == [0.5, -0.0, Double.infinity].map(\.bitPattern))
                var none: [Float] = []
                try reader.read(into: &none)
                let last = try reader.read(UInt8.self)
                try reader.finish()
                #expect((first, last) == (-3, 255))
            }
            return host.evaluate()
        }

        /// Whatever pieces the host gives it in.
        @Test(arguments: [Int.max, 1, 3]) func whatIsWrittenIsRead(_ limit: Int) throws {
            let host = try TestHost(Everything.self)
            #expect(write(host) == TUNED_OK)
            #expect(host.checkpoint?.step == 7)
            host.readLimit = limit
            #expect(read(host) == TUNED_OK)
        }

        @Test func aDroppedWriterLeavesTheOneBefore() throws {
            let host = try TestHost(Everything.self)
            #expect(write(host, commit: false) == TUNED_OK)
            #expect(host.checkpoint == nil)
            #expect(read(host) == TUNED_FAILED)
            #expect(host.failures == ["absent"])
        }

        /// Cut at every length, and longer by one: refused, with a reason, and never read as something else.
        @Test func anotherLengthIsRefused() throws {
            let host = try TestHost(Sum.self)
            #expect(host.train([TestValue.float(1)], budget: 3) == TUNED_OK)
            let whole = try #require(host.checkpoint)
            for length in 0..<whole.bytes.count {
                host.checkpoint?.bytes = Array(whole.bytes.prefix(length))
                host.failures = []
                #expect(host.train([TestValue.float(1)], budget: 3) == TUNED_FAILED)
                #expect(host.failures.first?.contains("too early") == true)
            }
            host.checkpoint?.bytes = whole.bytes + [0]
            #expect(host.train([TestValue.float(1)], budget: 3) == TUNED_FAILED)
            #expect(host.failures.last?.contains("longer") == true)
            host.checkpoint?.bytes = whole.bytes
            #expect(host.train([TestValue.float(1)], budget: 3) == TUNED_OK)
        }

        @Test func everyChangedByteIsSeen() throws {
            let host = try TestHost(Sum.self)
            #expect(host.train([TestValue.float(1)], budget: 3) == TUNED_OK)
            let whole = try #require(host.checkpoint)
            for index in whole.bytes.indices {
                host.checkpoint?.bytes = whole.bytes
                host.checkpoint?.bytes[index] ^= 0x10
                host.failures = []
                #expect(host.train([TestValue.float(1)], budget: 3) == TUNED_FAILED)
                #expect(host.failures == ["the checkpoint is damaged: its checksum does not hold"])
            }
        }
    }
}
