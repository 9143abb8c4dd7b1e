import ArgumentParser
import TunedSearch
import TunedSpace

/// Times a sampler in this process: for the project's own benchmarks.
struct BenchSuggest: Verb {
    static let configuration = CommandConfiguration(
        commandName: "bench-suggest", abstract: "Time one suggestion of a sampler after a number of trials.",
        shouldDisplay: false)

    @Option(help: "Trials that the sampler knows before it is timed.")
    var trials = 1000

    @Option(help: "Parameters of the space.")
    var parameters = 10

    @Option(help: "The sampler's name.")
    var sampler = "tpe"

    @Option(help: "Suggestions that are timed, each with the trial's result told to the sampler.")
    var repeats = 50

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard trials >= 0, parameters > 0, repeats > 0 else {
            throw .usage("--trials from 0, --parameters and --repeats from 1")
        }
        do {
            var bench = try SuggestionBench(sampler: sampler, parameters: parameters)
            for _ in 0..<trials { _ = try bench.step() }
            var seconds: [Double] = []
            for _ in 0..<repeats { seconds.append(try bench.step()) }
            show(seconds.sorted())
        } catch let error as SearchError {
            throw .usage(error.message)
        } catch {
            throw .failure("the benchmark failed", underlying: "\(error)")
        }
    }

    private func show(_ sorted: [Double]) {
        let milliseconds = sorted.map { $0 * 1000 }
        let median = milliseconds[milliseconds.count / 2]
        let fields: [String: JSONValue] = [
            "sampler": .string(sampler), "trials": .integer(Int64(trials)), "parameters": .integer(Int64(parameters)),
            "repeats": .integer(Int64(repeats)), "ms": .number(median), "min_ms": .number(milliseconds[0]),
            "max_ms": .number(milliseconds[milliseconds.count - 1]),
        ]
        output.show(.object(fields)) {
            "\(sampler), \(parameters) parameters, \(trials) trials: "
                + "\(Formatting.significant(median, digits: 4)) ms a suggestion (median of \(repeats))\n"
        }
    }
}

/// Ask and tell over a sphere in the unit cube.
private struct SuggestionBench {
    private var sampler: any Sampler
    private let space: SearchSpace
    private var trial = 0

    init(sampler name: String, parameters: Int) throws {
        space = try SearchSpace(
            (0..<parameters).map { Parameter(name: "x\($0)", domain: .float(FloatDomain(low: 0, high: 1))) })
        let problem = SearchProblem(space: space, objectives: 1, seed: 1, budget: nil)
        sampler = try SamplerRegistry.make(name: name, settings: [:], problem: problem, caching: true)
    }

    /// One trial; returns the seconds that suggesting and learning took.
    mutating func step() throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let suggestion = try sampler.suggest(trial: trial)
        guard case .configuration(let configuration) = suggestion else { return 0 }
        sampler.observe(.pending(trial: trial, configuration))
        sampler.observe(.finished(trial: trial, .complete([Self.value(configuration)])))
        trial += 1
        return start.duration(to: clock.now) / .seconds(1)
    }

    private static func value(_ configuration: Configuration) -> Double {
        configuration.values.reduce(0) { sum, value in
            guard case .float(let x)? = value else { return sum }
            return sum + (x - 0.3) * (x - 0.3)
        }
    }
}
