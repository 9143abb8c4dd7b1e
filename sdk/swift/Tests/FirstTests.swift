import CTunedPlugin
import Foundation
import Testing
import TunedPluginTesting

/// The first plugin in Swift of the guide for plugin authors.
@Suite struct FirstTests {
    @Test func itIsPrintedInTheGuideAsItIs() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let guide = try String(contentsOf: tests.appending(path: "../../README.md"), encoding: .utf8)
        let source = try String(contentsOf: tests.appending(path: "First.swift"), encoding: .utf8)
        #expect(guide.contains("```swift\n\(source)```\n"))
    }

    @Test func itWorks() throws {
        let host = try TestHost(First.self)
        #expect(host.evaluate([.float(0.02), .float(0.5)]) == TUNED_OK)
        #expect(host.reports.count == 100)
        #expect((host.objectives[0] ?? .infinity) < 1e-3)
        #expect(host.evaluate([.float(1), .float(0.9)]) == TUNED_INFEASIBLE)
        #expect(host.failures == ["the descent diverged"])
    }

    @Test func itExportsThePluginsTable() {
        var host = tuned_host()
        host.size = UInt32(MemoryLayout<tuned_host>.size)
        let table = plugin(&host)
        #expect(table.map { String(cString: $0.pointee.id) } == "first")
        #expect(table?.pointee.trainable_count == 1)
        #expect(table?.pointee.trainable(1) == nil)
    }
}
