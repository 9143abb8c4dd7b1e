package import TunedEngine
package import TunedRecords
package import TunedSlots
package import TunedSpace

package typealias EngineReply<Value> = @Sendable (Result<Value, EngineError>) -> Void

/// What the service asks of the engine. Replies come on queues of the engine's own, once what they acknowledge is durable.
package protocol EngineFacade: AnyObject, Sendable {
    var store: any EventStore { get }

    func create(_ specification: StudySpecification, reply: @escaping EngineReply<StudyRow>)
    func pause(_ slug: String, reply: @escaping EngineReply<StudyRow>)
    func resume(_ slug: String, stop: StopRules?, allowsChangedData: Bool, reply: @escaping EngineReply<StudyRow>)
    func stop(_ slug: String, reply: @escaping EngineReply<StudyRow>)
    func delete(_ slug: String, reply: @escaping EngineReply<Void>)
    func enqueue(_ slug: String, values: [String: JSONValue], reply: @escaping EngineReply<EventSequence>)
    func changeSpace(_ slug: String, _ request: SpaceRequest, reply: @escaping EngineReply<ChangedSpace>)
    func ask(_ slug: String, reply: @escaping EngineReply<AskedTrial>)
    func tell(_ slug: String, trial: Int, _ result: ToldResult, reply: @escaping EngineReply<TrialRow>)
    /// Whether the trial should end.
    func report(_ slug: String, trial: Int, _ report: MetricReport, reply: @escaping EngineReply<Bool>)
    /// Replies when the use of the test rows has begun.
    func finalize(_ slug: String, _ request: FinalRequest, reply: @escaping EngineReply<StudyRow>)
    /// Replies when the replay has begun.
    func replay(_ slug: String, trial: Int, usesCurrentPlugin: Bool, reply: @escaping EngineReply<ReplayBegun>)
    /// Where the final run of a use keeps its files.
    func finalFolder(of study: StudyID, use: Int) -> String
    /// Reads the disk.
    func artifacts(of study: StudyID, trial: Int) -> [RunFolders.Artifact]
    /// nil where the study is not active.
    func live(_ slug: String) -> LiveStudy?

    /// `sidecar` is an object.
    func loadPlugin(path: String, sidecar: JSONValue?, reply: @escaping EngineReply<LoadedPlugin>)
    func unloadPlugin(_ name: String, reply: @escaping EngineReply<LoadedPlugin>)
    func release(_ plugin: String, reply: @escaping EngineReply<LoadedPlugin>)
    func loadedPlugins() -> [LoadedPlugin]

    func slotsSnapshot() -> SlotsSnapshot
}

extension Engine: EngineFacade {
    package func loadPlugin(path: String, sidecar: JSONValue?, reply: @escaping EngineReply<LoadedPlugin>) {
        plugins.load(path: path, sidecar: sidecar, reply: reply)
    }

    package func unloadPlugin(_ name: String, reply: @escaping EngineReply<LoadedPlugin>) {
        plugins.unload(name, reply: reply)
    }

    package func loadedPlugins() -> [LoadedPlugin] { plugins.list() }

    package func slotsSnapshot() -> SlotsSnapshot { slots.snapshot() }
}
