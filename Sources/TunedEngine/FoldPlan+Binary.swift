import TunedRecords
import TunedSpace

extension FoldPlan {
    /// Rows, number of folds, and for each fold the evaluated rows; the others train.
    var encoded: [UInt8] {
        var writer = BinaryWriter(reserving: rows * 3 + 16)
        writer.writeVarint(UInt64(rows))
        writer.writeVarint(UInt64(folds.count))
        for fold in folds {
            writer.writeVarint(UInt64(fold.evaluate.count))
            var last: UInt32 = 0
            for row in fold.evaluate {
                writer.writeVarint(UInt64(row - last))
                last = row
            }
        }
        return writer.bytes
    }

    /// Reads what ``encoded`` wrote.
    static func decode(_ bytes: [UInt8]) throws(BinaryCodingError) -> FoldPlan {
        var reader = BinaryReader(bytes)
        let rows = try reader.readUnsigned()
        let count = try reader.readUnsigned()
        guard rows <= UInt64(UInt32.max), count <= 1000 else { throw .invalid(offset: 0, what: "\(rows) rows in \(count) folds") }
        var folds: [Fold] = []
        for _ in 0..<count {
            let size = try reader.readUnsigned()
            guard size <= rows else { throw .invalid(offset: 0, what: "a fold of \(size) rows out of \(rows)") }
            var isEvaluated = [Bool](repeating: false, count: Int(rows))
            var row: UInt64 = 0
            for _ in 0..<size {
                let (next, overflow) = row.addingReportingOverflow(try reader.readUnsigned())
                guard !overflow, next < rows else { throw .invalid(offset: 0, what: "row \(next) out of \(rows)") }
                row = next
                isEvaluated[Int(row)] = true
            }
            folds.append(
                Fold(
                    train: (0..<UInt32(rows)).filter { !isEvaluated[Int($0)] },
                    evaluate: (0..<UInt32(rows)).filter { isEvaluated[Int($0)] }))
        }
        return FoldPlan(folds: folds, rows: Int(rows))
    }
}
