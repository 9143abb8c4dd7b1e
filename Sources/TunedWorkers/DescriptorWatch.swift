import CTunedWorker
import Dispatch
import Synchronization

/// Calls a handler on a queue whenever a descriptor has something to read (or room to write).
///
/// Dispatch's own read sources are not used for pipes: when the other end hangs up while a source is cancelled, libdispatch
/// on Linux touches freed memory (swift-corelibs-libdispatch issue 949), and workers that die are what pipes are watched for.
///
/// `@unchecked Sendable`: all but `id` is touched on `queue` only.
final class DescriptorWatch: @unchecked Sendable {
    let descriptor: Int32
    fileprivate let queue: DispatchQueue
    private let isForWriting: Bool
    private let handler: () -> Void
    private var id: UInt64 = 0
    private var isCancelled = false
    private var isPaused = false
    /// Whether it reported and waits to be armed again.
    private var isSpent = false

    /// Begins to watch. Called on `queue`, as all methods and the handler are.
    init(_ descriptor: Int32, forWriting: Bool = false, queue: DispatchQueue, _ handler: @escaping () -> Void) {
        self.descriptor = descriptor
        self.queue = queue
        isForWriting = forWriting
        self.handler = handler
        id = WatchThread.shared.add(self, descriptor, forWriting)
    }

    /// Calls the handler no more, and lets go of it. The descriptor may be closed from now on.
    func cancel() {
        guard !isCancelled else { return }
        isCancelled = true
        WatchThread.shared.remove(id, descriptor)
    }

    /// Calls the handler no more until ``resume()``.
    func pause() { isPaused = true }

    func resume() {
        isPaused = false
        arm()
    }

    fileprivate func fire() {
        isSpent = true
        guard !isCancelled, !isPaused else { return }
        handler()
        arm()
    }

    private func arm() {
        guard isSpent, !isCancelled, !isPaused else { return }
        isSpent = false
        WatchThread.shared.rearm(id, descriptor, isForWriting)
    }
}

/// The thread that waits for all watched descriptors.
private final class WatchThread: Sendable {
    static let shared = WatchThread()

    private struct State {
        var watches: [UInt64: DescriptorWatch] = [:]
        var last: UInt64 = 0
    }
    private let state = Mutex(State())
    private let descriptor: Int32

    private init() {
        descriptor = tuned_watch_create()
        precondition(descriptor >= 0, "the system cannot watch descriptors (epoll)")
        let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { argument in
            guard let argument else { return }
            Unmanaged<WatchThread>.fromOpaque(argument).takeRetainedValue().serve()
        }
        let error = tuned_start_thread("watch", body, Unmanaged.passRetained(self).toOpaque())
        precondition(error == 0, "the system cannot start a thread (error \(error))")
    }

    /// Numbers are never used again, so that a report which is on its way when its watch ends reaches nobody.
    func add(_ watch: DescriptorWatch, _ watched: Int32, _ forWriting: Bool) -> UInt64 {
        let id = state.withLock { state in
            state.last += 1
            state.watches[state.last] = watch
            return state.last
        }
        _ = tuned_watch_add(descriptor, watched, id, forWriting ? 1 : 0)
        return id
    }

    func rearm(_ id: UInt64, _ watched: Int32, _ forWriting: Bool) {
        _ = tuned_watch_rearm(descriptor, watched, id, forWriting ? 1 : 0)
    }

    func remove(_ id: UInt64, _ watched: Int32) {
        tuned_watch_remove(descriptor, watched)
        state.withLock { _ = $0.watches.removeValue(forKey: id) }
    }

    private func serve() {
        var ids = [UInt64](repeating: 0, count: 64)
        while true {
            let count = tuned_watch_wait(descriptor, &ids, Int32(ids.count))
            guard count > 0 else { continue }
            for id in ids[..<Int(count)] {
                guard let watch = state.withLock({ $0.watches[id] }) else { continue }
                watch.queue.async { watch.fire() }
            }
        }
    }
}
