/// The XXH64 hash of bytes that come piece by piece, with seed 0 (Collet, XXH64 in the xxHash specification,
/// <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>). It finds damage, not forgery: there is no key and no proof against
/// an attacker.
struct XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
    private static let stripe = 32

    private var lanes = (prime1 &+ prime2, prime2, 0 as UInt64, 0 &- prime1)
    private var length: UInt64 = 0
    /// The beginning of a stripe that is not whole yet.
    private var rest: [UInt8] = []

    init() { rest.reserveCapacity(Self.stripe) }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard var from = bytes.baseAddress else { return }
        let end = from + bytes.count
        length &+= UInt64(bytes.count)
        if !rest.isEmpty {
            let taken = min(Self.stripe - rest.count, end - from)
            rest.append(contentsOf: UnsafeRawBufferPointer(start: from, count: taken))
            from += taken
            guard rest.count == Self.stripe else { return }
            let whole = rest
            whole.withUnsafeBytes { if let start = $0.baseAddress { _ = takeStripes(from: start, to: start + Self.stripe) } }
            rest.removeAll(keepingCapacity: true)
        }
        from = takeStripes(from: from, to: end)
        rest.append(contentsOf: UnsafeRawBufferPointer(start: from, count: end - from))
    }

    /// Takes all whole stripes, and returns where they end.
    private mutating func takeStripes(from start: UnsafeRawPointer, to end: UnsafeRawPointer) -> UnsafeRawPointer {
        var from = start
        var (a, b, c, d) = lanes
        while end - from >= Self.stripe {
            a = Self.round(a, Self.word(from))
            b = Self.round(b, Self.word(from + 8))
            c = Self.round(c, Self.word(from + 16))
            d = Self.round(d, Self.word(from + 24))
            from += Self.stripe
        }
        lanes = (a, b, c, d)
        return from
    }

    /// Of all bytes so far.
    var value: UInt64 {
        var hash = Self.prime5
        if length >= UInt64(Self.stripe) {
            let (a, b, c, d) = lanes
            hash = Self.rotated(a, 1) &+ Self.rotated(b, 7) &+ Self.rotated(c, 12) &+ Self.rotated(d, 18)
            for lane in [a, b, c, d] { hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4 }
        }
        hash &+= length
        rest.withUnsafeBytes { rest in
            var position = 0
            while rest.count - position >= 8 {
                let word = UInt64(littleEndian: rest.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                hash = Self.rotated(hash ^ Self.round(0, word), 27) &* Self.prime1 &+ Self.prime4
                position += 8
            }
            if rest.count - position >= 4 {
                let word = UInt32(littleEndian: rest.loadUnaligned(fromByteOffset: position, as: UInt32.self))
                hash = Self.rotated(hash ^ (UInt64(word) &* Self.prime1), 23) &* Self.prime2 &+ Self.prime3
                position += 4
            }
            for byte in rest[position...] { hash = Self.rotated(hash ^ (UInt64(byte) &* Self.prime5), 11) &* Self.prime1 }
        }
        hash = (hash ^ (hash >> 33)) &* Self.prime2
        hash = (hash ^ (hash >> 29)) &* Self.prime3
        return hash ^ (hash >> 32)
    }

    @inline(__always) private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 { rotated(lane &+ word &* prime2, 31) &* prime1 }

    @inline(__always) private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { (word &<< count) | (word &>> (64 &- count)) }

    @inline(__always) private static func word(_ place: UnsafeRawPointer) -> UInt64 { UInt64(littleEndian: place.loadUnaligned(as: UInt64.self)) }
}
