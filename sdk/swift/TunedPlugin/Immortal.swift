// Constants that live as long as the process, as the tables of a plugin do.

func immortal<Value>(_ value: Value) -> UnsafePointer<Value> {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    memory.initialize(to: value)
    return UnsafePointer(memory)
}

/// The elements of a list, one behind the other.
func immortal<Value>(list: [Value]) -> UnsafePointer<Value> {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: max(1, list.count))
    for index in list.indices { (memory + index).initialize(to: list[index]) }
    return UnsafePointer(memory)
}

/// A text, ended by a zero byte.
func immortal(_ text: String) -> UnsafePointer<CChar> {
    text.withCString { bytes in
        let count = text.utf8.count + 1
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: count)
        memory.initialize(from: bytes, count: count)
        return UnsafePointer(memory)
    }
}
