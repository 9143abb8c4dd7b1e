import TunedRecords
import TunedSpace

extension FoldPlan {
    /// Rows, number of folds, and for each fold the evaluated rows; all others train. Where that is not so, after a 0 in place of the
    /// number of rows: for each fold the evaluated rows and those that train.
    var encoded: [UInt8] {
        var writer = BinaryWriter(reserving: rows * 3 + 16)
        let areWhole = folds.allSatisfy { $0.train.count + $0.evaluate.count == rows }
        if !areWhole { writer.writeVarint(UInt64(0)) }
        writer.writeVarint(UInt64(rows))
        writer.writeVarint(UInt64(folds.count))
        for fold in folds {
            Self.encode(fold.evaluate, into: &writer)
            if !areWhole { Self.encode(fold.train, into: &writer) }
        }
        return writer.bytes
    }

    /// Each row as its distance to the one before.
    private static func encode(_ rows: [UInt32], into writer: inout BinaryWriter) {
        writer.writeVarint(UInt64(rows.count))
        var last: UInt32 = 0
        for row in rows {
            writer.writeVarint(UInt64(row - last))
            last = row
        }
    }

    /// Reads what ``encoded`` wrote.
    static func decode(_ bytes: [UInt8]) throws(BinaryCodingError) -> FoldPlan {
        var reader = BinaryReader(bytes)
        var rows = try reader.readUnsigned()
        let areWhole = rows != 0
        if !areWhole { rows = try reader.readUnsigned() }
        let count = try reader.readUnsigned()
        guard rows <= UInt64(UInt32.max), count <= 1000 else { throw .invalid(offset: 0, what: "\(rows) rows in \(count) folds") }
        var folds: [Fold] = []
        for _ in 0..<count {
            let evaluate = try decodeRows(of: rows, from: &reader)
            let train: [UInt32]
            if areWhole {
                var isEvaluated = [Bool](repeating: false, count: Int(rows))
                for row in evaluate { isEvaluated[Int(row)] = true }
                train = (0..<UInt32(rows)).filter { !isEvaluated[Int($0)] }
            } else {
                train = try decodeRows(of: rows, from: &reader)
            }
            folds.append(Fold(train: train, evaluate: evaluate))
        }
        return FoldPlan(folds: folds, rows: Int(rows))
    }

    private static func decodeRows(of rows: UInt64, from reader: inout BinaryReader) throws(BinaryCodingError) -> [UInt32] {
        let size = try reader.readUnsigned()
        guard size <= rows else { throw .invalid(offset: 0, what: "a fold of \(size) rows out of \(rows)") }
        var found: [UInt32] = []
        var row: UInt64 = 0
        for _ in 0..<size {
            let (next, overflow) = row.addingReportingOverflow(try reader.readUnsigned())
            guard !overflow, next < rows else { throw .invalid(offset: 0, what: "row \(next) out of \(rows)") }
            row = next
            found.append(UInt32(row))
        }
        return found
    }
}
