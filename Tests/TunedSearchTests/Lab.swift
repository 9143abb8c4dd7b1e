import TunedNumerics
import TunedSearch
import TunedSpace

/// What a sampler answers; the sampler stays as it is.
func suggestion(of sampler: any Sampler, trial: Int) throws -> Suggestion {
    var copy = sampler
    return try copy.suggest(trial: trial)
}

/// Runs a study in memory: asks, and tells what an objective makes of the answer.
struct Lab {
    var sampler: any Sampler
    let space: SearchSpace
    private(set) var observations: [Observation] = []
    private(set) var suggestions: [Configuration] = []
    private var running: [Int] = []

    /// - Parameters:
    ///   - named: a sampler, or one with a setting, as "tpe?kernel=grouped".
    ///   - options: settings besides those that make a test cheap.
    init(
        _ named: String, _ space: SearchSpace, seed: UInt64 = 1, objectives: Int = 1, caching: Bool = true, options: [String: JSONValue] = [:]
    ) throws {
        self.space = space
        let problem = SearchProblem(space: space, objectives: objectives, seed: seed, budget: 100)
        let words = named.split(whereSeparator: { $0 == "?" || $0 == "=" }).map(String.init)
        let name = words[0]
        var settings: [String: JSONValue] =
            switch name {
            // A grid of the wide space would not be countable otherwise.
            case "grid" where space.count > 10: ["points": .integer(1)]
            // What is tested does not depend on how much is computed, but its time without the compiler's optimisation does.
            case "gp": ["candidates": 8, "samples": 0]
            case "bohb" where words.last == "gp": ["candidates": 8, "samples": 0]
            case "auto" where space.finiteSize.map { $0 > 100 } ?? true && objectives <= 3: ["candidates": 8, "samples": 0]
            // Thousands of suggestions without the compiler's optimisation.
            case "forest": ["trees": 2, "candidates": 10, "searches": 1]
            default: [:]
            }
        if words.count == 3 { settings[words[1]] = .string(words[2]) }
        settings.merge(options) { $1 }
        sampler = try SamplerRegistry.make(name: name, settings: settings, problem: problem, caching: caching)
    }

    mutating func observe(_ observation: Observation) {
        observations.append(observation)
        sampler.observe(observation)
    }

    func suggestion(trial: Int) throws -> Suggestion { try TunedSearchTests.suggestion(of: sampler, trial: trial) }

    /// Asks for the next trial; nil once the space is exhausted.
    mutating func ask() throws -> (trial: Int, configuration: Configuration)? {
        let trial = suggestions.count
        guard case .configuration(let configuration) = try sampler.suggest(trial: trial) else { return nil }
        suggestions.append(configuration)
        observe(.pending(trial: trial, configuration))
        running.append(trial)
        return (trial, configuration)
    }

    /// Runs trials, up to `parallel` at once, which end in a random order.
    mutating func run(
        _ trials: Int, parallel: Int = 1, _ outcome: (Int, Configuration) -> Outcome
    ) throws {
        var random = CounterRandom(seed: 77, trial: 0)
        for _ in 0..<trials {
            while running.count >= parallel { end(running.remove(at: random.index(below: running.count)), outcome) }
            guard try ask() != nil else { break }
        }
        while !running.isEmpty { end(running.remove(at: random.index(below: running.count)), outcome) }
    }

    private mutating func end(_ trial: Int, _ outcome: (Int, Configuration) -> Outcome) {
        observe(.finished(trial: trial, outcome(trial, suggestions[trial])))
    }

    /// Something to minimise on any space: the sum of the squared distances from 0.3 on the unit cube.
    static func bowl(_ space: SearchSpace) -> @Sendable (Configuration) -> Double {
        let cube = UnitCube(space)
        return { configuration in
            cube.coordinates(of: configuration).reduce(0) { $1.isNaN ? $0 : $0 + ($1 - 0.3) * ($1 - 0.3) }
        }
    }

    /// Every kind of end, by the trial's number.
    static func eventful(_ space: SearchSpace, objectives: Int = 1) -> @Sendable (Int, Configuration) -> Outcome {
        let bowl = bowl(space)
        return { trial, configuration in
            switch trial % 7 {
            case 2: .failed
            case 4: .pruned(step: Int64(trial % 3), value: bowl(configuration))
            case 6: trial % 14 == 6 ? .cancelled : .complete(Array(repeating: .nan, count: objectives))
            default: .complete((0..<objectives).map { $0 == 0 ? bowl(configuration) : Double(($0 * trial) % 5) })
            }
        }
    }
}
