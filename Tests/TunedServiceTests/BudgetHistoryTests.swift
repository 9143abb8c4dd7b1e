import Testing
import TunedPlots
import TunedRecords
import TunedSpace
@testable import TunedService

@Suite struct BudgetHistoryTests {
    private func asked(_ trial: Int, _ origin: TrialOrigin = .sampler) -> EventPayload {
        .trialAsked(TrialAsked(trial: trial, configuration: Configuration([]), origin: origin, askedAfter: 0, isExternal: false))
    }

    private func given(_ trial: Int, _ segment: Int, _ budget: Double) -> EventPayload {
        .budgetGiven(BudgetGiven(trial: trial, segment: segment, budget: budget, reason: ""))
    }

    private func stands(_ trial: Int, _ value: Double) -> EventPayload { .trialEnded(TrialEnded(trial: trial, state: .paused, values: [value])) }

    @Test func rungsAreThoseOfTheLog() {
        var history = BudgetHistory()
        let payloads: [EventPayload] = [
            asked(0), given(0, 0, 1), asked(1), given(1, 0, 1), stands(1, 0.5), stands(0, 0.25), given(0, 1, 3), stands(0, 0.2), given(0, 2, 0),
            .trialEnded(TrialEnded(trial: 0, state: .complete, values: [0.125])), .trialEnded(TrialEnded(trial: 1, state: .pruned, values: [0.5])),
        ]
        for payload in payloads { history.take(payload) }
        let (climbs, budgets) = history.rungs(full: 9, objective: 0, endings: [0: .complete, 1: .pruned])
        #expect(budgets == [1, 3, 9])
        #expect(climbs.map(\.budgets) == [[1, 3, 9], [1]] && climbs[0].values == [0.25, 0.2, 0.125])
        #expect(history.members(full: 9, objective: 0).isEmpty)
    }

    @Test func aMemberTakesThePlaceOfTheOneThatItReplaces() {
        var history = BudgetHistory()
        let payloads: [EventPayload] = [
            asked(0), given(0, 0, 2), asked(1), given(1, 0, 2), asked(2), given(2, 0, 2), stands(0, 3), stands(1, 1), stands(2, 2),
            given(1, 1, 4), given(2, 1, 4), asked(3, .continued(from: 1, at: 2)), given(3, 0, 4), stands(1, 0.5), stands(2, 0.75), stands(3, 0.25),
        ]
        for payload in payloads { history.take(payload) }
        let members = history.members(full: 10, objective: 0)
        #expect(members.count == 6)
        let child = members.first { $0.trial == 3 }
        #expect(child?.place == 0 && child?.parent == 1 && child?.generation == 1 && child?.value == 0.25)
        #expect(members.filter { $0.generation == 0 }.allSatisfy { $0.parent == nil })
        #expect(members.filter { $0.trial == 1 }.map(\.parent) == [nil, 1])
    }
}
