import Crypto
import TunedRecords
import TunedSpace

/// Private copies of data files, named by their content, and the plans that divide their rows. A study reads its own copy, so
/// that nothing changes under it.
final class DataStore: Sendable {
    /// Larger files belong into a plugin's own loader.
    static let sizeLimit = 16 << 30

    private let directory: String

    init(directory: String) throws(EngineError) {
        self.directory = directory
        do throws(DurableFile.Problem) {
            try DurableFile.makeDirectory(directory)
        } catch {
            throw EngineError(.storage, error.message)
        }
    }

    struct Copy {
        /// Absolute path.
        var path: String
        /// SHA-256 of the original, in hexadecimal.
        var digest: String
        var testRows: Int
    }

    /// Copies a file; where `test` is above 0, without that fraction of its records.
    func add(_ origin: String, split: SplitSpecification?, target: String?) throws(EngineError) -> Copy {
        guard origin.hasPrefix("/") else {
            throw EngineError(.invalid, "the data path \"\(origin)\" is not absolute", path: "data")
        }
        let bytes: [UInt8]
        do throws(DurableFile.Problem) {
            bytes = try DurableFile.read(origin, limit: Self.sizeLimit)
        } catch {
            throw EngineError(.data, "the data cannot be read: \(error.message)", path: "data")
        }
        guard !bytes.isEmpty else { throw EngineError(.data, "the data file \(origin) is empty", path: "data") }
        let digest = Self.digest(bytes)
        guard let split, split.test > 0 else {
            return Copy(path: try keep(bytes, as: digest), digest: digest, testRows: 0)
        }
        do throws(RecordFile.Problem) {
            let file = try RecordFile(bytes)
            var labels: [Int32]?
            if split.method != .plain, let target, let column = file.column(target) {
                labels = try file.classes(inColumn: column)
            }
            let test = FoldPlanner(rows: file.records.count, labels: labels, seed: split.seed ^ Self.testSalt).sample(fraction: split.test)
            guard !test.isEmpty, test.count < file.records.count else {
                throw RecordFile.Problem(message: "a test fraction of \(split.test) of \(file.records.count) records leaves one side empty")
            }
            let rest = file.without(Set(test))
            return Copy(path: try keepChecked(rest), digest: digest, testRows: test.count)
        } catch {
            throw EngineError(.data, "\(origin): \(error.message)", path: "split.test")
        }
    }

    /// Keeps the choice of test rows apart from that of folds, which has the same seed.
    private static let testSalt: UInt64 = 0x7E57_7E57_7E57_7E57

    private func keepChecked(_ bytes: [UInt8]) throws(RecordFile.Problem) -> String {
        do {
            return try keep(bytes, as: Self.digest(bytes))
        } catch {
            throw RecordFile.Problem(message: error.message)
        }
    }

    /// Keeps a plan and returns its digest.
    func keep(_ plan: FoldPlan) throws(EngineError) -> String {
        let bytes = plan.encoded
        let digest = Self.digest(bytes)
        _ = try keep(bytes, as: digest)
        return digest
    }

    func plan(_ digest: String) throws(EngineError) -> FoldPlan {
        let path = "\(directory)/\(digest)"
        do throws(DurableFile.Problem) {
            let bytes = try DurableFile.read(path, limit: 1 << 32)
            guard Self.digest(bytes) == digest, let plan = try? FoldPlan.decode(bytes) else {
                throw DurableFile.Problem(message: "\(path) is damaged: its content does not match its name", code: 0)
            }
            return plan
        } catch {
            throw EngineError(.data, "the folds of the study are lost: \(error.message)")
        }
    }

    private func keep(_ bytes: [UInt8], as digest: String) throws(EngineError) -> String {
        let path = "\(directory)/\(digest)"
        do throws(DurableFile.Problem) {
            if let kept = try? DurableFile.read(path, limit: Self.sizeLimit), kept == bytes { return path }
            try DurableFile.write(bytes, to: path, mode: 0o400)
        } catch {
            throw EngineError(.storage, "the data was not copied: \(error.message)")
        }
        return path
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".unicodeScalars)
        var text = ""
        for byte in SHA256.hash(data: bytes) {
            text.unicodeScalars.append(digits[Int(byte >> 4)])
            text.unicodeScalars.append(digits[Int(byte & 15)])
        }
        return text
    }
}
