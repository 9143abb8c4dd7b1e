import Glibc
import Testing
import TunedPlugins
import TunedTestSupport

/// The dynamic section of real files, and of damaged ones.
@Suite struct ElfDynamicTests {
    private func read(_ path: String) throws -> ElfDynamic? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        return ElfDynamic(descriptor: descriptor)
    }

    @Test func aPluginIsRead() throws {
        let elf = try #require(try read(TestPlugins.path("unhealthy")))
        #expect(elf.needed.contains { $0.hasPrefix("libc.so") })
        #expect(elf.undefined.contains("pthread_create") && !elf.undefined.contains("tuned_plugin_v1"))
        #expect(!elf.hasExecutableStack && !elf.usesStaticTLS && !elf.hasTextRelocations && elf.searchPaths.isEmpty)
    }

    @Test func whatIsAmissIsRead() throws {
        #expect(try read(TestPlugins.path("amiss_executable_stack"))?.hasExecutableStack == true)
        #expect(try read(TestPlugins.path("amiss_tls"))?.usesStaticTLS == true)
        #expect(try read(TestPlugins.path("amiss_text_relocation"))?.hasTextRelocations == true)
        #expect(try read(TestPlugins.path("amiss_relative_rpath"))?.searchPaths == ["libraries"])
        #expect(try read(TestPlugins.path("amiss_missing"))?.needed.contains("libtuned-missing.so.1") == true)
        #expect(try read(TestPlugins.path("undefined_symbol"))?.undefined.contains("function_that_no_library_has") == true)
    }

    /// Bytes changed at random, most of them where the headers and tables are: a wrong answer is fine, a crash is not.
    @Test func damagedFilesDoNoHarm() throws {
        let descriptor = open(TestPlugins.path("unhealthy"), O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        var original = [UInt8](repeating: 0, count: 64 << 10)
        let count = pread(descriptor, &original, original.count, 0)
        close(descriptor)
        original.removeLast(original.count - max(0, count))
        let directory = TestPlugins.temporaryDirectory()
        let path = "\(directory)/damaged"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer {
            close(file)
            unlink(path)
            rmdir(directory)
        }
        var random = SeededGenerator(seed: 7)
        var readable = 0
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let isHeader = Bool.random(using: &random)
                let place = Int.random(in: 0..<(isHeader ? 1024 : bytes.count), using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            let length = Int.random(in: 0...9, using: &random) == 0 ? Int.random(in: 0...bytes.count, using: &random) : bytes.count
            ftruncate(file, off_t(length))
            pwrite(file, bytes, length, 0)
            if ElfDynamic(descriptor: file) != nil { readable += 1 }
        }
        #expect(readable > 0 && readable < 20_000)
    }
}
