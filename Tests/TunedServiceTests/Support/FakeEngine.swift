import Synchronization
import TunedEngine
import TunedRecords
import TunedService
import TunedSlots
import TunedSpace
import TunedStorage

/// An engine that runs nothing: it writes to a store in memory what a request means, and fails where a test wants it to.
final class FakeEngine: EngineFacade {
    let memory: MemoryEventStore
    var store: any EventStore { memory }
    private let failure = Mutex<EngineError?>(nil)
    private let calls = Mutex<[String]>([])
    private let plugins = Mutex<[LoadedPlugin]>([])

    static let schema = #"""
        {"id": "svm", "parameters": [
            {"name": "C", "type": "float", "low": 0.001, "high": 1000, "log": true},
            {"name": "kernel", "type": "categorical", "choices": ["linear", "rbf"]},
            {"name": "gamma", "type": "float", "low": 0.0001, "high": 1, "when": {"kernel": ["rbf"]}}],
         "metrics": [{"name": "error", "goal": "minimize"}]}
        """#

    init(commitsAtOnce: Bool = true) { memory = MemoryEventStore(commitsAtOnce: commitsAtOnce) }

    /// Every call fails so, until nil is given.
    func fail(with error: EngineError?) { failure.withLock { $0 = error } }

    /// What was called, in order.
    var log: [String] { calls.withLock { $0 } }

    private func answer<Value: Sendable>(
        _ call: String, _ reply: @escaping EngineReply<Value>, _ body: () throws(EngineError) -> (EventSequence, Value)
    ) {
        calls.withLock { $0.append(call) }
        if let error = failure.withLock({ $0 }) { return reply(.failure(error)) }
        do throws(EngineError) {
            let (sequence, value) = try body()
            memory.whenDurable(sequence) { error in
                reply(
                    error.map { .failure(EngineError(.storage, $0.message, underlying: $0.underlying)) }
                        ?? .success(value))
            }
        } catch {
            reply(.failure(error))
        }
    }

    private func row(_ slug: String) throws(EngineError) -> StudyRow {
        guard let row = memory.study(slug: slug) else { throw EngineError(.notFound, "there is no study \"\(slug)\"") }
        return row
    }

    // MARK: Studies

    func finalize(_ slug: String, _ request: FinalRequest, reply: @escaping EngineReply<StudyRow>) {
        answer("finalize \(slug) trial=\(request.trial ?? -1) again=\(request.isAgain) reason=\(request.reason)", reply) { () throws(EngineError) in
            let study = try row(slug)
            let begun = FinalizeBegun(
                use: study.testUses.count + 1, trial: request.trial ?? 0,
                configuration: Configuration([.float(1), .category(0), nil]), askedAfter: 1, plugin: "abc", reason: request.reason, remarks: [],
                trainRows: 80, testRows: 20)
            let result = Finalized(
                use: begun.use, values: [0.25], metrics: [0.25],
                artifacts: [Finalized.Artifact(name: "model", size: 3, digest: "0a")], environment: #"{"host": "h"}"#)
            let sequence = memory.append([.finalizeBegun(begun), .finalized(result)], study: study.id, time: 3000)
            return (sequence, try row(slug))
        }
    }

    func replay(_ slug: String, trial: Int, usesCurrentPlugin: Bool, reply: @escaping EngineReply<ReplayBegun>) {
        answer("replay \(slug) \(trial) \(usesCurrentPlugin)", reply) { () throws(EngineError) in
            let study = try row(slug)
            let begun = ReplayBegun(number: study.replays.count + 1, trial: trial, plugin: "abc")
            let runs = [ReplayedRun(run: RunKey(), before: .succeeded(metrics: [1]), now: .succeeded(metrics: [1.5]))]
            let sequence = memory.append(
                [.replayBegun(begun), .replayed(ReplayEnded(number: begun.number, runs: runs, differences: ["CPU was a, is b"]))],
                study: study.id, time: 3000)
            return (sequence, begun)
        }
    }

    func finalFolder(of study: StudyID, use: Int) -> String { "/runs/\(study.rawValue)/final-\(use)" }

    func changeSpace(_ slug: String, _ request: SpaceRequest, reply: @escaping EngineReply<ChangedSpace>) {
        answer("changeSpace \(slug)", reply) { () throws(EngineError) in
            let row = try row(slug)
            do {
                let declaration = try StudyDeclaration(of: row)
                let statement = try declaration.spaceStatement.changed(by: request)
                let sequence = memory.append(
                    [.spaceChanged(statement: statement.json.text(), reason: request.reason)], study: row.id, time: 2000)
                let changed = try declaration.changed(to: statement, since: sequence)
                return (
                    sequence,
                    ChangedSpace(declaration: changed, sequence: sequence, trials: .init(), withdrawn: [], state: row.state)
                )
            } catch {
                throw EngineError(.invalid, "\(error)", path: "space")
            }
        }
    }

    /// A study in the log, as ``create(_:reply:)`` makes it.
    @discardableResult
    func addStudy(_ slug: String) throws -> StudyID {
        let schema = try Schema(parsing: Self.schema)
        let specification = try StudySpecification(
            json: .object(["study": .string(slug), "plugin": .string("svm"), "stop": .object(["trials": .integer(10)])])
        )
        let declaration = StudyDeclaration(
            specification: specification, schema: schema, space: schema.space,
            objectives: [Objective(metric: 0, name: "error", goal: .minimize)],
            plugin: PluginReference(name: "svm", trainable: "svm", hash: "abc"),
            data: DataReference(
                origin: "/data/digits.csv", digest: "def", copy: "/copy", plan: nil, rows: 100, testRows: 0, folds: 5,
                isStratified: true),
            createdAt: 1000, createdBy: "1.2.3")
        let study = memory.allocateStudy()
        memory.append([.studyCreated(slug: slug, declaration: declaration.text)], study: study, time: 1000)
        return study
    }

    /// Asks and ends a trial in the log.
    func addTrial(_ number: Int, of study: StudyID, value: Double?) {
        let configuration = Configuration([
            .float(Double(number + 1)), .category(number % 2), number % 2 == 1 ? .float(0.5) : nil,
        ])
        let run = RunKey()
        memory.append(
            [
                .trialAsked(
                    TrialAsked(
                        trial: number, configuration: configuration, origin: .sampler, askedAfter: 1, isExternal: false)
                ),
                .attemptStarted(
                    AttemptStarted(trial: number, run: run, attempt: 0, nonce: 7, cpus: [0], gpus: [], environment: 0)),
                .attemptEnded(
                    AttemptEnded(
                        trial: number, run: run, attempt: 0, nonce: 7,
                        outcome: value.map { .succeeded(metrics: [$0]) }
                            ?? .failed(Failure(kind: .crashed, message: "signal 11")),
                        log: "hello\n")),
                .trialEnded(
                    TrialEnded(
                        trial: number, state: value == nil ? .failed : .complete, values: value.map { [$0] } ?? [],
                        failure: value == nil ? Failure(kind: .crashed, message: "signal 11") : nil)),
            ], study: study, time: 2000)
    }

    func create(_ specification: StudySpecification, reply: @escaping EngineReply<StudyRow>) {
        answer("create", reply) { () throws(EngineError) in
            let slug = specification.slug ?? "svm-1"
            guard memory.study(slug: slug) == nil else {
                throw EngineError(.exists, "there is a study named \"\(slug)\" already")
            }
            guard (try? addStudy(slug)) != nil else { throw EngineError(.internalError, "the test's study is wrong") }
            return (memory.lastSequence, try row(slug))
        }
    }

    private func change(_ slug: String, _ state: StudyState, _ reply: @escaping EngineReply<StudyRow>) {
        answer("\(state.name) \(slug)", reply) { () throws(EngineError) in
            let study = try row(slug)
            let sequence = memory.append([.studyStateChanged(state, reason: "asked for")], study: study.id, time: 3000)
            return (sequence, try row(slug))
        }
    }

    func pause(_ slug: String, reply: @escaping EngineReply<StudyRow>) { change(slug, .paused, reply) }
    func stop(_ slug: String, reply: @escaping EngineReply<StudyRow>) { change(slug, .stopped, reply) }

    func resume(_ slug: String, stop: StopRules?, allowsChangedData: Bool, reply: @escaping EngineReply<StudyRow>) {
        if let stop, let study = memory.study(slug: slug) {
            memory.append([.stopRulesChanged(rules: stop.json.text())], study: study.id, time: 3000)
        }
        change(slug, .running, reply)
    }

    func delete(_ slug: String, reply: @escaping EngineReply<Void>) {
        answer("delete \(slug)", reply) { () throws(EngineError) in
            (memory.append([.studyDeleted], study: try row(slug).id, time: 3000), ())
        }
    }

    func enqueue(_ slug: String, values: [String: JSONValue], reply: @escaping EngineReply<EventSequence>) {
        answer("enqueue \(slug)", reply) { () throws(EngineError) in
            let sequence = memory.append([.enqueued(values: [0: .float(1)])], study: try row(slug).id, time: 3000)
            return (sequence, sequence)
        }
    }

    func ask(_ slug: String, reply: @escaping EngineReply<AskedTrial>) {
        answer("ask \(slug)", reply) { () throws(EngineError) in
            let study = try row(slug)
            guard let space = try? Schema(parsing: Self.schema).space else {
                throw EngineError(.internalError, "no space")
            }
            let configuration = Configuration([.float(1), .category(0), nil])
            let asked = TrialAsked(
                trial: study.counts.total, configuration: configuration, origin: .sampler, askedAfter: study.createdBy,
                isExternal: true)
            let sequence = memory.append([.trialAsked(asked)], study: study.id, time: 3000)
            return (
                sequence,
                AskedTrial(
                    number: asked.trial, configuration: configuration, space: space, askedAfter: asked.askedAfter)
            )
        }
    }

    func release(_ plugin: String, reply: @escaping EngineReply<LoadedPlugin>) {
        guard let found = loadedPlugins().first(where: { $0.name == plugin }) else {
            return reply(.failure(EngineError(.notFound, "no plugin named \"\(plugin)\" is loaded")))
        }
        reply(.success(found))
    }

    func report(_ slug: String, trial: Int, _ report: MetricReport, reply: @escaping EngineReply<Bool>) {
        answer("report \(slug)/\(trial) \(report.metric) \(report.step) \(report.value)", reply) { () throws(EngineError) in
            (memory.append([.reported(trial: trial, run: RunKey(fold: 0), report)], study: try row(slug).id, time: 3000), true)
        }
    }

    func artifacts(of study: StudyID, trial: Int) -> [RunFolders.Artifact] {
        [RunFolders.Artifact(run: 0, name: "model.bin", size: 3, path: "/runs/1/0-0/artifacts/model.bin")]
    }

    func tell(_ slug: String, trial: Int, _ result: ToldResult, reply: @escaping EngineReply<TrialRow>) {
        answer("tell \(slug)/\(trial)", reply) { () throws(EngineError) in
            let study = try row(slug)
            guard let before = memory.trial(trial, of: study.id) else {
                throw EngineError(.notFound, "there is no trial \(trial)")
            }
            guard before.state == .running else {
                throw EngineError(.conflict, "trial \(trial) is \(before.state.name) already")
            }
            let ended =
                switch result {
                case .values(let values, let constraints):
                    TrialEnded(trial: trial, state: .complete, values: values, constraints: constraints)
                case .failed(let why):
                    TrialEnded(trial: trial, state: .failed, values: [], failure: Failure(kind: .told, message: why))
                case .pruned:
                    TrialEnded(trial: trial, state: .pruned, values: [], step: nil)
                }
            let sequence = memory.append([.trialEnded(ended)], study: study.id, time: 4000)
            guard let after = memory.trial(trial, of: study.id) else {
                throw EngineError(.notFound, "there is no trial \(trial)")
            }
            return (sequence, after)
        }
    }

    func live(_ slug: String) -> LiveStudy? {
        guard memory.study(slug: slug) != nil else { return nil }
        return LiveStudy(
            explanation: "tree-structured Parzen estimator", running: 1, waiting: 0, enqueued: 0, trialsPerSecond: 2,
            remaining: 3, secondsLeft: 1.5, seconds: 10, best: nil, gridSize: 12)
    }

    // MARK: Plugins and slots

    func loadPlugin(path: String, sidecar: JSONValue?, reply: @escaping EngineReply<LoadedPlugin>) {
        answer("load \(path)\(sidecar.map { " with \($0.text())" } ?? "")", reply) { () throws(EngineError) in
            guard let schema = try? Schema(parsing: Self.schema) else {
                throw EngineError(.plugin, "its schema is wrong")
            }
            let plugin = LoadedPlugin(
                name: "svm", version: "1", buildID: "b", abiMinor: 0, path: path,
                image: PluginImage(hash: "abc", path: "/copy"),
                loadedAt: 5, trainables: [.init(id: "svm", schema: schema, flags: 0)], warnings: [])
            plugins.withLock { $0 = [plugin] }
            return (memory.lastSequence, plugin)
        }
    }

    func unloadPlugin(_ name: String, reply: @escaping EngineReply<LoadedPlugin>) {
        answer("unload \(name)", reply) { () throws(EngineError) in
            let plugin = plugins.withLock { $0.popLast() }
            guard let plugin, plugin.name == name else {
                throw EngineError(.notFound, "no plugin \"\(name)\" is loaded")
            }
            return (memory.lastSequence, plugin)
        }
    }

    func loadedPlugins() -> [LoadedPlugin] { plugins.withLock { $0 } }

    func slotsSnapshot() -> SlotsSnapshot {
        var slots = SlotsSnapshot()
        slots.cpusTotal = 4
        slots.cpusFree = 3
        slots.memoryTotal = 1 << 30
        return slots
    }
}
