import CTunedWorker
import Dispatch
import Glibc
import TunedSpace
import TunedWire

/// How a worker's process ended, and what it left behind.
struct WorkerExit: Sendable {
    var exit: tuned_exit
    /// `TUNED_PHASE_…` at the end.
    var phase: UInt32
    var crash: tuned_crash
    /// The first thing that it sent against the protocol; then it was killed for that.
    var violation: String?
    /// It closed its end of the control channel and went on; then it was killed for that.
    var hungUp: Bool
    /// The system killed for want of memory while it lived.
    var ranOutOfMemory: Bool
    /// Its log's last bytes.
    var log: String
}

/// The daemon's side of one worker: frames both ways, its log, and its end. Everything happens on one serial queue.
///
/// The process is watched through its pidfd: its pipes say nothing of its end, since a child that a plugin forked may hold
/// them open.
///
/// `@unchecked Sendable`: guarded by `queue`, on which all methods are called and all handlers run.
final class WorkerLink: @unchecked Sendable {
    let process: WorkerProcess
    let queue: DispatchQueue
    var log: AttemptLog
    private let onMessage: (FromWorker) -> Void
    private let onExit: (WorkerExit) -> Void

    /// Nil before it begins and after the end: a watch and its link hold each other.
    private var outputWatch: DescriptorWatch?
    private var logWatch: DescriptorWatch?
    private var exitWatch: DescriptorWatch?
    private var inputWatch: DescriptorWatch?

    private var parser = FrameParser()
    private var writer = BinaryWriter(reserving: 512)
    private var unsent: ArraySlice<UInt8> = []
    private var violation: String?
    private var hungUp = false
    private var isLogThrottled = false
    private let logBurst: Int
    private(set) var hasEnded = false

    private static let chunk = 64 << 10
    private static let hangUpGrace = DispatchTimeInterval.milliseconds(200)
    /// Bytes of log that are read in a turn once its burst is spent.
    private static let throttledChunk = 256 << 10

    /// Begins to watch. The handlers are called on `queue`, on which this is called too; `onExit` comes last.
    init(
        _ process: WorkerProcess, queue: DispatchQueue, logBytes: Int, logBurst: Int,
        onMessage: @escaping (FromWorker) -> Void, onExit: @escaping (WorkerExit) -> Void
    ) {
        self.process = process
        self.queue = queue
        log = AttemptLog(limit: logBytes)
        self.logBurst = logBurst
        self.onMessage = onMessage
        self.onExit = onExit
        // The watches keep this object alive until the process has ended.
        outputWatch = DescriptorWatch(process.output, queue: queue) { self.readOutput() }
        logWatch = DescriptorWatch(process.log, queue: queue) { self.readLog() }
        exitWatch = DescriptorWatch(process.pidfd, queue: queue) { self.processEnded() }
    }

    // MARK: Sending

    func send(_ message: ToWorker) {
        guard !hasEnded else { return }
        writer.removeAll()
        message.frame(into: &writer)
        guard unsent.isEmpty else {
            unsent.append(contentsOf: writer.bytes)
            return
        }
        let sent = writer.bytes.withUnsafeBytes { write(process.input, $0.baseAddress, $0.count) }
        guard sent != writer.bytes.count else { return }
        // An error other than a full pipe is the worker's end, which the pidfd tells of.
        guard sent >= 0 || errno == EAGAIN else { return }
        unsent = writer.bytes[max(0, sent)...]
        sendRestWhenPossible()
    }

    private func sendRestWhenPossible() {
        inputWatch = DescriptorWatch(process.input, forWriting: true, queue: queue) { self.sendRest() }
    }

    private func sendRest() {
        let sent = unsent.withUnsafeBytes { write(process.input, $0.baseAddress, $0.count) }
        if sent > 0 { unsent = unsent.dropFirst(sent) }
        guard unsent.isEmpty || (sent < 0 && errno != EAGAIN) else { return }
        unsent = []
        inputWatch?.cancel()
        inputWatch = nil
    }

    // MARK: Receiving

    private func readOutput() {
        withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { room in
            let count = read(process.output, room.baseAddress, room.count)
            if count > 0 {
                take(UnsafeRawBufferPointer(rebasing: room[..<count]))
            } else if count == 0 {
                outputWatch?.cancel()
                outputWatch = nil
                // A process that ends closes its descriptors a moment before the pidfd tells.
                queue.asyncAfter(deadline: .now() + Self.hangUpGrace) { self.endHungUp() }
            }
        }
    }

    /// It closed the channel without ending: no result can come any more.
    private func endHungUp() {
        guard !hasEnded else { return }
        hungUp = true
        process.signalGroup(SIGKILL)
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        parser.append(bytes)
        do {
            while violation == nil, let payload = try parser.next() { onMessage(try FromWorker(payload: payload)) }
        } catch {
            violate("\(error)")
        }
    }

    /// Notes that the worker sent what it may not, and kills it.
    func violate(_ what: String) {
        guard violation == nil, !hasEnded else { return }
        violation = what
        process.signalGroup(SIGKILL)
    }

    // MARK: The log

    /// Reads what is there now, so that a log is whole when its attempt ends.
    func completeLog() {
        if !hasEnded { readLog(atMost: Self.throttledChunk) }
    }

    private func readLog() {
        if log.total > logBurst, !isLogThrottled {
            // A flood: from now on it is read at the pace of ``tick()``, and who prints waits in between.
            isLogThrottled = true
            logWatch?.pause()
            return
        }
        readLog(atMost: Self.chunk)
    }

    /// To be called every few milliseconds while an attempt runs.
    func tick() {
        if isLogThrottled { readLog(atMost: Self.throttledChunk) }
    }

    /// Begins the log of a new attempt.
    func resetLog() {
        log.reset()
        guard isLogThrottled else { return }
        isLogThrottled = false
        logWatch?.resume()
    }

    private func readLog(atMost limit: Int) {
        var total = 0
        withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { room in
            while total < limit {
                let count = read(process.log, room.baseAddress, room.count)
                guard count > 0 else {
                    // Nothing is left that could print; without this the watch would call for ever.
                    if count == 0 {
                        logWatch?.cancel()
                        logWatch = nil
                    }
                    return
                }
                total += count
                log.append(UnsafeRawBufferPointer(rebasing: room[..<count]))
                if count < room.count { return }
            }
        }
    }

    // MARK: The end

    func signal(_ signal: Int32) {
        if !hasEnded { process.signalGroup(signal) }
    }

    private func processEnded() {
        guard !hasEnded else { return }
        // Its children in its group go first: its number is taken by nobody else as long as it is not reaped.
        process.signalGroup(SIGKILL)
        let exit = tuned_reap(process.pidfd)
        guard exit.reaped != 0 else { return }
        // What it sent before it ended still counts: a result that is written is a result.
        drainOutput()
        completeLog()
        hasEnded = true
        release()
        let ranOutOfMemory = exit.signal == SIGKILL && process.ranOutOfMemory
        process.endLeftovers()
        onExit(
            WorkerExit(
                exit: exit, phase: tuned_page_phase(process.page), crash: tuned_page_crash(process.page),
                violation: violation, hungUp: hungUp,
                ranOutOfMemory: ranOutOfMemory, log: log.text))
    }

    private func drainOutput() {
        withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { room in
            while violation == nil {
                let count = read(process.output, room.baseAddress, room.count)
                guard count > 0 else { return }
                take(UnsafeRawBufferPointer(rebasing: room[..<count]))
            }
        }
    }

    private func release() {
        for watch in [outputWatch, logWatch, exitWatch, inputWatch] { watch?.cancel() }
        (outputWatch, logWatch, exitWatch, inputWatch) = (nil, nil, nil, nil)
        for descriptor in [process.output, process.log, process.pidfd, process.input] { close(descriptor) }
    }
}
