import Testing
import TunedPlugins
import TunedWire
import TunedWorkers

/// What is amiss in a library's file or tables is found before any of its trainables runs.
@Suite struct LoadFindingTests {
    @Test(arguments: [
        ("amiss_executable_stack", "load/file", "executable-stack", CheckFinding.Severity.error),
        ("amiss_relative_rpath", "load/file", "relative-rpath", .error),
        ("amiss_tls", "load/file", "static-tls", .warning),
        ("amiss_text_relocation", "load/file", "text-relocations", .warning),
        ("amiss_missing", "load/libraries", "missing-library", .error),
        ("undefined_symbol", "load/symbols", "undefined-symbol", .error),
        ("amiss_slow_load", "load/entry", "slow-load", .warning),
        ("crash_in_constructor", "load/entry", "crashed", .error),
        ("crash_in_entry", "load/entry", "crashed", .error),
        ("exit_in_constructor", "load/entry", "exited", .error),
        ("hang_in_load", "load/entry", "hang", .error),
        ("null_plugin", "load/entry", "malformed", .error),
        ("size_zero", "load/entry", "malformed", .error),
        ("duplicate_ids", "load/entry", "malformed", .error),
        ("bad_id", "load/entry", "malformed", .error),
        ("no_evaluate", "load/entry", "malformed", .error),
        ("missing_symbol", "load/entry", "missing-symbol", .error),
        ("newer_major", "load/entry", "newer-major", .error),
        ("amiss_short_table", "structure/tables", "short-table", .warning),
        ("amiss_long_table", "structure/tables", "long-table", .warning),
        ("amiss_unknown_flags", "structure/tables", "unknown-flags", .warning),
        ("amiss_plugin_extension", "structure/tables", "unknown-extension", .error),
        ("amiss_newer_minor", "structure/tables", "newer-minor", .note),
        ("amiss_not_utf8", "structure/tables", "not-utf8", .error),
        ("amiss_no_version", "structure/tables", "no-version", .note),
        ("amiss_schema_id", "structure/schema", "schema-id", .warning),
        ("amiss_schema_deterministic", "structure/schema", "deterministic-flag", .warning),
        ("amiss_no_default", "structure/schema", "no-default", .note),
        ("bad_schema_default_outside", "structure/schema", "schema", .error),
        ("bad_schema_low_high", "structure/schema", "schema", .error),
        ("bad_schema_not_json", "structure/schema", "schema", .error),
        ("bad_schema_cycle", "structure/schema", "schema", .error),
        ("bad_schema_deep", "structure/schema", "schema", .error),
    ])
    func aLibraryAmissIsNamed(plugin: String, test: String, name: String, severity: CheckFinding.Severity) async throws {
        let seconds = name == "hang" ? 0.2 : 2
        let report = try await Clinic().check(plugin, only: ["load", "structure"], seconds: seconds)
        let finding = try #require(report.finding(name, in: test), "\(report.lines)")
        #expect(finding.severity == severity)
        #expect(finding.advice.count > 10)
    }

    @Test func whatDoesNotLoadIsNotRun() async throws {
        let report = try await Clinic().check("amiss_missing")
        #expect(report.findings.map(\.name) == ["missing-library"])
        #expect(report.result("load/entry")?.status == .skipped("it lacks a library or a symbol"))
        #expect(report.result("run/random")?.status == .skipped("it does not load"))
        #expect(report.plugin == nil)
    }

    @Test func aWrongSchemaNamesItsPlace() async throws {
        let report = try await Clinic().check("bad_schema_default_outside")
        let finding = try #require(report.findings.first)
        #expect(finding.message.contains("parameters[0]"), "\(finding.message)")
        #expect(report.result("run/defaults")?.status == .skipped("its schema is wrong"))
    }

    @Test func anUnknownTrainableIsRefusedWithThoseThereAre() async throws {
        let report = try await Clinic().check("noop", trainable: "nope", only: ["run"])
        #expect(report.findings.map(\.name) == ["unknown-trainable"])
        #expect(report.findings[0].message.contains("noop, noop10, sleep"))
    }
}
