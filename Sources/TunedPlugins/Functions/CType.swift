/// A C number by its size and kind, whatever name it was declared by. On the machines that tuned runs on, `long` and
/// pointers have 64 bits, `int` 32, `short` 16.
package enum CScalar: Hashable, Sendable, CaseIterable {
    case boolean
    case signed8, unsigned8, signed16, unsigned16, signed32, unsigned32, signed64, unsigned64
    case float, double

    var isFloating: Bool { self == .float || self == .double }

    /// Not a floating type and not bool.
    var isInteger: Bool { !isFloating && self != .boolean }

    /// Whether the integer is one of the type's values, exactly.
    func holds(_ value: Int64) -> Bool {
        switch self {
        case .boolean: value == 0 || value == 1
        case .signed8: Int8(exactly: value) != nil
        case .unsigned8: UInt8(exactly: value) != nil
        case .signed16: Int16(exactly: value) != nil
        case .unsigned16: UInt16(exactly: value) != nil
        case .signed32: Int32(exactly: value) != nil
        case .unsigned32: UInt32(exactly: value) != nil
        case .signed64: true
        case .unsigned64: value >= 0
        // The widths of the significands.
        case .float: value.magnitude <= 1 << 24
        case .double: value.magnitude <= 1 << 53
        }
    }
}

/// A type of a function's argument or result.
package indirect enum CType: Hashable, Sendable {
    case void
    case scalar(CScalar)
    /// `const char *`
    case text
    /// A pointer to numbers.
    case pointer(CScalar, isConstant: Bool)
    /// A pointer to a function.
    case function(returns: CType, arguments: [CType])
}

/// An argument as it was declared.
package struct CArgument: Hashable, Sendable {
    /// `a1`, `a2`, … by its place, where the declaration names none.
    package var name: String
    package var type: CType
    /// The type as it was written, for messages.
    package var spelling: String
}

/// What a declaration of a C function says.
package struct CSignature: Hashable, Sendable {
    package var name: String
    package var returns: CType
    /// The result's type as it was written.
    package var returnSpelling: String
    package var arguments: [CArgument]
}
