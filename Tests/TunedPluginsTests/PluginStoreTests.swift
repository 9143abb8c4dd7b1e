import Glibc
import Testing
import TunedPlugins
import TunedRecords
import TunedTestSupport

@Suite struct PluginStoreTests {
    private let directory = TestPlugins.temporaryDirectory()
    private let store: PluginStore

    init() throws { store = try PluginStore(directory: directory + "/store") }

    /// A copy of the no-op plugin that a test may change.
    private func copyOfNoop() -> String {
        let path = "\(directory)/noop-\(UInt64.random(in: 0...UInt64.max)).so"
        #expect(system("cp '\(TestPlugins.path("noop"))' '\(path)' && chmod 644 '\(path)'") == 0)
        return path
    }

    private func code(of body: () throws -> Void) -> PluginError.Code? {
        do { try body() } catch let error as PluginError { return error.code } catch {}
        return nil
    }

    @Test func theCopyIsNamedByItsContent() throws {
        let stored = try store.add(TestPlugins.path("noop"))
        #expect(stored.image.hash.utf8.count == 64)
        #expect(stored.image.path == "\(directory)/store/\(stored.image.hash).so")
        #expect(stored.buildID.utf8.count == 40)
        #expect(system("cmp -s '\(stored.image.path)' '\(TestPlugins.path("noop"))'") == 0)
        #expect(system("echo '\(stored.image.hash)  \(stored.image.path)' | sha256sum -c --status") == 0)
        var status = stat()
        #expect(stat(stored.image.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o500)
        #expect(store.image(hash: stored.image.hash) == stored.image)
    }

    @Test func equalContentIsOneCopy() throws {
        #expect(try store.add(copyOfNoop()).image == store.add(copyOfNoop()).image)
    }

    @Test func aRebuiltFileIsAnotherPlugin() throws {
        let path = copyOfNoop()
        let before = try store.add(path)
        #expect(system("printf x >> '\(path)'") == 0)
        let after = try store.add(path)
        #expect(before.image != after.image)
        #expect(access(before.image.path, R_OK) == 0)
    }

    @Test func aSymbolicLinkIsResolved() throws {
        let path = copyOfNoop()
        #expect(symlink(path, path + ".link") == 0)
        #expect(try store.add(path + ".link").source == path)
    }

    @Test func whatEverybodyCanWriteIsRefused() {
        let path = copyOfNoop()
        chmod(path, 0o666)
        #expect(code { _ = try store.add(path) } == .permissions)
    }

    @Test func whatItsGroupCanWriteIsWarnedOf() throws {
        let path = copyOfNoop()
        chmod(path, 0o664)
        #expect(try store.add(path).warnings.count == 1)
    }

    @Test(arguments: [
        ("not_elf", PluginError.Code.notELF), ("empty", .notELF), ("truncated", .notELF), ("wrong_arch", .wrongArchitecture),
    ])
    func filesThatAreNoPluginAreRefused(name: String, expected: PluginError.Code) {
        #expect(code { _ = try store.add(TestPlugins.path(name)) } == expected)
    }

    @Test func aMissingFileIsNotFound() {
        #expect(code { _ = try store.add(directory + "/nothing.so") } == .notFound)
    }

    @Test func aDirectoryIsNotAFile() {
        #expect(code { _ = try store.add(directory) } == .notRegularFile)
    }

    @Test func aPipeIsNotWaitedFor() {
        let path = directory + "/pipe"
        mkfifo(path, 0o600)
        #expect(code { _ = try store.add(path) } == .notRegularFile)
    }

    @Test func nothingIsLeftOfARefusedFile() throws {
        _ = code { _ = try store.add(TestPlugins.path("wrong_arch")) }
        #expect(system("test -z \"$(ls -A '\(directory)/store')\"") == 0)
    }

    @Test(arguments: ["", "../../etc/passwd", "ABC", String(repeating: "g", count: 64)])
    func whatIsNoHashNamesNothing(text: String) {
        #expect(store.image(hash: text) == nil)
        #expect(code { try store.remove(hash: text) } == .notFound)
    }

    @Test func aRemovedCopyIsGone() throws {
        let image = try store.add(TestPlugins.path("noop")).image
        try store.remove(hash: image.hash)
        #expect(store.image(hash: image.hash) == nil)
    }

    // MARK: Sidecars

    private func content(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    @Test func aSidecarIsPartOfTheContent() throws {
        let path = TestPlugins.path("noop")
        let plain = try store.add(path)
        let one = try store.add(path, sidecar: Array(#"{"a":1}"#.utf8))
        let two = try store.add(path, sidecar: Array(#"{"a":2}"#.utf8))
        #expect(Set([plain, one, two].map(\.image.hash)).count == 3)
        #expect(try store.add(path, sidecar: Array(#"{"a":1}"#.utf8)).image == one.image)
        let expected = "(cat '\(path)'; printf '{\"a\":1}') | sha256sum | grep -q \(one.image.hash)"
        #expect(system(expected) == 0)
        #expect(content("\(directory)/store/\(one.image.hash).json") == Array(#"{"a":1}"#.utf8))
        #expect(content("\(directory)/store/\(plain.image.hash).json") == nil)
        #expect(store.image(hash: one.image.hash) == one.image)
    }

    @Test func aSidecarIsRemovedWithItsLibrary() throws {
        let image = try store.add(TestPlugins.path("noop"), sidecar: [0x7b, 0x7d]).image
        try store.remove(hash: image.hash)
        #expect(system("test -z \"$(ls -A '\(directory)/store')\"") == 0)
    }

    @Test func aSidecarOfAnySizeIsNotTaken() {
        let sidecar = [UInt8](repeating: 0x20, count: PluginStore.sidecarLimit + 1)
        #expect(code { _ = try store.add(TestPlugins.path("noop"), sidecar: sidecar) } == .tooLarge)
        #expect(system("test -z \"$(ls -A '\(directory)/store')\"") == 0)
    }

    @Test func wrongArchitectureNamesBoth() {
        do {
            _ = try store.add(TestPlugins.path("wrong_arch"))
            Issue.record("it was taken")
        } catch {
            #expect(error.message.contains("aarch64") && error.message.contains("x86-64"))
        }
    }
}
