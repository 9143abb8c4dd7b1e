import Testing
import TunedNumerics

@Suite struct CounterRandomTests {
    @Test func dependsOnSeedTrialAndStreamAlone() {
        func first(_ seed: UInt64, _ trial: UInt64, _ stream: UInt32) -> UInt64 {
            var random = CounterRandom(seed: seed, trial: trial, stream: stream)
            return random.next()
        }
        #expect(first(1, 2, 3) == first(1, 2, 3))
        let keys: [(UInt64, UInt64, UInt32)] = [
            (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1 << 32, 0, 0), (0, 1 << 32, 0), (.max, .max, .max),
        ]
        #expect(Set(keys.map { first($0.0, $0.1, $0.2) }).count == keys.count)
    }

    @Test func isUniform() {
        var random = CounterRandom(seed: 5, trial: 0)
        var bins = [Int](repeating: 0, count: 20)
        let count = 200_000
        for _ in 0..<count {
            let number = random.uniform()
            #expect(number >= 0 && number < 1)
            bins[Int(number * 20)] += 1
        }
        let expected = Double(count) / 20
        let chiSquared = bins.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        // 19 degrees of freedom: above 50 with a chance of 1e-4; the seed is fixed.
        #expect(chiSquared < 50)
    }

    @Test(arguments: [1, 2, 3, 7, 1000, 1 << 63, UInt64.max] as [UInt64])
    func drawsBelowTheBound(_ bound: UInt64) {
        var random = CounterRandom(seed: 9, trial: bound)
        for _ in 0..<200 { #expect(random.integer(below: bound) < bound) }
    }

    @Test func shufflesEveryOrderAlike() {
        var counts: [[Int]: Int] = [:]
        for trial in 0..<24_000 {
            var random = CounterRandom(seed: 3, trial: UInt64(trial))
            counts[random.permutation(of: 4), default: 0] += 1
        }
        #expect(counts.count == 24)
        let chiSquared = counts.values.reduce(0.0) { $0 + (Double($1) - 1000) * (Double($1) - 1000) / 1000 }
        // 23 degrees of freedom: above 57 with a chance of 1e-4; the seed is fixed.
        #expect(chiSquared < 57)
    }

    @Test func normalNumbersHaveTheirMoments() {
        var random = CounterRandom(seed: 1, trial: 1)
        let numbers = (0..<100_000).map { _ in random.normal() }
        let mean = numbers.reduce(0, +) / 1e5
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
        #expect(abs(mean) < 0.015)
        #expect(abs(variance - 1) < 0.02)
    }
}
