package import TunedSpace

// The compact form of a batch; see Event+Binary.swift for the rules.

extension BatchRun {
    package func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(first)
        writer.writeVarint(askedAfter)
        writer.writeVarint(startedAt)
        writer.writeVarint(nonce)
        writer.write(integers: cpus)
        writer.writeVarint(environment)
        configurations.encode(into: &writer)
        writer.writeVarint(UInt64(metrics.count))
        for column in metrics { writer.writeColumn(column) }
        writer.write(integers: objectives)
        writer.writeVarint(UInt64(exceptions.count))
        for exception in exceptions {
            exception.outcome.encode(into: &writer)
            exception.end.encode(into: &writer)
        }
        writer.writeVarint(UInt64(wishes.count))
        for (trial, wish) in wishes.sorted(by: { $0.key < $1.key }) {
            writer.writeVarint(trial)
            writer.writeVarint(wish)
        }
        writer.write(log)
    }

    /// What it reads can be used as it is: every trial has its values, and numbers lie where they must.
    package init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        (constraints, bounds) = ([], [])
        first = try reader.readInt()
        askedAfter = try reader.readInteger()
        startedAt = try reader.readInteger()
        nonce = try reader.readUnsigned()
        cpus = try reader.readIntegers()
        environment = try reader.readInteger()
        configurations = try PackedConfigurations(from: &reader)
        let count = configurations.count
        guard first >= 0, first <= Int(UInt32.max), count > 0 else {
            throw .invalid(offset: 0, what: "a batch of \(count) trials from \(first) on")
        }
        metrics = try reader.readList { reader throws(BinaryCodingError) in try reader.readColumn(count: count) }
        objectives = try reader.readIntegers()
        guard objectives.allSatisfy(metrics.indices.contains) else {
            throw .invalid(offset: 0, what: "objectives \(objectives) of \(metrics.count) metrics")
        }
        exceptions = try reader.readList { reader throws(BinaryCodingError) in
            Exception(outcome: try AttemptOutcome(from: &reader), end: try TrialEnded(from: &reader))
        }
        let pairs = try reader.readList { reader throws(BinaryCodingError) in
            (trial: try reader.readInt(), wish: try reader.readInteger())
        }
        wishes = Dictionary(pairs.map { ($0.trial, $0.wish) }) { first, _ in first }
        log = try reader.readString()
        let numbers = exceptions.map(\.end.trial)
        guard numbers.allSatisfy(trials.contains), wishes.keys.allSatisfy(trials.contains),
            zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }),
            exceptions.allSatisfy({ $0.end.state != .running && $0.end.state != .paused })
        else { throw .invalid(offset: 0, what: "a trial that is not of its batch, or has not ended") }
    }
}

// MARK: Constraints, which follow the rest where there are any

extension BatchRun {
    func encodeConstraints(into writer: inout BinaryWriter) {
        writer.writeVarint(UInt64(constraints.count))
        for constraint in constraints {
            writer.write(constraint.name)
            writer.writeColumn(constraint.values)
        }
        writer.writeVarint(UInt64(bounds.count))
        for bound in bounds {
            let (isHighest, limit) =
                switch bound.constraint.bound {
                case .atMost(let limit): (true, limit)
                case .atLeast(let limit): (false, limit)
                }
            writer.writeVarint(bound.metric)
            writer.write(bound.constraint.metric)
            writer.write(isHighest)
            writer.write(limit)
        }
    }

    mutating func readConstraints(from reader: inout BinaryReader) throws(BinaryCodingError) {
        let count = count
        constraints = try reader.readList { reader throws(BinaryCodingError) in
            Constraint(name: try reader.readString(), values: try reader.readColumn(count: count))
        }
        bounds = try reader.readList { reader throws(BinaryCodingError) in
            let (metric, name) = (try reader.readInt(), try reader.readString())
            let (isHighest, limit) = (try reader.readBool(), try reader.readDouble())
            return BoundMetric(metric: metric, constraint: OutcomeConstraint(metric: name, bound: isHighest ? .atMost(limit) : .atLeast(limit)))
        }
        guard bounds.allSatisfy({ metrics.indices.contains($0.metric) }) else {
            throw .invalid(offset: 0, what: "a bound on one of \(metrics.count) metrics that there is not")
        }
    }
}
