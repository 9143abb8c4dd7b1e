import Foundation
import Testing

@testable import TunedWorkers

/// Where workers are told that the Swift runtime lies.
@Suite struct SwiftRuntimeTests {
    /// A folder with a toolchain and a link to its `swift`, as an installation has them; removed with the test.
    private final class Toolchain {
        let root = FileManager.default.temporaryDirectory.appending(path: "tuned-swift-\(UUID().uuidString)").resolvingSymlinksInPath().path
        var commands: String { "\(root)/bin" }
        var runtime: String { "\(root)/toolchain/usr/lib/swift/linux" }

        init(hasRuntime: Bool = true) throws {
            for folder in [commands, "\(root)/toolchain/usr/bin", runtime] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            try Data().write(to: URL(filePath: "\(root)/toolchain/usr/bin/swift-driver"))
            try FileManager.default.createSymbolicLink(
                atPath: "\(root)/toolchain/usr/bin/swift", withDestinationPath: "swift-driver")
            try FileManager.default.createSymbolicLink(
                atPath: "\(commands)/swift", withDestinationPath: "../toolchain/usr/bin/swift")
            if hasRuntime { try Data().write(to: URL(filePath: "\(runtime)/libswiftCore.so")) }
        }

        deinit { try? FileManager.default.removeItem(atPath: root) }
    }

    @Test func theToolchainOfTheSwiftCommandHasIt() throws {
        let toolchain = try Toolchain()
        let path = "/nowhere:\(toolchain.commands):/usr/bin"
        #expect(SwiftRuntime.find(setting: nil, searchPath: path, ownLibrary: nil) == toolchain.runtime)
        // A program with its runtime linked in finds swift_retain in itself.
        #expect(SwiftRuntime.find(setting: "", searchPath: path, ownLibrary: "/usr/bin/tuned") == toolchain.runtime)
    }

    @Test func aToolchainWithoutARuntimeIsPassedOver() throws {
        let broken = try Toolchain(hasRuntime: false), whole = try Toolchain()
        let path = "\(broken.commands):\(whole.commands)"
        #expect(SwiftRuntime.find(setting: nil, searchPath: path, ownLibrary: nil) == whole.runtime)
        #expect(SwiftRuntime.find(setting: nil, searchPath: broken.commands, ownLibrary: nil) == nil)
    }

    @Test func theOwnSharedRuntimeComesBeforeOthers() throws {
        let toolchain = try Toolchain()
        #expect(
            SwiftRuntime.find(setting: nil, searchPath: toolchain.commands, ownLibrary: "/opt/swift/libswiftCore.so") == "/opt/swift")
    }

    @Test func theSettingWins() throws {
        let toolchain = try Toolchain()
        #expect(
            SwiftRuntime.find(setting: "/srv/swift", searchPath: toolchain.commands, ownLibrary: "/opt/swift/libswiftCore.so")
                == "/srv/swift")
    }

    @Test func nothingIsGuessed() {
        #expect(SwiftRuntime.find(setting: nil, searchPath: nil, ownLibrary: nil) == nil)
        #expect(SwiftRuntime.find(setting: nil, searchPath: ":", ownLibrary: nil) == nil)
    }
}
