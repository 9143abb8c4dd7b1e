/// The Sobol sequence (I. M. Sobol 1967) with the direction numbers of Joe and Kuo 2008, scrambled: points that fill the unit cube more
/// evenly than independent ones, of which any prefix of 2^k points is balanced.
///
/// Scrambling is Owen's nested uniform one (A. B. Owen 1995), by a hash in place of his random permutations (S. Laine and T. Karras
/// 2011; B. Burley 2020: Practical hash-based Owen scrambling). Any point is computed by itself.
public struct SobolSequence: Sendable {
    public static let maximumDimensions = SobolDirections.polynomials.count + 1
    private static let bits = 32

    public let dimensions: Int
    /// `bits` direction numbers a dimension.
    private let directions: [UInt32]
    private let seeds: [UInt32]

    /// - Parameter dimensions: 1 to ``maximumDimensions``.
    public init(dimensions: Int, seed: UInt64) {
        precondition((1...Self.maximumDimensions).contains(dimensions))
        self.dimensions = dimensions
        var random = CounterRandom(seed: seed, trial: 0, stream: 0x50B0_1000)
        seeds = (0..<dimensions).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        var directions: [UInt32] = []
        directions.reserveCapacity(dimensions * Self.bits)
        // The first dimension is van der Corput's sequence.
        for bit in 0..<Self.bits { directions.append(1 << UInt32(Self.bits - 1 - bit)) }
        var next = 0
        for dimension in 1..<max(dimensions, 1) {
            let polynomial = UInt32(SobolDirections.polynomials[dimension - 1])
            let degree = 31 - polynomial.leadingZeroBitCount
            directions += Self.directions(polynomial, degree, SobolDirections.initials[next..<next + degree])
            next += degree
        }
        self.directions = directions
    }

    /// The same points, scrambled otherwise.
    public init(_ sequence: SobolSequence, seed: UInt64) {
        dimensions = sequence.dimensions
        directions = sequence.directions
        var random = CounterRandom(seed: seed, trial: 0, stream: 0x50B0_1000)
        seeds = (0..<dimensions).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    }

    /// Joe and Kuo 2008, equation (2), on numbers shifted to the top of the word.
    private static func directions(_ polynomial: UInt32, _ degree: Int, _ initials: ArraySlice<UInt16>) -> [UInt32] {
        var v = [UInt32](repeating: 0, count: bits)
        for (bit, initial) in initials.enumerated() { v[bit] = UInt32(initial) << UInt32(bits - 1 - bit) }
        for bit in degree..<bits {
            v[bit] = v[bit - degree] ^ (v[bit - degree] >> UInt32(degree))
            for power in 1..<max(degree, 1) where polynomial >> UInt32(degree - power) & 1 == 1 { v[bit] ^= v[bit - power] }
        }
        return v
    }

    /// The point at a position, from 0 on; each coordinate in (0, 1).
    public func point(_ index: UInt32) -> [Double] {
        (0..<dimensions).map { dimension in
            var (value, rest, bit) = (UInt32(0), index, dimension * Self.bits)
            while rest != 0 {
                if rest & 1 == 1 { value ^= directions[bit] }
                rest >>= 1
                bit += 1
            }
            return (Double(Self.scramble(value, seeds[dimension])) + 0.5) * 0x1p-32
        }
    }

    /// Another order of the points: any 2^k successive positions from a multiple of 2^k on go to positions of that kind, so that prefixes
    /// stay balanced (Burley 2020, section 3.2: shuffled scrambled Sobol).
    static func shuffled(_ index: UInt32, _ seed: UInt32) -> UInt32 { scramble(index, seed) }

    /// A permutation in which each bit depends on the higher ones alone; Burley 2020, listing 3 with its constants.
    private static func scramble(_ value: UInt32, _ seed: UInt32) -> UInt32 {
        var x = reversed(value)
        x &+= seed
        x ^= x &* 0x6C50_B47C
        x ^= x &* 0xB82F_1E52
        x ^= x &* 0xC7AF_E638
        x ^= x &* 0x8D22_F6E6
        return reversed(x)
    }

    private static func reversed(_ value: UInt32) -> UInt32 {
        var x = value.byteSwapped
        x = (x >> 4) & 0x0F0F_0F0F | (x & 0x0F0F_0F0F) << 4
        x = (x >> 2) & 0x3333_3333 | (x & 0x3333_3333) << 2
        return (x >> 1) & 0x5555_5555 | (x & 0x5555_5555) << 1
    }
}
