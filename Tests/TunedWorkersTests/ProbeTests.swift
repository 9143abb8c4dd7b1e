import Testing
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedTestSupport
import TunedWire

/// Reading plugins in throw-away workers.
@Suite struct ProbeTests {
    @Test(arguments: ["noop", "misbehave", "environment"]) func aPluginTellsOfItself(name: String) async throws {
        let image = PluginImage(hash: "", path: TestPlugins.path(name))
        let description = try await AttemptBench().describe(image).get()
        #expect(description.id == name)
        #expect(!description.trainables.isEmpty)
    }

    @Test(arguments: [
        ("not_elf", PluginError.Code.notELF, "not an ELF file"),
        ("wrong_arch", .wrongArchitecture, "aarch64"),
        ("truncated", .notELF, "cut short"),
        ("missing_symbol", .missingSymbol, "tuned_plugin_v1"),
        ("newer_major", .newerMajor, "version 2"),
        ("undefined_symbol", .undefinedSymbol, "which no library provides"),
        ("null_plugin", .malformed, "NULL"), ("refuses", .malformed, "refuses to load: the licence has run out"),
        ("null_trainable", .malformed, "NULL"),
        ("no_trainables", .malformed, "no trainables"),
        ("no_evaluate", .malformed, "evaluate"),
        ("duplicate_ids", .malformed, "unique"),
        ("bad_id", .malformed, "[a-z0-9._-]"),
        ("size_zero", .malformed, "sizeof"),
        ("crash_in_constructor", .crashed, "while it was loaded"),
        ("crash_in_entry", .crashed, "while it was loaded"),
        ("exit_in_constructor", .exited, "while it was loaded"),
        ("hang_in_load", .deadline, "1.0 s"),
    ])
    func aBrokenPluginIsRefusedWithItsReason(name: String, code: PluginError.Code, says: String) async throws {
        let image = PluginImage(hash: "", path: TestPlugins.path(name))
        // A worker's start counts too, so only what hangs is given a short time.
        let result = try await AttemptBench().describe(image, deadline: code == .deadline ? 1 : 20)
        guard case .failure(let error) = result else {
            Issue.record("it was taken: \(result)")
            return
        }
        #expect(error.code == code, "\(error)")
        #expect(error.message.contains(says), "\(error)")
    }

    @Test func theDatasetIsTold() async throws {
        let bench = try AttemptBench()
        let blueprint = try await bench.blueprint("environment", config: ["rows": .integer(7)])
        let dataset = try #require(try await bench.dataset(of: blueprint).get())
        #expect(dataset.rows == 7)
        #expect(dataset.labels == [0, 1, 2, 0, 1, 2, 0])
        #expect(dataset.groups == nil && dataset.times == nil)
    }

    @Test func aTrainableWithoutDataHasNoDataset() async throws {
        let bench = try AttemptBench()
        #expect(try await bench.dataset(of: bench.blueprint("environment")).get() == nil)
    }

    @Test func aFailingCreateSaysWhy() async throws {
        let bench = try AttemptBench()
        let result = await bench.dataset(of: try await bench.blueprint("misbehave", config: ["create": .string("fail")]))
        guard case .failure(let error) = result else {
            Issue.record("it was created")
            return
        }
        #expect(error.code == .create)
        #expect(error.message == "create was told to fail")
    }
}
