import TunedNumerics
import TunedSpace

/// Keeps the random numbers of one trial that serve different ends apart.
enum RandomStream {
    static let uniform: UInt32 = 1
    static let startup: UInt32 = 2
    static let candidates: UInt32 = 3
    static let priority: UInt32 = 4
    static let generations: UInt32 = 5
    static let restarts: UInt32 = 6
    static let targets: UInt32 = 7
    static let direction: UInt32 = 8
    static let model: UInt32 = 9
    static let challengers: UInt32 = 16
    static let weights: UInt32 = 17
    static let regret: UInt32 = 18
    /// One a tree from here on, and from there.
    static let bootstrap: UInt32 = 1 << 12
    static let bootstrapOfFailures: UInt32 = 2 << 12
    /// One a parameter from here on.
    static let columns: UInt32 = 1 << 16
}

/// Uniform draws that avoid what was asked already.
enum UniformDraw {
    /// Draws at most so many times before it looks for what is left by counting.
    private static let attempts = 64

    static func first(
        in cube: UnitCube, notIn asked: AskedConfigurations, _ random: inout CounterRandom
    ) -> Suggestion {
        if asked.isExhausted { return .exhausted }
        var last: Configuration?
        for _ in 0..<attempts {
            let configuration = configuration(in: cube, &random)
            if !asked.contains(configuration) { return .configuration(configuration) }
            last = configuration
        }
        if let left = asked.firstLeft(from: random.next()) { return .configuration(left) }
        // A part of the space is countable and used up, and the draws happened to meet it each time: a repetition is
        // all there is.
        return last.map(Suggestion.configuration) ?? .exhausted
    }

    static func configuration(in cube: UnitCube, _ random: inout CounterRandom) -> Configuration {
        cube.configuration(at: (0..<cube.scales.count).map { _ in random.uniform() })
    }
}
