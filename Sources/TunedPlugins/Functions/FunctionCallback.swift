@preconcurrency import CFFI
import Synchronization

/// A C function pointer that a plain function is given and calls, on any thread, to report or to ask whether to stop.
///
/// Never freed: a thread of the function may hold on to the pointer after its run. It is then told to stop, and reaches nothing else.
final class FunctionCallback: Sendable {
    enum Action: Sendable {
        case report(metric: UInt32, step: CScalar, value: CScalar)
        case shouldStop
    }

    private let action: Action
    private let hasResult: Bool
    /// `nonisolated(unsafe)`: not changed after init, and what it leads to may be used on any thread.
    nonisolated(unsafe) private let sink: HostSink
    /// Whether its run is under way.
    private let isOpen = Atomic(false)
    private let saidStop = Atomic(false)
    /// What the function is given. `nonisolated(unsafe)`: set once, before anybody else sees the callback.
    nonisolated(unsafe) private(set) var code: UnsafeRawPointer?

    init(_ action: Action, returns: CType, arguments: [CType], sink: HostSink) throws(PluginError) {
        self.action = action
        self.sink = sink
        hasResult = returns != .void
        let interface = try CallInterface(returns: returns, arguments: arguments)
        var code: UnsafeMutableRawPointer?
        guard let closure = ffi_closure_alloc(MemoryLayout<ffi_closure>.size, &code), let code else {
            throw PluginError(.create, "libffi has no memory for a callback")
        }
        let status = ffi_prep_closure_loc(
            closure.assumingMemoryBound(to: ffi_closure.self), interface.cif, answerCallback, Unmanaged.passRetained(self).toOpaque(), code)
        guard status == FFI_OK else {
            throw PluginError(.create, "libffi cannot make a callback (ffi_prep_closure_loc returned \(status.rawValue))")
        }
        _ = Unmanaged.passRetained(interface)
        self.code = UnsafeRawPointer(code)
    }

    func open() {
        saidStop.store(false, ordering: .relaxed)
        isOpen.store(true, ordering: .releasing)
    }

    /// Returns whether the function was told to stop since the callback was opened.
    func close() -> Bool {
        isOpen.store(false, ordering: .sequentiallyConsistent)
        return saidStop.load(ordering: .relaxed)
    }

    fileprivate func answer(_ result: UnsafeMutableRawPointer?, _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) {
        var stop = true
        if isOpen.load(ordering: .acquiring) {
            if case .report(let metric, let step, let value) = action, let arguments, let first = arguments[0], let second = arguments[1] {
                sink.report(metric, step: step.integer(at: first), value: value.number(at: second))
            }
            stop = sink.isToldToStop
            if stop { saidStop.store(true, ordering: .relaxed) }
        }
        // An integer of any width is returned widened.
        if hasResult { result?.storeBytes(of: stop ? 1 : 0, as: UInt64.self) }
    }
}

private func answerCallback(
    _: UnsafeMutablePointer<ffi_cif>?, _ result: UnsafeMutableRawPointer?,
    _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ callback: UnsafeMutableRawPointer?
) {
    guard let callback else { return }
    Unmanaged<FunctionCallback>.fromOpaque(callback)._withUnsafeGuaranteedRef { $0.answer(result, arguments) }
}

/// The callbacks of one argument, used in turn: a thread that goes on after its run then holds one that is closed, not that of the
/// next run.
struct FunctionCallbackRing {
    private static let count = 16

    let argument: Int
    private let callbacks: [FunctionCallback]

    init(
        argument: Int, _ action: FunctionCallback.Action, returns: CType, arguments: [CType], sink: HostSink
    ) throws(PluginError) {
        self.argument = argument
        var callbacks: [FunctionCallback] = []
        for _ in 0..<Self.count {
            callbacks.append(try FunctionCallback(action, returns: returns, arguments: arguments, sink: sink))
        }
        self.callbacks = callbacks
    }

    func callback(ofRun run: Int) -> FunctionCallback { callbacks[run % Self.count] }
}
