import Glibc
import TunedRecords
import TunedSpace

/// What one stage of a test leaves for the next, in a file of their workspace.
enum CheckFile {
    private static let limit = 1 << 30

    static func write(_ checkpoint: SavedCheckpoint, to path: String) {
        write(to: path) { writer in
            writer.writeVarint(checkpoint.step)
            writer.writeVarint(checkpoint.reports)
            writer.write(checkpoint.bytes)
        }
    }

    static func checkpoint(in path: String) -> SavedCheckpoint? {
        read(path) { reader throws(BinaryCodingError) in
            SavedCheckpoint(step: try reader.readInteger(), bytes: [], reports: try reader.readInt()).with(try reader.readBytes())
        }
    }

    /// Metrics, curve and the places of the checkpoints of several runs.
    static func write(_ outcomes: [CheckOutcome], to path: String) {
        write(to: path) { writer in
            writer.writeVarint(outcomes.count)
            for outcome in outcomes {
                writer.write(outcome.budget)
                writer.writeVarint(Int64(outcome.code))
                writer.writeVarint(outcome.metrics.count)
                for metric in outcome.metrics {
                    writer.write(metric != nil)
                    writer.write(metric ?? 0)
                }
                writer.writeVarint(outcome.reports.count)
                for point in outcome.reports {
                    writer.writeVarint(UInt64(point.metric))
                    writer.writeVarint(point.step)
                    writer.write(point.value)
                }
                writer.writeVarint(outcome.checkpoints.count)
                for checkpoint in outcome.checkpoints {
                    writer.writeVarint(checkpoint.step)
                    writer.writeVarint(checkpoint.reports)
                }
            }
        }
    }

    static func outcomes(in path: String) -> [CheckOutcome]? {
        read(path) { reader throws(BinaryCodingError) in
            var outcomes: [CheckOutcome] = []
            for _ in 0..<(try reader.readInt()) { outcomes.append(try outcome(&reader)) }
            return outcomes
        }
    }

    private static func outcome(_ reader: inout BinaryReader) throws(BinaryCodingError) -> CheckOutcome {
        var outcome = CheckOutcome()
        outcome.budget = try reader.readDouble()
        outcome.code = Int32(truncatingIfNeeded: try reader.readInteger())
        for _ in 0..<(try reader.readInt()) {
            let isGiven = try reader.readBool()
            let value = try reader.readDouble()
            outcome.metrics.append(isGiven ? value : nil)
        }
        for _ in 0..<(try reader.readInt()) {
            outcome.reports.append(
                CurvePoint(
                    metric: UInt32(truncatingIfNeeded: try reader.readUnsigned()), step: try reader.readInteger(),
                    bits: try reader.readDouble().bitPattern))
        }
        for _ in 0..<(try reader.readInt()) {
            outcome.checkpoints.append(
                SavedCheckpoint(step: try reader.readInteger(), bytes: [], reports: try reader.readInt()))
        }
        return outcome
    }

    /// Whole or not at all: the process may be killed at any moment.
    private static func write(to path: String, _ body: (inout BinaryWriter) -> Void) {
        var writer = BinaryWriter()
        body(&writer)
        let temporary = "\(path).new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        let isWritten = writer.bytes.withUnsafeBytes { Files.write($0, to: file) }
        close(file)
        if isWritten { rename(temporary, path) }
    }

    private static func read<Value>(
        _ path: String, _ body: (inout BinaryReader) throws(BinaryCodingError) -> Value
    ) -> Value? {
        guard let bytes = Files.bytes(of: path, limit: limit) else { return nil }
        var reader = BinaryReader(bytes)
        return try? body(&reader)
    }
}

extension SavedCheckpoint {
    fileprivate func with(_ bytes: ArraySlice<UInt8>) -> SavedCheckpoint {
        SavedCheckpoint(step: step, bytes: Array(bytes), reports: reports)
    }
}
