public import TunedSpace

extension SpaceMapping {
    /// The history of another study as one of this space, for a warm start: trials that ended and whose configuration this
    /// space has, in their order, numbered from `firstTrial` on. Cancelled ones and those that still run say nothing.
    public func history(_ observations: [Observation], firstTrial: Int) -> [Observation] {
        var mapped: [Int: Configuration] = [:]
        var isEnded: Set<Int> = []
        for observation in observations {
            switch observation {
            case .pending(let trial, let configuration):
                if mapped[trial] == nil { mapped[trial] = map(configuration).configuration }
            case .report, .switched: break
            case .finished(let trial, let outcome):
                if outcome == .cancelled { isEnded.remove(trial) } else { isEnded.insert(trial) }
            }
        }
        var numbers: [Int: Int] = [:]
        var result: [Observation] = []
        for observation in observations {
            switch observation {
            case .pending(let trial, _):
                guard isEnded.contains(trial), let configuration = mapped[trial] else { continue }
                let number = numbers[trial] ?? firstTrial + numbers.count
                numbers[trial] = number
                result.append(.pending(trial: number, configuration))
            case .report(let trial, let step, let value):
                if let number = numbers[trial] { result.append(.report(trial: number, step: step, value: value)) }
            case .switched: break
            case .finished(let trial, let outcome):
                if let number = numbers[trial] { result.append(.finished(trial: number, outcome)) }
            }
        }
        return result
    }
}
