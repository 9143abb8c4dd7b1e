import Testing
import TunedRecords
import TunedSpace

/// What the runs of a trial come to, and what its record keeps of that.
@Suite struct TrialResultTests {
    private static let objectives = [Objective(metric: 1, name: "error", goal: .minimize)]
    private static let bound = BoundMetric(metric: 0, constraint: OutcomeConstraint(metric: "mb", bound: .atMost(50)))

    private static func run(_ metrics: [Double], _ constraints: (String, Double)...) -> TrialResult.Run {
        TrialResult.Run(metrics: metrics, constraints: constraints.map { ConstraintValue(name: $0.0, value: $0.1) })
    }

    private static func end(_ run: TrialResult.Run) -> TrialEnded {
        TrialEnded(trial: 1, TrialResult(of: [run], objectives: objectives, bounds: [bound]), step: 5)
    }

    @Test func constraintsAreMeansOverTheRunsThatReportedThem() {
        let runs = [Self.run([40, 1], ("time", -3), ("late", 8)), Self.run([56, 2], ("time", 1)), Self.run([48, 6], ("late", -9), ("time", -4))]
        let result = TrialResult(of: runs, objectives: Self.objectives, bounds: [Self.bound])
        #expect(result.values == [3])
        #expect(
            result.constraints == [
                ConstraintValue(name: "mb<=50.0", value: -2), ConstraintValue(name: "time", value: -2), ConstraintValue(name: "late", value: -0.5),
            ])
        let end = TrialEnded(trial: 7, result, step: 5)
        #expect(end == TrialEnded(trial: 7, state: .complete, values: [3], constraints: result.constraints))
        #expect(!end.isInfeasible)
    }

    @Test func aBrokenOneMakesTheTrialInfeasibleWithItsValues() {
        let broken = Self.end(Self.run([51, 1], ("time", 2)))
        #expect(broken.state == .failed && broken.isInfeasible && broken.values == [1] && broken.step == 5)
        #expect(broken.constraints.map(\.value) == [1, 2])
        #expect(broken.failure?.kind == .infeasible)
        #expect(broken.failure?.message == "mb is 51.0, over the 50.0 that the study allows")
        let reported = Self.end(Self.run([50, 1], ("time", .leastNonzeroMagnitude)))
        #expect(reported.isInfeasible && reported.failure?.message.contains("time") == true)
        let kept = Self.end(Self.run([50, 1], ("time", 0)))
        #expect(kept.state == .complete && kept.constraints.map(\.value) == [0, 0])
    }

    /// The study's own bound is what counts under its name.
    @Test func aPluginCannotSpeakForABound() {
        let result = TrialResult(of: [Self.run([60, 1], ("mb<=50.0", -1))], objectives: Self.objectives, bounds: [Self.bound])
        #expect(result.constraints == [ConstraintValue(name: "mb<=50.0", value: 10)])
    }

    /// Bytes as versions before constraints were kept wrote them.
    @Test func olderLogsAreRead() throws {
        func payload(_ bytes: [UInt8]) throws -> EventPayload {
            var reader = BinaryReader(bytes)
            return try EventPayload(from: &reader)
        }
        let one: [UInt8] = [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
        let ended = TrialEnded(trial: 1, state: .complete, values: [1])
        #expect(try payload([10, 2, 1, 1] + one + [0, 0]) == .trialEnded(ended))
        let attempt = AttemptEnded(trial: 1, run: RunKey(), attempt: 0, nonce: 5, outcome: .succeeded(metrics: [1]), log: "")
        #expect(try payload([9, 2, 0, 0, 5, 0, 1] + one + [0]) == .attemptEnded(attempt))
        // And what has no constraints is still written so.
        var writer = BinaryWriter()
        EventPayload.trialEnded(ended).encode(into: &writer)
        #expect(writer.bytes == [10, 2, 1, 1] + one + [0, 0])
    }
}
