/// The sealed memory in which the folds' rows cross: 32-bit words in the machine's byte order, which is the same on both
/// sides.
///
///     word 0  magic            word 1  number of folds
///     then a fold: offset and count of its training rows, offset and count of its evaluation rows (in words)
///     then the rows
public enum FoldsLayout {
    public static let magic: UInt32 = 0x646C_6F46
    public static let wordsPerFold = 4

    /// Rows of one fold as (train, evaluate).
    public typealias Rows = (train: UnsafeBufferPointer<UInt32>, evaluate: UnsafeBufferPointer<UInt32>)

    /// The words for the given folds.
    public static func words(_ folds: [(train: [UInt32], evaluate: [UInt32])]) -> [UInt32] {
        var words: [UInt32] = [magic, UInt32(folds.count)]
        var offset = 2 + folds.count * wordsPerFold
        words.reserveCapacity(offset + folds.reduce(0) { $0 + $1.train.count + $1.evaluate.count })
        for fold in folds {
            for rows in [fold.train, fold.evaluate] {
                words.append(UInt32(offset))
                words.append(UInt32(rows.count))
                offset += rows.count
            }
        }
        for fold in folds {
            words.append(contentsOf: fold.train)
            words.append(contentsOf: fold.evaluate)
        }
        return words
    }

    /// The folds within `memory`, which must outlive them; nil where the words do not fit the layout.
    public static func folds(in memory: UnsafeBufferPointer<UInt32>) -> [Rows]? {
        guard memory.count >= 2, memory[0] == magic else { return nil }
        let count = Int(memory[1])
        guard count <= (memory.count - 2) / wordsPerFold else { return nil }
        var folds: [Rows] = []
        for fold in 0..<count {
            let header = 2 + fold * wordsPerFold
            guard let train = part(at: header, of: memory), let evaluate = part(at: header + 2, of: memory) else {
                return nil
            }
            folds.append((train, evaluate))
        }
        return folds
    }

    private static func part(
        at header: Int, of memory: UnsafeBufferPointer<UInt32>
    ) -> UnsafeBufferPointer<UInt32>? {
        let start = Int(memory[header])
        let count = Int(memory[header + 1])
        guard start + count <= memory.count else { return nil }
        return UnsafeBufferPointer(rebasing: memory[start..<start + count])
    }
}
