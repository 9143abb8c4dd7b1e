@preconcurrency import CFFI

/// libffi's description of a function's types, with the memory that it points into.
final class CallInterface {
    let cif: UnsafeMutablePointer<ffi_cif>
    private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>

    init(returns: CType, arguments: [CType]) throws(PluginError) {
        cif = .allocate(capacity: 1)
        cif.initialize(to: ffi_cif())
        types = .allocate(capacity: max(1, arguments.count))
        types.initialize(repeating: nil, count: max(1, arguments.count))
        for (index, type) in arguments.enumerated() { types[index] = type.foreign }
        let status = ffi_prep_cif(cif, cffi_default_abi(), UInt32(arguments.count), returns.foreign, types)
        guard status == FFI_OK else {
            throw PluginError(.malformed, "libffi does not know how to call a function of these types (ffi_prep_cif returned \(status.rawValue))")
        }
    }

    deinit {
        cif.deallocate()
        types.deallocate()
    }
}

extension CType {
    fileprivate var foreign: UnsafeMutablePointer<ffi_type> {
        switch self {
        case .void: cffi_void()
        case .text, .pointer, .function: cffi_pointer()
        case .scalar(let scalar): scalar.foreign
        }
    }
}

extension CScalar {
    fileprivate var foreign: UnsafeMutablePointer<ffi_type> {
        switch self {
        case .boolean, .unsigned8: cffi_uint8()
        case .signed8: cffi_sint8()
        case .signed16: cffi_sint16()
        case .unsigned16: cffi_uint16()
        case .signed32: cffi_sint32()
        case .unsigned32: cffi_uint32()
        case .signed64: cffi_sint64()
        case .unsigned64: cffi_uint64()
        case .float: cffi_float()
        case .double: cffi_double()
        }
    }
}

/// Numbers in memory by their C type. Integers that the type does not hold lose their high bits.
extension CScalar {
    func store(_ value: Int64, at place: UnsafeMutableRawPointer) {
        switch self {
        case .boolean, .signed8, .unsigned8: place.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        case .signed16, .unsigned16: place.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        case .signed32, .unsigned32: place.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
        case .signed64, .unsigned64: place.storeBytes(of: value, as: Int64.self)
        case .float: place.storeBytes(of: Float(value), as: Float.self)
        case .double: place.storeBytes(of: Double(value), as: Double.self)
        }
    }

    /// Of an integer type: the nearest whole number that it has.
    func store(_ value: Double, at place: UnsafeMutableRawPointer) {
        switch self {
        case .float: place.storeBytes(of: Float(value), as: Float.self)
        case .double: place.storeBytes(of: value, as: Double.self)
        case .boolean: store(Int64(value == 0 ? 0 : 1), at: place)
        case .signed8: store(Int64(Self.nearest(value, Int8.self)), at: place)
        case .unsigned8: store(Int64(Self.nearest(value, UInt8.self)), at: place)
        case .signed16: store(Int64(Self.nearest(value, Int16.self)), at: place)
        case .unsigned16: store(Int64(Self.nearest(value, UInt16.self)), at: place)
        case .signed32: store(Int64(Self.nearest(value, Int32.self)), at: place)
        case .unsigned32: store(Int64(Self.nearest(value, UInt32.self)), at: place)
        case .signed64: store(Self.nearest(value, Int64.self), at: place)
        case .unsigned64: store(Int64(bitPattern: Self.nearest(value, UInt64.self)), at: place)
        }
    }

    private static func nearest<Number: FixedWidthInteger>(_ value: Double, _: Number.Type) -> Number {
        Number(exactly: value.rounded()) ?? (value > 0 ? .max : .min)
    }

    func number(at place: UnsafeRawPointer) -> Double {
        switch self {
        case .float: Double(place.load(as: Float.self))
        case .double: place.load(as: Double.self)
        case .unsigned64: Double(place.load(as: UInt64.self))
        default: Double(integer(at: place))
        }
    }

    /// Of an integer type; a UInt64 past Int64 is its largest.
    func integer(at place: UnsafeRawPointer) -> Int64 {
        switch self {
        case .boolean, .unsigned8: Int64(place.load(as: UInt8.self))
        case .signed8: Int64(place.load(as: Int8.self))
        case .signed16: Int64(place.load(as: Int16.self))
        case .unsigned16: Int64(place.load(as: UInt16.self))
        case .signed32: Int64(place.load(as: Int32.self))
        case .unsigned32: Int64(place.load(as: UInt32.self))
        case .signed64: place.load(as: Int64.self)
        case .unsigned64: Int64(clamping: place.load(as: UInt64.self))
        case .float, .double: Int64(exactly: number(at: place).rounded(.towardZero)) ?? 0
        }
    }
}
