import TunedSpace

/// A trial's objective values as the `objectives` column has them: eight bytes each, low byte first.
enum TrialValues {
    static func encode(_ values: [Double]) -> [UInt8] {
        var writer = BinaryWriter(reserving: 8 * values.count)
        for value in values { writer.write(value) }
        return writer.bytes
    }

    /// Bytes past the last whole value are left out.
    static func decode(_ bytes: [UInt8]) -> [Double] {
        var reader = BinaryReader(bytes)
        return (0..<bytes.count / 8).compactMap { _ in try? reader.readDouble() }
    }
}
