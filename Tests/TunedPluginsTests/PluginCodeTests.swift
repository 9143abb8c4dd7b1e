import Glibc
import Testing
import TunedPlugins
import TunedTestSupport
import TunedWire

/// Which way a library's code is called is settled by the file beside it.
@Suite struct PluginCodeTests {
    private static let echo =
        #"{"id": "echo", "function": "double echo_double(double x)", "parameters": [{"name": "x", "type": "float", "low": 0, "high": 1}], "metrics": [{"name": "value"}]}"#

    /// Loads a copy of a test's library that has this sidecar.
    private func load(_ library: String, as name: String, _ sidecar: String, _ content: String) throws -> any PluginCode {
        let folder = TestPlugins.temporaryDirectory()
        defer { _ = system("rm -rf '\(folder)'") }
        #expect(system("cp '\(TestPlugins.path(library))' '\(folder)/\(name)'") == 0)
        let file = try #require(fopen("\(folder)/\(sidecar)", "w"))
        fputs(content, file)
        fclose(file)
        return try loadPluginCode(path: "\(folder)/\(name)")
    }

    @Test(arguments: [("echo.so", "echo.json"), ("echo.so", "echo.tuned.json"), ("libecho.so.6", "libecho.tuned.json"), ("a.so.b.so", "a.so.b.json")])
    func aSidecarThatDeclaresFunctionsMakesThemTrainables(name: String, sidecar: String) throws {
        let code = try load("functions_abi", as: name, sidecar, Self.echo)
        #expect(code is FunctionLibrary)
        #expect(code.plugin.id == "echo" && code.plugin.trainables.map(\.id) == ["echo"])
    }

    @Test(arguments: [#"{"abi": "plugin", "function": "double f(double x)"}"#, #"{"abi": "plugin", "anything": [1]}"#, #"{"id": "noop"}"#])
    func anyOtherSidecarIsThePlugins(content: String) throws {
        let code = try load("noop", as: "noop.so", "noop.json", content)
        #expect(code is PluginLibrary)
        #expect(code.plugin.id == "noop")
    }

    @Test func aLibraryWithoutASidecarIsAPlugin() throws {
        #expect(try loadPluginCode(path: TestPlugins.path("noop")) is PluginLibrary)
        let error = try #require(throws: PluginError.self) { try loadPluginCode(path: TestPlugins.path("functions_abi")) }
        #expect(error.code == .missingSymbol && error.message.contains("tuned_plugin_v1"))
    }

    /// The schema that the guide prints is one of a function that the tests have.
    @Test func theSchemaOfTheGuideIsRight() throws {
        let guide = try #require(fopen("\(TestPlugins.root)/sdk/README.md", "r"))
        defer { fclose(guide) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, guide)
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        let section = try #require(text.firstRange(of: "## No SDK at all")).upperBound
        let start = try #require(text[section...].firstRange(of: "```json\n")).upperBound
        let end = try #require(text[start...].firstRange(of: "```")).lowerBound
        let code = try load("functions_abi", as: "train.so", "train.tuned.json", String(text[start..<end]))
        #expect(code is FunctionLibrary && code.plugin.id == "train")
    }

    @Test(arguments: [
        (#"{"id": "echo", "parameters": []}"#, PluginError.Code.missingSymbol, "names no function"),
        (#"{"abi": "functions", "function": "double f(double x)"}"#, .malformed, "\"abi\" is \"functions\""),
        (#"{"function""#, .malformed, "is not JSON: line 1"), ("[]", .malformed, "a schema is a map"), ("", .malformed, "is not JSON"),
        (#"{"function": 3, "id": "x"}"#, .malformed, "\"function\" is missing"),
    ])
    func aSidecarThatSaysNothingUsefulIsNamed(content: String, code: PluginError.Code, says: String) throws {
        let error = try #require(throws: PluginError.self) { try load("functions_abi", as: "echo.so", "echo.json", content) }
        #expect(error.code == code)
        #expect(error.message.contains(says), "\(error)")
    }
}
