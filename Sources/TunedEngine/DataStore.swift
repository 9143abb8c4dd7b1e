import Crypto
import TunedRecords
import TunedSpace

/// Private copies of data files, named by their content, and the plans that divide their rows. A study reads its own copy, so
/// that nothing changes under it. Test rows are kept in a folder of their own, which no plugin is given a path of before a study is finalized.
final class DataStore: Sendable {
    /// Larger files belong into a plugin's own loader.
    static let sizeLimit = 16 << 30

    private let directory: String
    private let held: String

    /// - Parameter held: folder of the test rows; nil: beside `directory`.
    init(directory: String, held: String? = nil) throws(EngineError) {
        self.directory = directory
        self.held = held ?? "\(directory).held"
        do throws(DurableFile.Problem) {
            try DurableFile.makeDirectory(self.directory)
            try DurableFile.makeDirectory(self.held)
        } catch {
            throw EngineError(.storage, error.message)
        }
    }

    struct Copy {
        /// Absolute path.
        var path: String
        /// SHA-256 of the original, in hexadecimal.
        var digest: String
        /// Records in the copy; nil where they were not counted.
        var rows: Int?
        var testRows: Int
        /// SHA-256 of the file of the test rows; nil where they could not be taken out of the file, or there are none.
        var held: String?
        /// Groups or times of the rows in the copy, where a column was named for them.
        var groups: [Int32]?
        var times: [Int64]?
    }

    /// Copies a file; where `test` is above 0 and the file is one of a record a line, without that fraction of its records.
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
        guard let split, split.test > 0 || split.column != nil else {
            return Copy(path: try keep(bytes, as: digest), digest: digest, testRows: 0)
        }
        let file: RecordFile
        do throws(RecordFile.Problem) {
            file = try RecordFile(bytes)
        } catch {
            if split.column != nil { throw EngineError(.data, "\(origin): \(error.message)", path: "split.column") }
            // What is no file of one record a line cannot be cut; the indices of its test rows are kept back instead.
            return Copy(path: try keep(bytes, as: digest), digest: digest, testRows: 0)
        }
        do throws(RecordFile.Problem) {
            return try divide(file, of: bytes, digest, split, target)
        } catch {
            throw EngineError(.data, "\(origin): \(error.message)", path: split.column == nil ? "split.test" : "split")
        }
    }

    private func divide(
        _ file: RecordFile, of bytes: [UInt8], _ digest: String, _ split: SplitSpecification, _ target: String?
    ) throws(RecordFile.Problem) -> Copy {
        let kind = try kind(of: file, split, target)
        var aside = FoldPlan.Fold(train: Array(0..<UInt32(file.records.count)), evaluate: [])
        if split.test > 0 {
            do throws(FoldPlanner.Problem) {
                aside = try FoldPlanner(rows: file.records.count, kind: kind, seed: 0).setAside(split)
            } catch {
                throw RecordFile.Problem(message: error.message)
            }
        }
        let left = aside.train.map(Int.init)
        do throws(EngineError) {
            let rest = aside.evaluate.isEmpty ? bytes : file.only(Set(aside.train))
            var copy = Copy(
                path: try keep(rest, as: Self.digest(rest)), digest: digest, rows: left.count, testRows: aside.evaluate.count)
            if !aside.evaluate.isEmpty { copy.held = try keep(file.only(Set(aside.evaluate)), in: held) }
            switch kind {
            case .grouped(let groups, _): copy.groups = left.map { groups[$0] }
            case .forward(let times): copy.times = left.map { times[$0] }
            case .plain, .stratified: break
            }
            return copy
        } catch {
            throw RecordFile.Problem(message: error.message)
        }
    }

    /// By which the host divides a file that no plugin has read yet.
    private func kind(of file: RecordFile, _ split: SplitSpecification, _ target: String?) throws(RecordFile.Problem) -> FoldPlanner.Kind {
        var labels: [Int32]?
        if let target, let column = file.column(target), split.method != .plain { labels = try file.classes(inColumn: column) }
        switch split.method {
        case .plain: return .plain
        case nil, .stratified: return labels.map { .stratified($0) } ?? .plain
        case .grouped: return .grouped(try file.classes(inColumn: try column(split, of: file, "groups")), labels: nil)
        case .stratifiedGroups: return .grouped(try file.classes(inColumn: try column(split, of: file, "groups")), labels: labels)
        case .time: return .forward(try file.times(inColumn: try column(split, of: file, "times")))
        }
    }

    private func column(_ split: SplitSpecification, of file: RecordFile, _ what: String) throws(RecordFile.Problem) -> Int {
        guard let name = split.column else {
            throw RecordFile.Problem(
                message: "test rows are taken out before a plugin reads the file, so say which column holds the \(what): split: {column: NAME}")
        }
        guard let column = file.column(name) else {
            let names = file.columns
            let hint = nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
            throw RecordFile.Problem(message: "there is no column \"\(name)\"\(hint) There are: \(names.prefix(30).joined(separator: ", "))")
        }
        return column
    }

    // MARK: Plans

    /// Keeps a plan and returns its digest.
    func keep(_ plan: FoldPlan) throws(EngineError) -> String {
        let bytes = plan.encoded
        let digest = Self.digest(bytes)
        _ = try keep(bytes, as: digest)
        return digest
    }

    /// Keeps a plan that names test rows.
    func keepHeld(_ plan: FoldPlan) throws(EngineError) -> String { try keep(plan.encoded, in: held) }

    func plan(_ digest: String) throws(EngineError) -> FoldPlan { try plan(digest, in: directory) }

    func heldPlan(_ digest: String) throws(EngineError) -> FoldPlan { try plan(digest, in: held) }

    private func plan(_ digest: String, in folder: String) throws(EngineError) -> FoldPlan {
        do throws(EngineError) {
            guard let plan = try? FoldPlan.decode(try read(digest, in: folder)) else {
                throw EngineError(.data, "\(folder)/\(digest) is damaged")
            }
            return plan
        } catch {
            throw EngineError(.data, "the folds of the study are lost: \(error.message)")
        }
    }

    /// Where a study's copy lies now: the data folder may have moved since the study began, or be another machine's.
    func place(of copy: String) -> String { "\(directory)/\(Self.name(of: copy))" }

    // MARK: Test rows

    /// The records of a study's copy, and those that were held back from it, checked against their digests.
    func parts(copy path: String, held digest: String) throws(EngineError) -> (rest: RecordFile, test: RecordFile) {
        let bytes = (rest: try read(Self.name(of: path), in: directory), test: try read(digest, in: held))
        do throws(RecordFile.Problem) {
            return (try RecordFile(bytes.rest), try RecordFile(bytes.test))
        } catch {
            throw EngineError(.data, "the study's rows cannot be put together again: \(error.message)")
        }
    }

    /// Whether a study's copy is what it was made as.
    func check(_ data: DataReference?) throws(EngineError) {
        guard let copy = data?.copy else { return }
        _ = try read(Self.name(of: copy), in: directory)
    }

    /// Writes the file that a final run reads: the rows of the search as they were, then the test rows.
    ///
    /// - Parameter name: of a use, so that no two share a file.
    func writeWhole(_ parts: (rest: RecordFile, test: RecordFile), name: String) throws(EngineError) -> String {
        let path = "\(held)/\(name)"
        do throws(DurableFile.Problem) {
            try DurableFile.write(parts.rest.followed(by: parts.test), to: path, mode: 0o400)
        } catch {
            throw EngineError(.storage, "the data of the final run was not written: \(error.message)")
        }
        return path
    }

    func removeWhole(_ path: String) {
        if path.hasPrefix("\(held)/") { Files.remove(path) }
    }

    // MARK: Changes

    /// The digest of a file as it is now; nil where it cannot be read.
    func currentDigest(of origin: String) -> String? {
        (try? DurableFile.read(origin, limit: Self.sizeLimit)).map(Self.digest)
    }

    /// The digest that a copy was made with.
    static func name(of path: String) -> String { path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path }

    private func read(_ digest: String, in folder: String) throws(EngineError) -> [UInt8] {
        let path = "\(folder)/\(digest)"
        do throws(DurableFile.Problem) {
            let bytes = try DurableFile.read(path, limit: Self.sizeLimit)
            guard Self.digest(bytes) == digest else {
                throw DurableFile.Problem(message: "\(path) is damaged: its content does not match its name", code: 0)
            }
            return bytes
        } catch {
            throw EngineError(.data, error.message)
        }
    }

    private func keep(_ bytes: [UInt8], in folder: String) throws(EngineError) -> String {
        let digest = Self.digest(bytes)
        _ = try keep(bytes, at: "\(folder)/\(digest)")
        return digest
    }

    private func keep(_ bytes: [UInt8], as digest: String) throws(EngineError) -> String { try keep(bytes, at: "\(directory)/\(digest)") }

    private func keep(_ bytes: [UInt8], at path: String) throws(EngineError) -> String {
        do throws(DurableFile.Problem) {
            if let kept = try? DurableFile.read(path, limit: Self.sizeLimit), kept == bytes { return path }
            try DurableFile.write(bytes, to: path, mode: 0o400)
        } catch {
            throw EngineError(.storage, "the data was not copied: \(error.message)")
        }
        return path
    }

    static func digest(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".unicodeScalars)
        var text = ""
        for byte in SHA256.hash(data: bytes) {
            text.unicodeScalars.append(digits[Int(byte >> 4)])
            text.unicodeScalars.append(digits[Int(byte & 15)])
        }
        return text
    }
}
