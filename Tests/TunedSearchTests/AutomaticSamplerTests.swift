import Testing
import TunedSearch
import TunedSpace

@Suite struct AutomaticSamplerTests {
    private func effort(suggestion: Double, trial: Double, count: Int = 12) -> SearchEffort {
        var effort = SearchEffort()
        for number in 0..<count {
            let began = Double(number) * (suggestion + trial)
            effort.note(from: began, to: began + suggestion)
        }
        return effort
    }

    @Test func itGoesOnByParzenWhereSuggestionsHoldTrialsUp() throws {
        var lab = try Lab("auto", NamedSpace.oneFloat.space)
        #expect(lab.sampler.explanation.contains("gp"))
        #expect(lab.sampler.reconsidered(effort(suggestion: 0.005, trial: 1)) == nil)
        // A few suggestions say nothing yet.
        #expect(lab.sampler.reconsidered(effort(suggestion: 0.005, trial: 0.001, count: 3)) == nil)
        let change = try #require(lab.sampler.reconsidered(effort(suggestion: 0.005, trial: 0.001)))
        #expect(change.method == "tpe" && change.reason.contains("%"))
        // Asking changed nothing.
        #expect(lab.sampler.explanation.contains("gp"))
        lab.observe(.switched(to: change.method))
        #expect(lab.sampler.explanation.contains("tpe"))
        #expect(lab.sampler.reconsidered(effort(suggestion: 0.005, trial: 0.001)) == nil)
    }

    @Test func afterTheSwitchItSuggestsAsOneThatWasParzenAllAlong() throws {
        let space = NamedSpace.mixed.space
        var lab = try Lab("auto", space)
        try lab.run(15, Lab.eventful(space))
        lab.observe(.switched(to: "tpe"))
        var parzen = try SamplerRegistry.make(name: "tpe", problem: SearchProblem(space: space, seed: 1, budget: 100))
        for observation in lab.observations { parzen.observe(observation) }
        #expect(try lab.suggestion(trial: 15) == parzen.suggest(trial: 15))
    }

    /// Every second suggestion is the forest's once eight trials in a row were no better, and none of them any more when one is.
    @Test func whileNothingGetsBetterTheForestTakesTurns() throws {
        let space = NamedSpace.mixed.space
        let problem = SearchProblem(space: space, seed: 1, budget: 100)
        var lab = try Lab("auto", space)
        var alone: [String: any Sampler] = [:]
        for name in ["gp", "forest"] {
            alone[name] = try SamplerRegistry.make(name: name, settings: name == "gp" ? ["candidates": 8, "samples": 0] : [:], problem: problem)
        }
        var values = (0..<20).map { 20 - Double($0) }
        values += [Double](repeating: 1, count: 12) + [0.5, 2, 2]
        var taken: [String] = []
        for (trial, value) in values.enumerated() {
            let suggestion = try lab.suggestion(trial: trial)
            let (process, forest) = (try alone["gp"]?.suggest(trial: trial), try alone["forest"]?.suggest(trial: trial))
            taken.append(suggestion == process ? "gp" : suggestion == forest ? "forest" : "neither")
            guard case .configuration(let configuration) = suggestion else { return #expect(Bool(false), "nothing suggested") }
            for observation in [Observation.pending(trial: trial, configuration), .finished(trial: trial, .complete([value]))] {
                lab.observe(observation)
                for name in ["gp", "forest"] { alone[name]?.observe(observation) }
            }
        }
        // The twentieth is the best until the thirty-third: eight have failed to better it when the twenty-ninth is asked for.
        let turns = taken.indices.filter { taken[$0] == "forest" }
        #expect(turns == [29, 31] && !taken.contains("neither"), "\(taken)")
    }

    /// A trial that ran already when the best one ended, or was ended early, says nothing about where that one led; and where others run, more
    /// are waited for.
    @Test func onlyWhatKnewOfTheBestTrialCountsAgainstTheProcess() throws {
        let space = NamedSpace.mixed.space
        let problem = SearchProblem(space: space, seed: 1, budget: 100)
        /// Whether the forest has the turn after twenty trials of which the fifth was the best.
        func isForests(_ outcome: Outcome, askedEarly: Bool = false, running: Int = 0) throws -> Bool {
            var lab = try Lab("auto", space)
            var process = try SamplerRegistry.make(name: "gp", settings: ["candidates": 8, "samples": 0], problem: problem)
            var random = try Lab("random", space)
            func tell(_ observation: Observation) {
                lab.observe(observation)
                process.observe(observation)
            }
            let configurations = try (0..<40).map { _ in try #require(try random.ask()).configuration }
            for trial in 0..<20 {
                if !askedEarly || trial < 5 { tell(.pending(trial: trial, configurations[trial])) }
                if askedEarly, trial == 4 { for other in 5..<20 { tell(.pending(trial: other, configurations[other])) } }
                tell(.finished(trial: trial, trial < 5 ? .complete([10 - Double(trial)]) : outcome))
            }
            for other in 21..<21 + running { tell(.pending(trial: other, configurations[other])) }
            return try lab.suggestion(trial: 41) != process.suggest(trial: 41)
        }
        #expect(try isForests(.complete([20])))
        #expect(try !isForests(.complete([20]), askedEarly: true))
        #expect(try !isForests(.pruned(step: 1, value: 20)))
        #expect(try isForests(.complete([20]), running: 7))
        #expect(try !isForests(.complete([20]), running: 8))
    }

    /// After that many trials, which another sampler chose.
    private func told(_ trials: Int, _ space: SearchSpace, budget: Int? = 1000) throws -> any Sampler {
        var auto = try SamplerRegistry.make(name: "auto", problem: SearchProblem(space: space, seed: 1, budget: budget))
        var random = try Lab("random", space)
        let bowl = Lab.bowl(space)
        try random.run(trials) { .complete([bowl($1)]) }
        for observation in random.observations { auto.observe(observation) }
        return auto
    }

    @Test func numbersAloneAreLeftToAGaussianAroundTheBestTrials() throws {
        let space = NamedSpace.oneFloat.space
        #expect(try told(299, space).reconsidered(SearchEffort()) == nil)
        #expect(try told(300, space, budget: nil).reconsidered(SearchEffort())?.method == "cmaes")
        var auto = try told(300, space)
        let change = try #require(auto.reconsidered(SearchEffort()))
        #expect(change.method == "cmaes" && change.reason.contains("300"))
        auto.observe(.switched(to: change.method))
        #expect(auto.explanation.contains("cmaes") && auto.reconsidered(SearchEffort()) == nil)
        // The optimum is at 0.3 of the range; what was known of it is not forgotten.
        let bowl = Lab.bowl(space)
        for trial in 300..<310 {
            guard case .configuration(let configuration) = try auto.suggest(trial: trial) else {
                Issue.record("nothing was suggested")
                return
            }
            #expect(bowl(configuration) < 0.25 * 0.25)
            auto.observe(.pending(trial: trial, configuration))
            auto.observe(.finished(trial: trial, .complete([bowl(configuration)])))
        }
    }

    @Test(arguments: [NamedSpace.mixed, .conditional, .wide])
    func otherSpacesStayWithTheProcess(_ named: NamedSpace) throws {
        #expect(try told(300, named.space).reconsidered(SearchEffort()) == nil)
    }

    @Test func fewMoreTrialsAreLeftToTheProcess() throws {
        #expect(try told(300, NamedSpace.oneFloat.space, budget: 400).reconsidered(SearchEffort()) == nil)
    }

    @Test func aStudyThatWentOverToParzenStaysWithIt() throws {
        var auto = try told(20, NamedSpace.oneFloat.space)
        auto.observe(.switched(to: "tpe"))
        auto.observe(.switched(to: "cmaes"))
        #expect(auto.explanation.contains("tpe"))
    }

    @Test(arguments: [(2, "nsga2"), (3, "nsga3")])
    func severalObjectivesHaveASuccessorOfTheirOwn(_ objectives: Int, _ successor: String) throws {
        let space = NamedSpace.mixed.space
        var lab = try Lab("auto", space, objectives: objectives)
        try lab.run(12, Lab.eventful(space, objectives: objectives))
        #expect(lab.sampler.explanation.contains("gp"))
        let change = try #require(lab.sampler.reconsidered(effort(suggestion: 0.005, trial: 0.001)))
        #expect(change.method == successor)
        lab.observe(.switched(to: successor))
        #expect(lab.sampler.explanation.contains(successor))
        var other = try SamplerRegistry.make(name: successor, problem: SearchProblem(space: space, objectives: objectives, seed: 1, budget: 100))
        for observation in lab.observations { other.observe(observation) }
        #expect(try lab.suggestion(trial: 12) == other.suggest(trial: 12))
    }

    @Test func itTakesAGridWhereThatCoversTheSpace() throws {
        let problem = SearchProblem(space: NamedSpace.discrete.space, budget: 16)
        #expect(try SamplerRegistry.make(name: "auto", problem: problem).identity.name == "grid")
    }
}
