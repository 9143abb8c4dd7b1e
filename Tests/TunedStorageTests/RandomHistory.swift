import TunedRecords
import TunedSpace
import TunedTestSupport

/// Batches of events as a daemon with a few studies would append them, with some that contradict the log mixed in: trials asked
/// twice, results of trials that nobody asked, attempts ended before they began.
struct RandomHistory {
    private var generator: SeededGenerator
    private let studies: [StudyID]
    private var created: Set<StudyID> = []
    private var next: [StudyID: Int] = [:]
    private var time: Int64 = 1_000
    /// Events so far: no sequence number is higher.
    private var produced = 0

    init(seed: UInt64, studies: [StudyID]) {
        generator = SeededGenerator(seed: seed)
        self.studies = studies
    }

    mutating func batch() -> (study: StudyID, payloads: [EventPayload], time: Int64) {
        let study = studies[index(below: studies.count)]
        time += Int64(index(below: 20)) - 2
        guard created.contains(study) else {
            created.insert(study)
            produced += 1
            return (study, [.studyCreated(slug: "study-\(study.rawValue)", declaration: "{}")], time)
        }
        let payloads = (0...index(below: 6)).map { _ in payload(study) }
        produced += payloads.count
        return (study, payloads, time)
    }

    private mutating func index(below count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    private mutating func payload(_ study: StudyID) -> EventPayload {
        let limit = next[study, default: 0]
        let trial = index(below: limit + 1)
        switch index(below: 25) {
        case 20...22: return .batchRun(batch(study, limit))
        case 23...24:
            var random = RandomEvents(seed: generator.next())
            // Numbers are few, so that ends meet their beginnings.
            return random.payload(kind: 15 + index(below: 4))
        case 0: return .studyStateChanged(StudyState.allCases[index(below: 5)], reason: "because \(index(below: 9))")
        case 1: return .stopRulesChanged(rules: "{\"trials\": \(index(below: 100))}")
        case 2: return .environmentSeen(record: "{\"host\": \(index(below: 3))}")
        case 3: return .noted(text: "a remark")
        case 4: return .reported(trial: trial, run: run(), MetricReport(metric: 0, step: 1, value: 0.5))
        case 5...9:
            // Now and then a number that is taken, or one ahead.
            let number = index(below: 10) == 0 ? index(below: limit + 3) : limit
            next[study] = max(limit, number + 1)
            return .trialAsked(
                TrialAsked(
                    trial: number, configuration: Configuration([.float(Double(number)), .category(index(below: 3)), nil]),
                    origin: index(below: 4) == 0 ? .enqueued(3) : .sampler, askedAfter: Int64(limit),
                    isExternal: index(below: 5) == 0))
        case 10...12:
            return .attemptStarted(
                AttemptStarted(
                    trial: trial, run: run(), attempt: index(below: 2), nonce: UInt64(trial), cpus: [index(below: 8)],
                    gpus: index(below: 4) == 0 ? ["GPU-1"] : [], environment: Int64(index(below: 40))))
        case 13...15:
            return .attemptEnded(
                AttemptEnded(
                    trial: trial, run: run(), attempt: index(below: 2), nonce: UInt64(trial),
                    outcome: index(below: 3) == 0
                        ? .failed(Failure(kind: .crashed, message: "signal 11")) : .succeeded(metrics: [0.25]),
                    log: index(below: 3) == 0 ? "some lines\n" : ""))
        default:
            let state = TrialState.allCases[index(below: TrialState.allCases.count)]
            let values: [Double] =
                switch state {
                case .complete: [Double(index(below: 50)), 2]
                case .failed: index(below: 2) == 0 ? [] : [Double(index(below: 50)), 1]
                case .pruned: [1]
                default: []
                }
            return .trialEnded(
                TrialEnded(
                    trial: trial, state: state == .running ? .complete : state, values: values,
                    step: state == .pruned ? 4 : nil,
                    failure: state == .failed ? Failure(kind: .deadline, message: "too slow") : nil,
                    constraints: state == .complete ? [ConstraintValue(name: "mb", value: -0.5)] : []))
        }
    }

    /// Mostly of the next numbers, now and then of numbers that are taken.
    private mutating func batch(_ study: StudyID, _ limit: Int) -> BatchRun {
        var random = RandomEvents(seed: generator.next())
        let first = index(below: 8) == 0 ? max(0, limit - 2) : limit + (index(below: 6) == 0 ? 1 : 0)
        var batch = random.batch(first: first)
        // What a batch ran on was seen before it.
        batch.environment = Int64(index(below: min(40, produced)))
        batch.startedAt = time - 3
        next[study] = max(limit, batch.trials.upperBound)
        return batch
    }

    private mutating func run() -> RunKey {
        RunKey(purpose: index(below: 5) == 0 ? .replay : .search, fold: index(below: 2))
    }
}
