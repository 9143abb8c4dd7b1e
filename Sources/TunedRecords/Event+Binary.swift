public import TunedSpace

/// The compact form of an event's payload: one byte that names the kind, then the kind's fields in a fixed order.
///
/// Codes are never reused. A later version may add fields at the end of a kind: a reader stops after the fields that it knows,
/// so whoever stores a payload must store its length too.
extension EventPayload {
    private enum Code: UInt8 {
        case studyCreated = 1
        case studyStateChanged = 2
        case samplerAdopted = 3
        case enqueued = 4
        case trialAsked = 5
        case environmentSeen = 6
        case attemptStarted = 7
        case reported = 8
        case attemptEnded = 9
        case trialEnded = 10
        case stopRulesChanged = 11
        case noted = 12
        case studyDeleted = 13
        case batchRun = 14
        case samplerSwitched = 15
        case spaceChanged = 16
        /// A ``batchRun`` with constraints.
        case constrainedBatch = 17
        case budgetGiven = 18
        case pruningDecided = 19
        /// A ``samplerAdopted`` with a pruner.
        case prunedAdoption = 27
        case askingEnded = 25
        case trialOverdue = 26
        case finalizeBegun = 20
        case finalized = 21
        case replayBegun = 22
        case replayed = 23
        case dataAllowed = 24
    }

    public func encode(into writer: inout BinaryWriter) {
        switch self {
        case .studyCreated(let slug, let declaration):
            writer.write(Code.studyCreated.rawValue)
            writer.write(slug)
            writer.write(declaration)
        case .studyStateChanged(let state, let reason):
            writer.write(Code.studyStateChanged.rawValue)
            writer.write(state.rawValue)
            writer.write(reason)
        case .samplerAdopted(let adoption):
            writer.write((adoption.pruner == nil ? Code.samplerAdopted : .prunedAdoption).rawValue)
            writer.write(adoption.name)
            writer.writeVarint(adoption.revision)
            writer.write(adoption.explanation)
            writer.write(adoption.numericEnvironment)
            if let pruner = adoption.pruner {
                writer.write(pruner.name)
                writer.writeVarint(pruner.revision)
            }
        case .samplerSwitched(let method, let reason):
            writer.write(Code.samplerSwitched.rawValue)
            writer.write(method)
            writer.write(reason)
        case .enqueued(let values):
            writer.write(Code.enqueued.rawValue)
            let indices = values.keys.sorted()
            writer.write(integers: indices)
            Configuration(indices.map { values[$0] }).encode(into: &writer)
        case .trialAsked(let asked):
            writer.write(Code.trialAsked.rawValue)
            asked.encode(into: &writer)
        case .environmentSeen(let record):
            writer.write(Code.environmentSeen.rawValue)
            writer.write(record)
        case .attemptStarted(let started):
            writer.write(Code.attemptStarted.rawValue)
            started.encode(into: &writer)
        case .reported(let trial, let run, let report):
            writer.write(Code.reported.rawValue)
            writer.writeVarint(trial)
            run.encode(into: &writer)
            writer.writeVarint(report.metric)
            writer.writeVarint(report.step)
            writer.write(report.value)
        case .attemptEnded(let ended):
            writer.write(Code.attemptEnded.rawValue)
            ended.encode(into: &writer)
        case .trialEnded(let ended):
            writer.write(Code.trialEnded.rawValue)
            ended.encode(into: &writer)
        case .budgetGiven(let given):
            writer.write(Code.budgetGiven.rawValue)
            given.encode(into: &writer)
        case .pruningDecided(let trial, let reason):
            writer.write(Code.pruningDecided.rawValue)
            writer.writeVarint(trial)
            writer.write(reason)
        case .trialOverdue(let trial):
            writer.write(Code.trialOverdue.rawValue)
            writer.writeVarint(trial)
        case .askingEnded:
            writer.write(Code.askingEnded.rawValue)
        case .stopRulesChanged(let rules):
            writer.write(Code.stopRulesChanged.rawValue)
            writer.write(rules)
        case .spaceChanged(let statement, let reason):
            writer.write(Code.spaceChanged.rawValue)
            writer.write(statement)
            writer.write(reason)
        case .finalizeBegun(let begun):
            writer.write(Code.finalizeBegun.rawValue)
            begun.encode(into: &writer)
        case .finalized(let result):
            writer.write(Code.finalized.rawValue)
            result.encode(into: &writer)
        case .replayBegun(let begun):
            writer.write(Code.replayBegun.rawValue)
            begun.encode(into: &writer)
        case .replayed(let result):
            writer.write(Code.replayed.rawValue)
            result.encode(into: &writer)
        case .dataAllowed(let digest, let reason):
            writer.write(Code.dataAllowed.rawValue)
            writer.write(digest)
            writer.write(reason)
        case .noted(let text):
            writer.write(Code.noted.rawValue)
            writer.write(text)
        case .studyDeleted:
            writer.write(Code.studyDeleted.rawValue)
        case .batchRun(let batch):
            writer.write((batch.isConstrained ? Code.constrainedBatch : .batchRun).rawValue)
            batch.encode(into: &writer)
            if batch.isConstrained { batch.encodeConstraints(into: &writer) }
        }
    }

    public init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        let byte = try reader.readByte()
        guard let code = Code(rawValue: byte) else { throw .invalid(offset: 0, what: "event kind \(byte)") }
        switch code {
        case .studyCreated:
            self = .studyCreated(slug: try reader.readString(), declaration: try reader.readString())
        case .studyStateChanged:
            self = .studyStateChanged(try reader.readCase("study state"), reason: try reader.readString())
        case .samplerAdopted, .prunedAdoption:
            var adoption = SamplerAdoption(
                name: try reader.readString(), revision: try reader.readInt(), explanation: try reader.readString(),
                numericEnvironment: try reader.readString())
            if code == .prunedAdoption { adoption.pruner = .init(name: try reader.readString(), revision: try reader.readInt()) }
            self = .samplerAdopted(adoption)
        case .samplerSwitched:
            self = .samplerSwitched(method: try reader.readString(), reason: try reader.readString())
        case .enqueued:
            let indices = try reader.readIntegers()
            let configuration = try Configuration(from: &reader)
            guard indices.count == configuration.count else {
                throw .invalid(offset: 0, what: "\(indices.count) parameters with \(configuration.count) values")
            }
            var values: [Int: ParameterValue] = [:]
            for (index, value) in zip(indices, configuration.values) { values[index] = value }
            self = .enqueued(values: values)
        case .trialAsked:
            self = .trialAsked(try TrialAsked(from: &reader))
        case .environmentSeen:
            self = .environmentSeen(record: try reader.readString())
        case .attemptStarted:
            self = .attemptStarted(try AttemptStarted(from: &reader))
        case .reported:
            let trial = try reader.readInt()
            let run = try RunKey(from: &reader)
            let report = MetricReport(
                metric: try reader.readInt(), step: try reader.readInteger(), value: try reader.readDouble())
            self = .reported(trial: trial, run: run, report)
        case .attemptEnded:
            self = .attemptEnded(try AttemptEnded(from: &reader))
        case .trialEnded:
            self = .trialEnded(try TrialEnded(from: &reader))
        case .budgetGiven:
            self = .budgetGiven(try BudgetGiven(from: &reader))
        case .pruningDecided:
            self = .pruningDecided(trial: try reader.readInt(), reason: try reader.readString())
        case .trialOverdue:
            self = .trialOverdue(trial: try reader.readInt())
        case .askingEnded:
            self = .askingEnded
        case .stopRulesChanged:
            self = .stopRulesChanged(rules: try reader.readString())
        case .spaceChanged:
            self = .spaceChanged(statement: try reader.readString(), reason: try reader.readString())
        case .finalizeBegun:
            self = .finalizeBegun(try FinalizeBegun(from: &reader))
        case .finalized:
            self = .finalized(try Finalized(from: &reader))
        case .replayBegun:
            self = .replayBegun(try ReplayBegun(from: &reader))
        case .replayed:
            self = .replayed(try ReplayEnded(from: &reader))
        case .dataAllowed:
            self = .dataAllowed(digest: try reader.readString(), reason: try reader.readString())
        case .noted:
            self = .noted(text: try reader.readString())
        case .studyDeleted:
            self = .studyDeleted
        case .batchRun:
            self = .batchRun(try BatchRun(from: &reader))
        case .constrainedBatch:
            var batch = try BatchRun(from: &reader)
            try batch.readConstraints(from: &reader)
            self = .batchRun(batch)
        }
    }
}

extension TrialAsked {
    fileprivate func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(trial)
        configuration.encode(into: &writer)
        origin.encode(into: &writer)
        writer.writeVarint(askedAfter)
        writer.write(isExternal)
    }

    fileprivate init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        self.init(
            trial: try reader.readInt(), configuration: try Configuration(from: &reader), origin: try TrialOrigin(from: &reader),
            askedAfter: try reader.readInteger(), isExternal: try reader.readBool())
    }
}

extension TrialOrigin {
    fileprivate func encode(into writer: inout BinaryWriter) {
        switch self {
        case .sampler:
            writer.write(UInt8(0))
        case .enqueued(let sequence):
            writer.write(UInt8(1))
            writer.writeVarint(sequence)
        case .replicate(let trial):
            writer.write(UInt8(2))
            writer.writeVarint(trial)
        case .continued(let trial, let budget):
            writer.write(UInt8(3))
            writer.writeVarint(trial)
            writer.write(budget)
        }
    }

    fileprivate init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        switch try reader.readByte() {
        case 0: self = .sampler
        case 1: self = .enqueued(try reader.readInteger())
        case 2: self = .replicate(of: try reader.readInt())
        case 3: self = .continued(from: try reader.readInt(), at: try reader.readDouble())
        case let tag: throw .invalid(offset: 0, what: "trial origin \(tag)")
        }
    }
}

extension BudgetGiven {
    fileprivate func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(trial)
        writer.writeVarint(segment)
        writer.write(budget)
        writer.write(reason)
    }

    fileprivate init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        self.init(
            trial: try reader.readInt(), segment: try reader.readInt(), budget: try reader.readDouble(), reason: try reader.readString())
    }
}

extension AttemptStarted {
    fileprivate func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(trial)
        run.encode(into: &writer)
        writer.writeVarint(attempt)
        writer.writeVarint(nonce)
        writer.write(integers: cpus)
        writer.writeVarint(UInt64(gpus.count))
        for gpu in gpus { writer.write(gpu) }
        writer.writeVarint(environment)
    }

    fileprivate init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        trial = try reader.readInt()
        run = try RunKey(from: &reader)
        attempt = try reader.readInt()
        nonce = try reader.readUnsigned()
        cpus = try reader.readIntegers()
        gpus = try reader.readList { reader throws(BinaryCodingError) in try reader.readString() }
        environment = try reader.readInteger()
    }
}

extension AttemptEnded {
    fileprivate func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(trial)
        run.encode(into: &writer)
        writer.writeVarint(attempt)
        writer.writeVarint(nonce)
        outcome.encode(into: &writer)
        writer.write(log)
    }

    fileprivate init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        self.init(
            trial: try reader.readInt(), run: try RunKey(from: &reader), attempt: try reader.readInt(),
            nonce: try reader.readUnsigned(), outcome: try AttemptOutcome(from: &reader), log: try reader.readString())
    }
}

extension TrialEnded {
    /// Beside the state: constraints follow after everything else.
    private static let constrained: UInt8 = 0x80

    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(trial)
        writer.write(state.rawValue | (constraints.isEmpty ? 0 : Self.constrained))
        writer.write(numbers: values)
        writer.write(step != nil)
        if let step { writer.writeVarint(step) }
        writer.write(failure != nil)
        failure?.encode(into: &writer)
        if !constraints.isEmpty { writer.write(constraints: constraints) }
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        trial = try reader.readInt()
        let head = try reader.readByte()
        guard let state = TrialState(rawValue: head & ~Self.constrained) else { throw .invalid(offset: 0, what: "trial state \(head)") }
        self.state = state
        values = try reader.readNumbers()
        step = try reader.readBool() ? try reader.readInteger() : nil
        failure = try reader.readBool() ? try Failure(from: &reader) : nil
        constraints = head & Self.constrained == 0 ? [] : try reader.readConstraints()
    }
}
