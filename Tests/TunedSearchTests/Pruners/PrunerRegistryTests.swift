import Testing
import TunedSearch
import TunedSpace

@Suite struct PrunerRegistryTests {
    private func make(_ name: String, _ settings: [String: JSONValue] = [:], fidelity: FidelityRange? = FidelityRange(low: 1, high: 81)) throws -> any Pruner {
        try PrunerRegistry.make(name: name, settings: settings, problem: PrunerProblem(fidelity: fidelity))
    }

    @Test func namesTheNearestPruner() throws {
        let error = try #require(throws: SearchError.self) { try make("medain") }
        #expect(error.code == .unknownPruner)
        #expect(error.path == "name")
        #expect(error.message.contains("did you mean \"median\""))
        #expect(error.message.contains(PrunerRegistry.names.joined(separator: ", ")))
    }

    @Test func namesTheNearestSetting() throws {
        let error = try #require(throws: SearchError.self) { try make("asha", ["reductoin": 3]) }
        #expect(error.code == .unknownSetting)
        #expect(error.path == "settings.reductoin")
        #expect(error.message.contains("the pruner asha has no setting"))
        #expect(error.message.contains("did you mean \"reduction\""))
        #expect(throws: SearchError.self) { try make("none", ["reduction": 3]) }
    }

    @Test func saysThatBudgetsNeedAFidelity() throws {
        let error = try #require(throws: SearchError.self) { try make("asha", fidelity: nil) }
        #expect(error.code == .problem)
        #expect(error.message.contains("fidelity"))
    }
}
