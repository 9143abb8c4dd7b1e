import Foundation
import Testing

/// A libnvidia-ml.so.1 that is compiled for one test, and gone with it.
final class FakeNVML {
    let path: String
    private let folder: URL

    /// - Parameter defines: preprocessor definitions such as `FAKE_HANG`; see `Fixtures/fake_nvml.c`.
    init(_ defines: String...) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tuned-fake-nvml-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appending(path: "libnvidia-ml.so.1").path
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let headers = tests.appending(path: "../../Sources/CTunedWorker/include").standardized
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments =
            ["cc", "-shared", "-fPIC", "-I", headers.path, "-o", path, tests.appending(path: "Fixtures/fake_nvml.c").path]
            + defines.map { "-D" + $0 }
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0, "cc could not build the fake library")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
