import TunedTestSupport

/// Makes inputs out of good ones: each a function of a seed and its number alone, so that any can be made again by itself.
package struct Mutator: Sendable {
    private let seed: UInt64
    private let samples: [[UInt8]]
    /// Pieces that mean something in the input's language.
    private let words: [[UInt8]]

    package init(seed: UInt64, samples: [[UInt8]], words: [String] = []) {
        self.seed = seed
        self.samples = samples
        self.words = words.map { Array($0.utf8) }
    }

    package func input(_ number: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ number)
        var bytes = samples[random.below(samples.count)]
        // One in sixteen is no relative of a good input.
        if random.below(16) == 0 {
            bytes = (0..<random.below(512)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        for _ in 0...random.below(6) { mutate(&bytes, &random) }
        return bytes
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let at = random.below(bytes.count + 1)
        switch random.below(9) {
        case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8(random.below(8))
        case 1 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 2 where at < bytes.count: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][random.below(5)]
        case 3: bytes.removeSubrange(at..<min(bytes.count, at + random.below(32)))
        case 4: bytes.insert(contentsOf: (0..<random.below(16)).map { _ in UInt8(truncatingIfNeeded: random.next()) }, at: at)
        case 5:
            // A piece again, elsewhere.
            let end = min(bytes.count, at + random.below(64))
            bytes.insert(contentsOf: Array(bytes[at..<end]), at: random.below(bytes.count + 1))
        case 6 where !words.isEmpty: bytes.insert(contentsOf: words[random.below(words.count)], at: at)
        case 7 where !words.isEmpty:
            let word = words[random.below(words.count)]
            bytes.replaceSubrange(at..<min(bytes.count, at + word.count), with: word)
        case 8:
            let other = samples[random.below(samples.count)]
            let from = random.below(other.count + 1)
            bytes = Array(bytes[..<at]) + other[from...]
        default: bytes.append(UInt8(truncatingIfNeeded: random.next()))
        }
        if bytes.count > 8192 { bytes.removeSubrange(8192...) }
    }
}
