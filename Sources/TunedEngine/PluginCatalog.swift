import Dispatch
import Synchronization
public import TunedPlugins
public import TunedRecords
public import TunedSpace
import TunedWire
public import TunedWorkers

/// The plugins that were loaded, by name. Loading one again replaces it; studies under way are told.
public final class PluginCatalog: Sendable {
    public typealias Completion<Value> = @Sendable (Result<Value, EngineError>) -> Void

    private struct State {
        var plugins: [String: LoadedPlugin] = [:]
        /// Also those that were replaced, as long as the daemon runs: attempts of the past name them.
        var byHash: [String: LoadedPlugin] = [:]
        var replaced: (@Sendable (LoadedPlugin) -> Void)?
        var quarantined: (@Sendable (LoadedPlugin) -> Void)?
    }

    private let store: PluginStore
    private let probe: PluginProbe
    private let file: String
    private let clock: any TimeSource
    private let queue = DispatchQueue(label: "tuned.plugins")
    private let state = Mutex(State())
    private let crashes: CrashCounter

    /// Reads the list that an earlier daemon left in `directory`.
    ///
    /// - Parameter quarantineAfter: attempts in a row that crash before a plugin is not run any more; 0: any number.
    public init(
        directory: String, store: PluginStore, probe: PluginProbe, clock: any TimeSource, quarantineAfter: Int = 20
    ) throws(EngineError) {
        crashes = CrashCounter(limit: quarantineAfter)
        self.store = store
        self.probe = probe
        self.clock = clock
        file = "\(directory)/plugins.json"
        let bytes: [UInt8]
        do throws(DurableFile.Problem) {
            bytes = try DurableFile.read(file, limit: 64 << 20)
        } catch {
            if error.code == 2 { return }
            throw EngineError(.plugin, "the list of loaded plugins cannot be read: \(error.message)")
        }
        guard let json = try? JSONValue(parsing: bytes), case .array(let items) = json else {
            throw EngineError(.plugin, "\(file) is damaged; move it away and load the plugins again")
        }
        for item in items {
            guard let plugin = LoadedPlugin(json: item, image: store.image(hash:)) else { continue }
            state.withLock {
                $0.plugins[plugin.name] = plugin
                $0.byHash[plugin.image.hash] = plugin
            }
        }
    }

    public func list() -> [LoadedPlugin] {
        state.withLock { $0.plugins.values.sorted { $0.name < $1.name } }
    }

    public func plugin(_ name: String) -> LoadedPlugin? { state.withLock { $0.plugins[name] } }

    func loaded(hash: String) -> LoadedPlugin? { state.withLock { $0.byHash[hash] } }

    /// The private copy of a file with this hash, loaded now or earlier.
    func image(hash: String) -> PluginImage? { store.image(hash: hash) }

    /// What `tuned check` found of a plugin; nil where it was not checked as it is. Reads the disk.
    func checkRecord(of plugin: LoadedPlugin) -> CheckRecord? { CheckRecord.read(hash: plugin.image.hash, in: store) }

    /// Whether a trainable may run where a study's trials do. Reads the disk.
    func mayRun(_ plugin: LoadedPlugin, _ trainable: String, _ isolation: Isolation) -> Bool {
        isolation == .worker || checkRecord(of: plugin)?.isFit(trainable: trainable) ?? false
    }

    /// Called when a plugin that was loaded is loaded again.
    func onReplacement(_ body: @escaping @Sendable (LoadedPlugin) -> Void) { state.withLock { $0.replaced = body } }

    /// Called when a plugin has crashed too often in a row.
    func onQuarantine(_ body: @escaping @Sendable (LoadedPlugin) -> Void) { state.withLock { $0.quarantined = body } }

    /// Takes the end of an attempt of the plugin with this hash. Any thread.
    ///
    /// - Returns: the plugin where this was one crash too many. Its other studies are told too.
    @discardableResult
    func note(_ outcome: AttemptOutcome, of hash: String) -> LoadedPlugin? {
        guard let (count, last) = crashes.count(outcome, of: hash) else { return nil }
        let quarantine = Quarantine(crashes: count, last: last, since: clock.wallMilliseconds())
        let (plugin, notify) = state.withLock { state -> (LoadedPlugin?, (@Sendable (LoadedPlugin) -> Void)?) in
            guard let name = state.byHash[hash]?.name else { return (nil, nil) }
            state.byHash[hash]?.quarantine = quarantine
            if state.plugins[name]?.image.hash == hash { state.plugins[name]?.quarantine = quarantine }
            return (state.byHash[hash], state.quarantined)
        }
        guard let plugin else { return nil }
        notify?(plugin)
        // In force also where it cannot be saved: it is about this daemon's workers first.
        queue.async { [self] in try? save() }
        return plugin
    }

    /// Lets a plugin run again as it is.
    public func release(_ name: String, reply: @escaping Completion<LoadedPlugin>) {
        queue.async { [self] in
            let (plugin, notify) = state.withLock { state -> (LoadedPlugin?, (@Sendable (LoadedPlugin) -> Void)?) in
                guard let hash = state.plugins[name]?.image.hash else { return (nil, nil) }
                state.plugins[name]?.quarantine = nil
                state.byHash[hash]?.quarantine = nil
                return (state.plugins[name], state.replaced)
            }
            guard let plugin else { return reply(.failure(unknown(name))) }
            crashes.forget(plugin.image.hash)
            do throws(EngineError) {
                try save()
            } catch {
                return reply(.failure(error))
            }
            notify?(plugin)
            reply(.success(plugin))
        }
    }

    /// Copies the file, runs it once in a process of its own to see what it offers, and keeps that.
    ///
    /// - Parameter sidecar: what goes with the library, an object: declarations of plain functions, or what the plugin itself reads.
    public func load(path: String, sidecar: JSONValue?, reply: @escaping Completion<LoadedPlugin>) {
        queue.async { [self] in
            let stored: StoredPlugin
            do throws(PluginError) {
                stored = try store.add(path, sidecar: sidecar.map { Array($0.text().utf8) })
            } catch {
                return reply(.failure(EngineError(error)))
            }
            probe.probe(stored.image, on: queue) { [self] result in
                switch result {
                case .failure(let error): reply(.failure(EngineError(error, naming: stored.source, insteadOf: stored.image.path)))
                case .success(let description):
                    reply(Result { () throws(EngineError) -> LoadedPlugin in try adopt(stored, description) })
                }
            }
        }
    }

    private func adopt(_ stored: StoredPlugin, _ description: PluginDescription) throws(EngineError) -> LoadedPlugin {
        do throws(SpecificationError) {
            try StudySpecification.check(slug: description.id)
        } catch {
            throw EngineError(.plugin, "the plugin's id \"\(description.id.prefix(80))\" is no name: use 1 to 64 of a-z, 0-9, dot, dash and underscore")
        }
        var trainables: [LoadedPlugin.Trainable] = []
        for trainable in description.trainables {
            do throws(SpaceError) {
                let schema = try Schema(parsing: trainable.schemaJSON)
                trainables.append(LoadedPlugin.Trainable(id: trainable.id, schema: schema, flags: trainable.flags))
            } catch {
                throw EngineError(
                    .plugin,
                    "the schema of trainable \"\(trainable.id)\" of \(stored.source) is wrong"
                        + (error.path.isEmpty ? "" : " at \(error.path)") + ": \(error.message)")
            }
        }
        if let quarantine = state.withLock({ $0.byHash[stored.image.hash]?.quarantine }) {
            throw EngineError(.plugin, "\(stored.source) has not changed since it was put in quarantine: " + quarantine.text(of: description.id))
        }
        let plugin = LoadedPlugin(
            name: description.id, version: description.version,
            buildID: description.build.isEmpty ? stored.buildID : description.build, abiMinor: Int(description.abiMinor),
            path: stored.source, image: stored.image, loadedAt: clock.wallMilliseconds(), trainables: trainables,
            warnings: stored.warnings)
        let (earlier, notify) = state.withLock { state in
            let earlier = state.plugins.updateValue(plugin, forKey: plugin.name)
            state.byHash[plugin.image.hash] = plugin
            return (earlier, state.replaced)
        }
        do throws(EngineError) {
            try save()
        } catch {
            state.withLock { $0.plugins[plugin.name] = earlier }
            throw error
        }
        // Also with the same content: it may have been checked meanwhile.
        if earlier != nil { notify?(plugin) }
        return plugin
    }

    /// Takes a plugin off the list. Its copy stays as long as a study may need it.
    public func unload(_ name: String, reply: @escaping Completion<LoadedPlugin>) {
        queue.async { [self] in
            guard let plugin = state.withLock({ $0.plugins.removeValue(forKey: name) }) else {
                return reply(.failure(unknown(name)))
            }
            do throws(EngineError) {
                try save()
                reply(.success(plugin))
            } catch {
                state.withLock { $0.plugins[name] = plugin }
                reply(.failure(error))
            }
        }
    }

    func unknown(_ name: String) -> EngineError {
        let names = list().map(\.name)
        let hint = nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
        return EngineError(
            .notFound,
            "no plugin named \"\(name)\" is loaded\(hint) "
                + (names.isEmpty ? "None is: load one with `tuned load FILE.so`" : "Loaded: \(names.joined(separator: ", "))"))
    }

    private func save() throws(EngineError) {
        let text = JSONValue.array(list().map(\.json)).text()
        do throws(DurableFile.Problem) {
            try DurableFile.write(Array(text.utf8), to: file)
        } catch {
            throw EngineError(.storage, "the list of plugins was not saved: \(error.message)")
        }
    }
}

extension EngineError {
    init(_ error: PluginError) {
        let code: Code =
            switch error.code {
            case .storage: .storage
            case .create: .data
            default: .plugin
            }
        self.init(code, error.message, underlying: error.detail)
    }

    /// The same with a file called as the person calls it, not as the daemon's private copy.
    init(_ error: PluginError, naming name: String, insteadOf copy: String) {
        self.init(error)
        message = message.replacing(copy, with: name)
        underlying = underlying.replacing(copy, with: name)
    }
}
