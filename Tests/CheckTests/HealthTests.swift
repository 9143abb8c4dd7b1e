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
        #expect(report.count(.error) + report.count(.warning) == 0, "\(report.lines)")
        #expect(report.trainables.allSatisfy(report.passed))
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
        #expect(report.count(.error) + report.count(.warning) == 0, "\(report.lines)")
        let (passed, unfit) = (report.passed(trainable), report.unfit(trainable))
        #expect(passed && unfit == nil)
    }

    /// A plain function has no tables and sees no host: what is about those does not apply, all else does.
    @Test func aPlainFunctionPasses() async throws {
        let report = try await Clinic().check("functions", trainable: "descend", sidecar: "Plugins/functions/functions.tuned.json")
        #expect(report.count(.error) + report.count(.warning) == 0, "\(report.lines)")
        #expect(report.unfit("descend") == nil)
        #expect(report.result("run/random")?.status == .passed && report.result("hygiene/memory")?.status == .passed)
        for test in ["structure/tables", "structure/extensions", "behaviour/restore", "compatibility/newer-host"] {
            guard case .notApplicable = report.result(test)?.status else {
                Issue.record("\(test) is \(String(describing: report.result(test)?.status))")
                continue
            }
        }
    }

    @Test func rowsOfAFunctionsDataAreSplit() async throws {
        let clinic = try Clinic()
        let sidecar = "Plugins/functions/functions.tuned.json"
        let report = try await clinic.check("functions", trainable: "ridge", only: ["run"], data: "diabetes.csv", sidecar: sidecar)
        #expect(report.findings.isEmpty, "\(report.lines)")
        let without = try await clinic.check("functions", trainable: "ridge", only: ["run"], sidecar: sidecar)
        #expect(without.findings.map(\.name) == ["create-failed"], "\(without.lines)")
    }

    @Test func aBatchTrainablePasses() async throws {
        let report = try await Clinic().check("noop", trainable: "noop-batch", only: ["run", "compatibility"])
        #expect(report.count(.error) == 0, "\(report.lines)")
        #expect(report.result("compatibility/batch")?.status == .passed)
    }

    @Test func configThatIsRequiredIsAskedFor() async throws {
        let report = try await Clinic().check("command", only: ["run"], sidecar: "Plugins/command/examples/examples.json")
        #expect(Set(report.findings.map(\.name)) == ["missing-config"], "\(report.lines)")
        #expect(report.findings[0].advice == "Add --config scripts=VALUE.")
        #expect(report.result("run/random")?.status == .skipped("its config is not complete"))
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
