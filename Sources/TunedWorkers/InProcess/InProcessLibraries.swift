import Dispatch
import Synchronization
import TunedPlugins
import TunedRecords
import TunedWire

/// The libraries that were loaded into this process, each once and for good.
///
/// `@unchecked Sendable`: `loaded` is touched on `queue` only.
final class InProcessLibraries: @unchecked Sendable {
    /// Loading runs the constructors of a library, one library at a time.
    private let queue = DispatchQueue(label: "tuned.inprocess.load")
    private var loaded: [String: InProcessLibrary] = [:]

    func library(of image: PluginImage) throws(Failure) -> InProcessLibrary {
        let result: Result<InProcessLibrary, Failure> = queue.sync {
            if let known = loaded[image.hash] { return .success(known) }
            do throws(PluginError) {
                let library = InProcessLibrary(try loadPluginCode(path: image.path), hash: image.hash)
                loaded[image.hash] = library
                return .success(library)
            } catch {
                return .failure(Failure(kind: .load, message: error.message, detail: error.detail))
            }
        }
        return try result.get()
    }
}

/// One library, and the queue of what in it may not run beside other code of it.
///
/// `@unchecked Sendable`: constant but for the plugin's own state, which calls on `serial` and on instances' own queues
/// guard as the plugin's flags ask.
final class InProcessLibrary: @unchecked Sendable {
    private let code: any PluginCode
    /// Calls into trainables that say nothing of threads: one at a time in the whole library.
    private let serial: DispatchQueue

    /// TUNED_THREAD_SAFE of plugin.h.
    private static let threadSafe: UInt32 = 1

    init(_ code: any PluginCode, hash: String) {
        self.code = code
        serial = DispatchQueue(label: "tuned.inprocess.\(hash.prefix(12))")
    }

    func isThreadSafe(_ trainable: String) -> Bool {
        code.plugin.trainables.contains { $0.id == trainable && $0.flags & Self.threadSafe != 0 }
    }

    /// Makes an instance: calls the trainable's create.
    func instance(_ key: InProcessKey, logBytes: Int) throws(Failure) -> InProcessInstance {
        // An instance of a slot is called on the slot's queue only; its own queue then costs next to nothing.
        let queue = key.slot == nil ? serial : DispatchQueue(label: "tuned.inprocess.instance")
        let result: Result<InProcessInstance, Failure> = queue.sync {
            do throws(Failure) {
                return .success(try InProcessInstance(key, code, queue: queue, logBytes: logBytes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// What an instance was made for: it serves attempts that need exactly this.
struct InProcessKey: Sendable {
    let blueprint: WorkerBlueprint
    /// Its slot's queue; nil where it serves all slots.
    let slot: DispatchQueue?

    init(_ blueprint: WorkerBlueprint, slot: SlotGrant?) {
        self.blueprint = blueprint
        self.slot = slot?.queue
    }

    func serves(_ other: InProcessKey) -> Bool { slot === other.slot && blueprint.opensAs(other.blueprint) }

    /// Whether the other is the same with a rebuilt plugin.
    func isReplaced(by other: InProcessKey) -> Bool {
        slot === other.slot && blueprint.plugin != other.blueprint.plugin
            && blueprint.opensAs(other.blueprint, regardlessOfPlugin: true)
    }
}
