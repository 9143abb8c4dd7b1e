import Testing
import TunedSpace
import TunedTestSupport

@Suite struct ScheduleTests {
    /// Worked out by hand at 0, 0.25, 0.5 and 1.
    @Test(arguments: [
        (.constant, [1, 1, 1, 1]),
        // Drops at a third and two thirds.
        (.step(drops: 2, factor: 0.1), [1, 1, 0.1, 0.01]),
        // Drops at a half.
        (.step(drops: 1, factor: 0.5), [1, 1, 0.5, 0.5]),
        (.exponential(final: 0.0001), [1, 0.1, 0.01, 0.0001]),
        (.polynomial(final: 0, power: 1), [1, 0.75, 0.5, 0]),
        (.polynomial(final: 0.2, power: 2), [1, 0.65, 0.4, 0.2]),
        // cos(pi / 4) = 0.70710678
        (.cosine(final: 0.1), [1, 0.1 + 0.9 * 0.85355339059327373, 0.55, 0.1]),
        // Two cycles: the middle of the first, the start of the second, the end of it.
        (.warmRestarts(final: 0.2, cycles: 2), [1, 0.6, 1, 0.2]),
        // Up to the half, down again.
        (.oneCycle(final: 0.01, peakAt: 0.5), [0.04, 0.52, 1, 0.01]),
        (.oneCycle(final: 0.1, peakAt: 0.25), [0.04, 1, 0.7, 0.1]),
        (.warmup(until: 0.5), [0.04, 0.52, 1, 1]),
    ] as [(Schedule, [Double])])
    func hasTheValuesOfItsFormula(_ schedule: Schedule, _ expected: [Double]) {
        for (progress, value) in zip([0, 0.25, 0.5, 1], expected) {
            let found = schedule.factor(at: progress)
            #expect(abs(found - value) < 1e-15, "\(schedule) at \(progress) is \(found)")
            // The ends are exact.
            if progress == 0 || progress == 1 { #expect(found == value || schedule == .step(drops: 2, factor: 0.1)) }
        }
    }

    @Test func progressBeyondTheEndsIsTheEnd() {
        for schedule in [Schedule.exponential(final: 0.1), .cosine(final: 0.1), .warmRestarts(final: 0.1, cycles: 3), .warmup(until: 0.1)] {
            let (first, last) = (schedule.factor(at: 0), schedule.factor(at: 1))
            #expect([-1, -Double.infinity, .nan, -0.0].allSatisfy { schedule.factor(at: $0) == first })
            #expect([2, Double.infinity, 1 + .ulpOfOne].allSatisfy { schedule.factor(at: $0) == last })
        }
    }

    /// An epoch's share of a run is no round binary number; cycles and drops begin with their epoch nevertheless.
    @Test(arguments: [30, 49, 50, 60, 99, 600]) func restartsAndDropsFallOnEpochs(_ epochs: Int) {
        for parts in 2...6 where epochs % parts == 0 {
            let length = epochs / parts
            let restarts = Schedule.warmRestarts(final: 0.01, cycles: Double(parts))
            let step = Schedule.step(drops: Double(parts - 1), factor: 0.5)
            for epoch in 0..<epochs {
                let progress = Double(epoch) / Double(epochs)
                #expect((restarts.factor(at: progress) == 1) == (epoch % length == 0), "epoch \(epoch) of \(epochs), \(parts) cycles")
                #expect(step.factor(at: progress) == Double(sign: .plus, exponent: -(epoch / length), significand: 1))
            }
        }
    }

    @Test(arguments: [UInt64.random(in: 0 ... .max), 1]) func keepsItsPromises(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func between(_ low: Double, _ high: Double) -> Double { Double.random(in: low...high, using: &random) }
        for _ in 0..<300 {
            let least = between(0.001, 1), peak = between(0.1, 0.5)
            let schedule = Schedule(Schedule.Shape.allCases.randomElement(using: &random) ?? .constant) { setting in
                switch setting {
                case .final: least
                case .power: between(0.5, 4)
                case .drops: Double(Int.random(in: 1...5, using: &random))
                case .factor: between(0.05, 0.9)
                case .cycles: Double(Int.random(in: 2...6, using: &random))
                case .peakAt, .warmup: peak
                }
            }
            let places = (0...400).map { Double($0) / 400 }
            let factors = places.map(schedule.factor)
            #expect(factors.allSatisfy { $0 > 0 && $0 <= 1 }, "seed \(seed): \(schedule)")
            let falls = zip(factors, factors.dropFirst()).map { $0 >= $1 - 1e-15 }
            switch schedule {
            case .constant: #expect(factors.allSatisfy { $0 == 1 })
            case .step, .exponential, .polynomial, .cosine: #expect(falls.allSatisfy { $0 }, "seed \(seed): \(schedule)")
            case .warmRestarts(_, let cycles):
                #expect(falls.count { !$0 } == Int(cycles) - 1 || least > 0.999, "seed \(seed): \(schedule)")
            case .oneCycle, .warmup:
                for (place, (before, after)) in zip(places, zip(factors, factors.dropFirst())) {
                    #expect(place + 1.0 / 400 <= peak ? after > before : place < peak || after <= before + 1e-15, "seed \(seed): \(schedule) at \(place)")
                }
            }
            switch schedule {
            case .exponential, .polynomial, .cosine, .warmRestarts, .oneCycle:
                #expect(factors.last == least, "seed \(seed): \(schedule)")
            default: break
            }
        }
    }
}
