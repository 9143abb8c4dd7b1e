import Testing
import TunedPlugins
import TunedRecords
import TunedSpace
@testable import TunedEngine

/// What may explain that the same trial gives another result.
@Suite struct EnvironmentTests {
    private func record(_ change: (inout EnvironmentRecord) -> Void = { _ in }) -> EnvironmentRecord {
        var record = EnvironmentRecord(
            pluginHash: "aaaaaaaaaaaaaaaa", buildID: "b", abiMinor: 1, dataDigest: "dddddddddddd", host: "h", kernel: "k", cpuModel: "cpu",
            gpus: ["GPU-1 (driver 5)"], threads: 2, variables: ["LANG": "C"], daemonVersion: "1", libraries: ["libsvm.so.3": "0123456789abcdef"])
        change(&record)
        return record
    }

    @Test func everyDifferenceIsNamed() {
        let changes: [(String, (inout EnvironmentRecord) -> Void)] = [
            ("plugin was", { $0.pluginHash = "bbbbbbbbbbbbbbbb" }), ("data was", { $0.dataDigest = "eeeeeeeeeeee" }),
            ("library libsvm.so.3 was 0123456789ab, is ", { $0.libraries["libsvm.so.3"] = "ffffffffffffffff" }),
            ("CPU was", { $0.cpuModel = "other" }), ("number of GPUs was", { $0.gpus = [] }), ("GPU driver was", { $0.gpus = ["GPU-1 (driver 6)"] }),
            ("GPU was", { $0.gpus = ["GPU-2 (driver 5)"] }), ("threads was", { $0.threads = 4 }), ("LANG was", { $0.variables = [:] }),
            ("host was", { $0.host = "i" }), ("kernel was", { $0.kernel = "l" }), ("daemon was", { $0.daemonVersion = "2" }),
        ]
        #expect(record().allDifferences(from: record()).isEmpty)
        for (words, change) in changes {
            #expect(record(change).allDifferences(from: record()).contains { $0.hasPrefix(words) }, "\(words)")
        }
        // An older record knows nothing of libraries, which is no difference.
        #expect(record().allDifferences(from: record { $0.libraries = [:] }).isEmpty)
    }

    @Test func aRecordSurvivesTheLog() throws {
        #expect(EnvironmentRecord(json: try JSONValue(parsing: record().json.text())) == record())
        let older = record { $0.libraries = [:] }
        #expect(EnvironmentRecord(json: try JSONValue(parsing: older.json.text())) == older)
    }

    @Test func librariesOfAPluginAreFound() {
        // This program names the C library too.
        let found = NeededLibraries.buildIDs(of: "/proc/self/exe", searching: nil)
        #expect(found["libc.so.6"]?.isEmpty == false, "\(found)")
        #expect(NeededLibraries.buildIDs(of: "/nonexistent.so", searching: nil).isEmpty)
    }
}
