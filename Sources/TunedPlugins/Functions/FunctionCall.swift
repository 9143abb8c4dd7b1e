@preconcurrency import CFFI

/// A call that is prepared once and made many times: the function's types, a slot of eight bytes for each argument, and room for the
/// result. Belongs to one thread at a time.
final class FunctionCall {
    private let interface: CallInterface
    private let code: @convention(c) () -> Void
    private let slots: UnsafeMutableRawPointer
    private let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private let result: UnsafeMutableRawPointer

    private static let slotSize = 8
    /// libffi widens narrow integers to eight bytes.
    private static let resultSize = 16

    /// - Parameter symbol: what dlsym found.
    init(_ symbol: UnsafeMutableRawPointer, _ signature: CSignature) throws(PluginError) {
        interface = try CallInterface(returns: signature.returns, arguments: signature.arguments.map(\.type))
        code = unsafeBitCast(symbol, to: (@convention(c) () -> Void).self)
        let count = max(1, signature.arguments.count)
        slots = .allocate(byteCount: count * Self.slotSize, alignment: 16)
        slots.initializeMemory(as: UInt8.self, repeating: 0, count: count * Self.slotSize)
        addresses = .allocate(capacity: count)
        for index in 0..<count { (addresses + index).initialize(to: slots + index * Self.slotSize) }
        result = .allocate(byteCount: Self.resultSize, alignment: 16)
        result.initializeMemory(as: UInt8.self, repeating: 0, count: Self.resultSize)
    }

    deinit {
        slots.deallocate()
        addresses.deallocate()
        result.deallocate()
    }

    /// Where the value of an argument is put before the call.
    func slot(_ argument: Int) -> UnsafeMutableRawPointer { slots + argument * Self.slotSize }

    func setPointer(_ pointer: UnsafeRawPointer?, argument: Int) {
        slot(argument).storeBytes(of: pointer, as: UnsafeRawPointer?.self)
    }

    /// Calls the function and returns where its result lies. On these little-endian machines the low bytes of a widened integer are the
    /// narrow one.
    func make() -> UnsafeRawPointer {
        ffi_call(interface.cif, code, result, addresses)
        return UnsafeRawPointer(result)
    }
}
