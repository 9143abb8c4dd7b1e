import Testing
import TunedPlugins
import TunedWire
import TunedWorkers

/// The same seed makes the same tests.
@Suite struct ReproductionTests {
    @Test(arguments: ["run/random", "behaviour/restore"]) func aSeedRepeatsItsFindings(test: String) async throws {
        let clinic = try Clinic()
        func findings(_ seed: UInt64) async throws -> [CheckFinding] {
            try await clinic.examine(test == "run/random" ? "fails_in_branch" : "forgets_momentum", test, seed: seed).findings
        }
        let first = try await findings(11)
        #expect(!first.isEmpty)
        #expect(try await findings(11) == first)
        var others: Set<[CheckFinding]> = []
        for seed in 12..<16 { others.insert(try await findings(UInt64(seed))) }
        #expect(others != [first], "every seed gives the same")
    }

    @Test func testsHaveNamesOfTheirOwn() {
        #expect(Set(CheckTest.all.map(\.id)).count == CheckTest.all.count)
        for test in CheckTest.all { #expect(CheckTest.named(test.id) == test) }
        #expect(CheckTest.named("run/none") == nil)
    }
}
