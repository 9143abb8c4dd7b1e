public import TunedSpace

/// The measurements of one configuration, by several trials.
public struct Replicates: Hashable, Sendable {
    public var configuration: Configuration
    /// One value a trial, in the order in which they ended; at least one.
    public var values: [Double]

    public init(configuration: Configuration, values: [Double]) {
        self.configuration = configuration
        self.values = values
    }

    public var count: Int { values.count }

    public var mean: Double {
        // Halves, so that two large ones do not overflow.
        values.reduce(0) { $0 + $1 / Double(values.count) }
    }

    /// The sum of the squared distances from the mean.
    var scatter: Double {
        let mean = mean
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }

    /// The complete trials of a study by configuration, in the order in which each was first tried.
    public static func grouped(_ observations: [Observation], in space: SearchSpace, objective: Int = 0) -> [Replicates] {
        var running: [Int: Configuration] = [:]
        var places: [Configuration: Int] = [:]
        var groups: [Replicates] = []
        for observation in observations {
            switch observation {
            case .pending(let trial, let configuration): running[trial] = space.canonical(configuration)
            case .report, .switched: break
            case .finished(let trial, let outcome):
                guard let configuration = running.removeValue(forKey: trial), case .complete(let values, _) = outcome,
                    values.indices.contains(objective), values.allSatisfy(\.isFinite)
                else { continue }
                if let place = places[configuration] {
                    groups[place].values.append(values[objective])
                } else {
                    places[configuration] = groups.count
                    groups.append(Replicates(configuration: configuration, values: [values[objective]]))
                }
            }
        }
        return groups
    }

    /// The variance of one measurement, pooled over all configurations that were measured more than once; nil where
    /// none was.
    public static func noiseVariance(of groups: [Replicates]) -> Double? {
        let freedom = groups.reduce(0) { $0 + $1.count - 1 }
        guard freedom > 0 else { return nil }
        return groups.reduce(0) { $0 + $1.scatter } / Double(freedom)
    }
}
