// A trainable in Swift that traps in the ways in which Swift does, on demand: parameter `how` selects it.
import Glibc


private let schema = strdup("""
    {"id": "trap", "parameters": [
        {"name": "how", "type": "categorical", "choices": ["ok", "fatal", "index", "nil", "overflow"], "default": "ok"}],
     "metrics": [{"name": "value", "goal": "minimize"}]}
    """)

private func evaluate(_ instance: UnsafeMutableRawPointer?, _ trial: UnsafePointer<tuned_trial>?) -> Int32 {
    guard let trial, let host = trial.pointee.host else { return TUNED_FAILED }
    let how = Int(tuned_i64(trial, 0))
    let nothing: Int? = how == 3 ? nil : 1
    let few = [1, 2, 3]
    switch how {
    case 1: fatalError("the loss has left the building")
    case 2: return Int32(few[how + 7])
    case 3: return Int32(nothing!)
    case 4: return Int32(Int32.max - 1 + Int32(how))
    default: return host.pointee.objective(trial, 0, 0.5)
    }
}

/// A table that lives as long as the process. `nonisolated(unsafe)`: nobody writes to it after it is made.
private func table<Value>(_ value: Value) -> UnsafePointer<Value> {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    memory.initialize(to: value)
    return UnsafePointer(memory)
}

nonisolated(unsafe) private let trainable = table(
    tuned_trainable(
        size: UInt32(MemoryLayout<tuned_trainable>.size), flags: 0, id: strdup("trap"), schema_json: schema, create: nil, train: nil,
        evaluate: evaluate, destroy: nil, extension: nil))

nonisolated(unsafe) private let plugin = table(
    tuned_plugin(
        size: UInt32(MemoryLayout<tuned_plugin>.size), abi_minor: UInt32(TUNED_ABI_MINOR), id: strdup("trap"), version: strdup("1.0.0"),
        build: strdup(""), trainable_count: 1, reserved: 0, trainable: { $0 == 0 ? trainable : nil }, extension: nil))

@c(tuned_plugin_v1) public func entry(_ host: UnsafePointer<tuned_host>) -> UnsafePointer<tuned_plugin> { plugin }
