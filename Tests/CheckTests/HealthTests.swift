import Testing
import TunedPlugins
import TunedRecords
import TunedSpace
import TunedWire
import TunedWorkers

/// Plugins in good health pass, and the verdict is kept.
@Suite struct HealthTests {
    @Test func noopPassesAndIsFit() async throws {
        let clinic = try Clinic()
        let report = try await clinic.check("noop", trainable: "noop")
        #expect(report.findings.isEmpty, "\(report.lines)")
        #expect(report.isComplete && report.passed("noop"))
        #expect(report.unfit("noop") == nil)
        #expect(Set(report.results.map(\.test.group)) == Set(CheckGroup.allCases))

        let hash = try clinic.add("noop").image.hash
        #expect(CheckRecord.read(hash: hash, in: clinic.store) == nil)
        try report.record(hash: hash, adding: nil).write(to: clinic.store)
        let record = try #require(CheckRecord.read(hash: hash, in: clinic.store))
        #expect(record.isFit(trainable: "noop") && !record.isFit(trainable: "noop10"))
        #expect(record.passed && record.fitForInprocess)
    }

    @Test func svmPasses() async throws {
        let report = try await Clinic().check("svm", data: "wine.csv")
        #expect(report.findings.allSatisfy { $0.severity == .note }, "\(report.lines)")
        #expect(report.passed("svm"))
        #expect(report.result("run/branches")?.summary.hasPrefix("18 configurations") == true)
    }

    @Test func svmWithoutItsDataSaysWhatItNeeds() async throws {
        let report = try await Clinic().check("svm")
        #expect(report.findings.map(\.name) == ["create-failed"], "\(report.lines)")
        #expect(report.findings[0].message.contains("--data"))
        #expect(report.result("run/random")?.status == .skipped("create fails"))
    }

    @Test(arguments: ["steady", "modest", "stepper"]) func theHealthyOnePasses(trainable: String) async throws {
        let report = try await Clinic().check("unhealthy", trainable: trainable)
        #expect(report.findings.allSatisfy { $0.severity == .note }, "\(report.lines)")
        #expect(report.passed(trainable) && report.unfit(trainable) == nil)
    }

    @Test func rowsOfADataSetAreSplit() async throws {
        let report = try await Clinic().check("environment", only: ["run", "compatibility"], config: ["rows": 30])
        #expect(report.findings.isEmpty, "\(report.lines)")
    }

    @Test func aWarningOfHygieneMakesUnfit() async throws {
        let report = try await Clinic().check(
            "unhealthy", trainable: "steady", only: ["hygiene", "inprocess"], config: ["how": "change_umask"])
        #expect(report.passed("steady"))
        #expect(report.unfit("steady")?.contains("umask") == true)
        #expect(!report.isComplete)
    }

    @Test func aSlowTrainableNeedsNoOtherIsolation() async throws {
        let report = try await Clinic().check("noop", trainable: "sleep", only: ["inprocess"], config: ["ms": 10], seconds: 1)
        #expect(report.findings.map(\.name) == ["too-slow"], "\(report.lines)")
        #expect(report.unfit("sleep") != nil && report.passed("sleep"))
    }
}
