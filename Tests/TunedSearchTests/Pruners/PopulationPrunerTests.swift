import Testing
import TunedNumerics
import TunedSpace
@testable import TunedSearch

@Suite struct PopulationPrunerTests {
    private static func space() throws -> SearchSpace {
        let schema = """
            {"id": "t", "metrics": [{"name": "v", "goal": "minimize"}], "rules": ["rate + decay <= 1"], "parameters": [
                {"name": "rate", "type": "float", "low": 0.001, "high": 1, "log": true, "mutable": true},
                {"name": "decay", "type": "float", "low": 0, "high": 1, "mutable": true},
                {"name": "batch", "type": "int", "low": 1, "high": 512, "log": true, "mutable": true},
                {"name": "kind", "type": "categorical", "choices": ["a", "b", "c"], "mutable": true},
                {"name": "width", "type": "int", "low": 1, "high": 64}]}
            """
        return try Schema(parsing: schema).space
    }

    private static func problem(seed: UInt64 = 1, high: Double = 10, objectives: Int = 1) throws -> PrunerProblem {
        PrunerProblem(objectives: objectives, fidelity: FidelityRange(low: 1, high: high), seed: seed, space: try space())
    }

    private static func pruner(_ settings: [String: JSONValue], seed: UInt64 = 1, objectives: Int = 1) throws -> any Pruner {
        try PrunerRegistry.make(name: "pbt", settings: settings, problem: try problem(seed: seed, objectives: objectives))
    }

    private static let five: [String: JSONValue] = ["population": .integer(5), "interval": .integer(4), "quorum": .integer(1)]

    @Test func oneExchangeByHand() throws {
        var pruner = try Self.pruner(Self.five)
        for trial in 0..<5 {
            #expect(pruner.mayBegin && pruner.firstBudget(of: trial) == 4 && pruner.continuation(of: trial) == nil)
            pruner.observe(.began(trial: trial, budget: 4))
        }
        #expect(!pruner.mayBegin)
        // Until all have come, nobody is judged.
        for trial in 0..<4 { pruner.observe(.reached(trial: trial, budget: 4, losses: [Double(trial)])) }
        #expect(pruner.promotion() == nil && !pruner.mayBegin && !pruner.isOver)
        pruner.observe(.reached(trial: 4, budget: 4, losses: [-1]))
        // The last is trial 3, the best trial 4; the others go on to the next budget.
        #expect(pruner.mayBegin && pruner.continuation(of: 5) == Continuation(trial: 4, budget: 4))
        #expect(pruner.firstBudget(of: 5) == 8)
        var gone: [Int] = []
        while let promotion = pruner.promotion() {
            #expect(promotion.budget == 8)
            gone.append(promotion.trial)
            pruner.observe(.began(trial: promotion.trial, budget: promotion.budget))
        }
        #expect(gone == [0, 1, 2, 4])
        pruner.observe(.began(trial: 5, budget: 8))
        #expect(!pruner.mayBegin)
        // The last interval ends with the full budget.
        for trial in [0, 1, 2, 4, 5] { pruner.observe(.reached(trial: trial, budget: 8, losses: [Double(trial)])) }
        #expect(pruner.promotion()?.budget == nil && pruner.promotion() != nil)
    }

    @Test func whatFailsIsReplacedAndWhatIsLateNotWaitedFor() throws {
        var pruner = try Self.pruner(Self.five)
        for trial in 0..<5 { pruner.observe(.began(trial: trial, budget: 4)) }
        pruner.observe(.ended(trial: 2, .failed))
        // It had not come anywhere: another begins from nothing.
        #expect(pruner.mayBegin && pruner.continuation(of: 5) == nil && pruner.firstBudget(of: 5) == 4)
        pruner.observe(.began(trial: 5, budget: 4))
        for trial in [0, 1, 3] { pruner.observe(.reached(trial: trial, budget: 4, losses: [Double(trial)])) }
        #expect(pruner.promotion() == nil)
        pruner.observe(.overdue(trial: 4))
        pruner.observe(.overdue(trial: 5))
        #expect(pruner.promotion()?.trial == 0)
    }

    /// Anything in any order: no crash, no promotion of what runs or is complete, and the same answers again.
    @Test(arguments: 1...12 as ClosedRange<UInt64>) func survivesRandomSequences(_ seed: UInt64) throws {
        var random = CounterRandom(seed: seed, trial: 0)
        var pruner = try Self.pruner(Self.five.merging(["explore": .string(seed % 2 == 0 ? "pb2" : "perturb")]) { $1 }, objectives: 1 + Int(seed % 3) / 2)
        var again = pruner
        let configuration = try Self.space().defaults
        var running: Set<Int> = []
        var known: Set<Int> = []
        for turn in 0..<400 {
            let trial = random.index(below: 14)
            let losses = (0..<1 + random.index(below: 2)).map { _ in [random.uniform(), .nan, .infinity, -1e308][max(0, random.index(below: 12) - 8)] }
            let budget = [4.0, 8, 3, 100][random.index(below: 4)]
            let observation: PrunerObservation =
                switch random.index(below: 9) {
                case 0, 1, 2: .began(trial: trial, budget: budget)
                case 3, 4, 5: .reached(trial: trial, budget: budget, losses: losses)
                case 6: .ended(trial: trial, [.complete(losses), .pruned, .failed, .cancelled][random.index(below: 4)])
                case 7: .overdue(trial: trial)
                default: turn > 300 ? .closing : .reported(trial: trial, fold: 0, step: 1, losses: losses)
                }
            switch observation {
            case .began: running.insert(trial)
            case .reached, .ended: running.remove(trial)
            default: break
            }
            known.insert(trial)
            for index in 0..<2 {
                if case .began = observation { if index == 0 { pruner.observe(configuration, of: trial) } else { again.observe(configuration, of: trial) } }
            }
            pruner.observe(observation)
            again.observe(observation)
            #expect(pruner.promotion() == again.promotion() && pruner.mayBegin == again.mayBegin, "seed \(seed), turn \(turn)")
            #expect(pruner.continuation(of: 20) == again.continuation(of: 20), "seed \(seed), turn \(turn)")
            if let promotion = pruner.promotion() { #expect(!running.contains(promotion.trial), "seed \(seed), turn \(turn)") }
            if let parent = pruner.continuation(of: 20) { #expect(known.contains(parent.trial)) }
            if pruner.mayBegin, pruner.continuation(of: 20) != nil {
                #expect(pruner.configuration(of: 20, from: configuration) == again.configuration(of: 20, from: configuration))
            }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func onlyWhatMayChangeDoesAndRulesAreKept(_ seed: UInt64) throws {
        let space = try Self.space()
        let pruner = try Self.pruner(Self.five, seed: seed)
        var parent = space.defaults
        parent[4] = .integer(17)
        var changed = 0
        for trial in 0..<200 {
            let child = pruner.configuration(of: trial, from: parent)
            #expect(child[4] == .integer(17) && space.isLegal(child), "seed \(seed), trial \(trial)")
            for index in 0..<4 where child[index] != parent[index] { changed += 1 }
            #expect(child == pruner.configuration(of: trial, from: parent))
        }
        #expect(changed > 500, "seed \(seed)")
    }

    @Test func factorsAreThePapers() throws {
        let settings = Self.five.merging(["resample": .integer(0), "mutable": .array([.string("rate")])]) { $1 }
        let pruner = try Self.pruner(settings)
        var parent = try Self.space().defaults
        parent[0] = .float(0.1)
        let rates = Set((0..<40).compactMap { trial -> Double? in
            if case .float(let rate)? = pruner.configuration(of: trial, from: parent)[0] { (rate * 1e9).rounded() / 1e9 } else { nil }
        })
        #expect(rates == [0.12, 0.083333333])
    }

    /// What was gained at a rate near 0.1 alone draws PB2 there.
    @Test func theBanditGoesWhereTrainingGains() throws {
        let settings: [String: JSONValue] = [
            "population": .integer(30), "interval": .integer(1), "explore": .string("pb2"), "mutable": .array([.string("rate")]),
        ]
        let space = try Self.space()
        var pruner = try Self.pruner(settings)
        var random = CounterRandom(seed: 3, trial: 0)
        for trial in 0..<30 {
            var configuration = space.defaults
            let exponent = -3 + 3 * random.uniform()
            var rate = 1.0
            for _ in 0..<Int(-exponent * 10) { rate /= 1.2589254117941673 }
            configuration[0] = .float(max(0.001, rate))
            pruner.observe(configuration, of: trial)
            pruner.observe(.began(trial: trial, budget: 1))
            let gain = 1 - abs(exponent + 1)
            pruner.observe(.reached(trial: trial, budget: 1, losses: [10]))
            pruner.observe(.began(trial: trial, budget: 2))
            pruner.observe(.reached(trial: trial, budget: 2, losses: [10 - gain]))
        }
        let chosen = (0..<20).compactMap { trial -> Double? in
            if case .float(let rate)? = pruner.configuration(of: 100 + trial, from: space.defaults)[0] { rate } else { nil }
        }
        #expect(chosen.allSatisfy { $0 > 0.03 && $0 < 0.35 }, "\(chosen)")
    }

    @Test func badSettingsAreNamed() throws {
        func message(_ settings: [String: JSONValue]) -> String {
            do {
                _ = try Self.pruner(settings)
                return ""
            } catch { return (error as? SearchError)?.message ?? "" }
        }
        #expect(message(["mutable": .array([.string("rat")])]).contains("did you mean \"rate\""))
        #expect(message(["mutable": .array([.string("kind")]), "explore": .string("pb2")]).contains("use perturb"))
        #expect(message(["mutable": .array([])]).contains("mutable"))
        #expect(message(["population": .integer(1)]).contains("2 to 10000"))
        #expect(throws: SearchError.self) { try PrunerRegistry.make(name: "pbt", problem: PrunerProblem()) }
    }
}
