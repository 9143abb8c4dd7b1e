import CTunedWorker
import Glibc
import TunedPlugins
import TunedRecords
import TunedWire

/// Puts into words how a worker's process died: from its exit, the record of its signal handler, and what it printed last.
struct CrashReport {
    private let exit: WorkerExit
    /// RLIMIT_DATA of the process in bytes; 0: none.
    private let memory: UInt64
    /// The library that it ran, whose symbols name the functions in it.
    private let plugin: String

    init(_ exit: WorkerExit, memory: UInt64, plugin: String) {
        self.exit = exit
        self.memory = memory
        self.plugin = plugin
    }

    var failure: Failure {
        if let violation = exit.violation {
            return Failure(
                kind: .protocol, message: "the worker sent what the protocol does not allow, and was ended",
                detail: violation)
        }
        if exit.crash.kind == UInt32(TUNED_CRASH_THREAD_EXIT) {
            return Failure(kind: .exited, message: "the plugin ended its thread (pthread_exit) \(inPhase)")
        }
        if exit.hungUp {
            return Failure(
                kind: .exited, message: "the plugin closed file descriptors that are not its own \(inPhase)",
                detail: "the control channel was closed")
        }
        return exit.exit.signal == 0 ? exited : signalled
    }

    private var exited: Failure {
        switch exit.exit.status {
        case WorkerExitStatus.channelLost:
            Failure(
                kind: .exited, message: "the plugin closed file descriptors that are not its own \(inPhase)",
                detail: "the worker could not answer")
        case -1: Failure(kind: .lost, message: "the worker's process is gone, and how it ended is not known")
        case let status:
            Failure(kind: .exited, message: "the plugin ended the process with status \(status) \(inPhase)")
        }
    }

    private var signalled: Failure {
        let signal = exit.exit.signal
        if let exception = uncaughtException {
            let isOutOfMemory = exception.type == "std::bad_alloc" && memory > 0
            let message = exception.text.isEmpty ? exception.type : "\(exception.type): \(exception.text)"
            return Failure(
                kind: isOutOfMemory ? .memory : .crashed, message: "uncaught C++ exception \(message)", detail: place)
        }
        if let trap = swiftTrap { return Failure(kind: .crashed, message: trap, detail: place) }
        if signal == SIGKILL {
            guard exit.ranOutOfMemory else {
                return Failure(kind: .crashed, message: "the worker was killed from outside (SIGKILL) \(inPhase)")
            }
            return Failure(
                kind: .memory, message: "killed by the system \(inPhase): out of memory",
                detail: "the kernel's out-of-memory killer ran while it did")
        }
        let name = SignalName.text(signal)
        if isStackOverflow {
            return Failure(kind: .crashed, message: "stack overflow (\(name)) \(inPhase)", detail: place)
        }
        let hint =
            signal == SIGSEGV && !hasRecord
            ? "no place was recorded: possibly a stack overflow on a thread of the plugin's" : place
        return Failure(kind: .crashed, message: "crashed with \(name) \(inPhase)", detail: hint)
    }

    private var hasRecord: Bool { exit.crash.kind == UInt32(TUNED_CRASH_SIGNAL) }

    private var inPhase: String {
        switch exit.phase {
        case UInt32(TUNED_PHASE_STARTING): "while the worker started"
        case UInt32(TUNED_PHASE_LOADING): "while it was loaded"
        case UInt32(TUNED_PHASE_CREATING): "in create"
        case UInt32(TUNED_PHASE_TRAINING): "in train"
        case UInt32(TUNED_PHASE_EVALUATING): "in evaluate"
        default: "between runs"
        }
    }

    /// `at address 0x0 in plugin.so+0x1139, thread 4711`, as much of it as is known.
    private var place: String {
        guard hasRecord else { return "" }
        let crash = exit.crash
        var parts: [String] = []
        let module = Self.text(crash.module)
        if module.isEmpty {
            parts.append("at 0x\(String(crash.pc, radix: 16))")
        } else {
            parts.append("in \(location(module, crash.offset))")
        }
        let caller = Self.text(crash.caller)
        if !caller.isEmpty { parts.append("called from \(location(caller, crash.caller_offset, isReturn: true))") }
        if crash.signal == SIGSEGV || crash.signal == SIGBUS {
            parts.append("touching address 0x\(String(crash.address, radix: 16))")
        }
        parts.append("thread \(crash.thread)")
        return parts.joined(separator: ", ")
    }

    /// `plugin+0x1139 (train+0x19)`, the function where the plugin's file has symbols. Where a call that does not return is a
    /// function's last instruction, its return address lies in the next function: what counts is the byte before.
    private func location(_ module: String, _ offset: UInt64, isReturn: Bool = false) -> String {
        let place = "\(module)+0x\(String(offset, radix: 16))"
        let instruction = isReturn ? offset &- 1 : offset
        guard module == "plugin", let function = ElfSymbols.name(of: instruction, in: plugin) else { return place }
        return "\(place) (\(function))"
    }

    /// The touched address lies within a guard page of the stack pointer.
    private var isStackOverflow: Bool {
        guard hasRecord, exit.exit.signal == SIGSEGV, exit.crash.stack != 0 else { return false }
        let distance = Int64(bitPattern: exit.crash.address &- exit.crash.stack)
        return abs(distance) < 64 << 10
    }

    /// What libstdc++ and libc++ print before they abort.
    private var uncaughtException: (type: String, text: String)? {
        guard exit.exit.signal == SIGABRT else { return nil }
        let lines = exit.log.split(separator: "\n")
        let openings = ["terminate called after throwing an instance of", "terminating due to uncaught exception of type"]
        guard let index = lines.lastIndex(where: { line in openings.contains(where: line.contains) }) else { return nil }
        let line = lines[index]
        if let quote = line.firstIndex(of: "'") {
            let type = line[line.index(after: quote)...].prefix { $0 != "'" }
            let what = lines[(index + 1)...].first { $0.contains("what():") }
            let text = what.flatMap { line in line.firstRange(of: "what():").map { line[$0.upperBound...] } }
            return (String(type), text.map { Self.trimmed($0) } ?? "")
        }
        // What a plugin prints may look like the runtime's words and be cut off anywhere.
        return line.firstRange(of: "of type").map { (Self.trimmed(line[$0.upperBound...]), "") }
    }

    private var swiftTrap: String? {
        guard exit.exit.signal == SIGILL || exit.exit.signal == SIGTRAP else { return nil }
        guard let line = exit.log.split(separator: "\n").last(where: { $0.contains("Fatal error") }) else { return nil }
        return "Swift trap: \(line.prefix(500))"
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.prefix(500))
    }

    /// A text of at most 256 bytes from memory that the worker could write to.
    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
