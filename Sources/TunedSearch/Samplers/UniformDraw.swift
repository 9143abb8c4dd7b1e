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
    static let model: UInt32 = 9
    static let challengers: UInt32 = 16
    static let weights: UInt32 = 17
    static let regret: UInt32 = 18
    static let parents: UInt32 = 21
    static let exploration: UInt32 = 20
    static let shares: UInt32 = 19
    /// One a tree from here on, and from there.
    static let bootstrap: UInt32 = 1 << 12
    static let bootstrapOfFailures: UInt32 = 2 << 12
    /// One a parameter from here on.
    static let columns: UInt32 = 1 << 16
}

/// Draws that avoid what was asked already: uniform on the unit cube, or from the priors where a person gave some, among the
/// configurations that keep all rules (``LegalDraw``).
enum UniformDraw {
    /// Draws at most so many times before it looks for what is left by counting.
    private static let attempts = 64
    /// The same where rules make a draw dear.
    private static let ruledAttempts = 8

    static func first(
        in cube: UnitCube, notIn asked: AskedConfigurations, _ random: inout CounterRandom
    ) -> Suggestion {
        if asked.isExhausted { return .exhausted }
        var last: Configuration?
        let draw = LegalDraw(cube)
        for _ in 0..<(cube.space.rules.isEmpty ? attempts : ruledAttempts) {
            let configuration = draw.configuration(&random)
            if !asked.contains(configuration) { return .configuration(configuration) }
            last = configuration
        }
        if let left = asked.firstLeft(from: random.next()) { return .configuration(left) }
        // A part of the space is countable and used up, and the draws happened to meet it each time: a repetition is
        // all there is.
        return last.map(Suggestion.configuration) ?? .exhausted
    }

    static func configuration(in cube: UnitCube, _ random: inout CounterRandom) -> Configuration {
        LegalDraw(cube).configuration(&random)
    }
}
