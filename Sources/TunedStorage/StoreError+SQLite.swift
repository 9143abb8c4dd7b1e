import GRDB
import TunedRecords
import TunedSpace

extension StoreError {
    /// What a database's error means for a person, and what to do about it.
    init(_ error: any Error, database: String) {
        if let known = error as? StoreError {
            self = known
            return
        }
        if let content = error as? BinaryCodingError {
            self = .damaged(database, underlying: "\(content)")
            return
        }
        guard let failure = error as? DatabaseError else {
            self.init(code: .other, message: "\(database) cannot be used.", underlying: "\(error)")
            return
        }
        let underlying = "SQLite error \(failure.extendedResultCode.rawValue): \(failure.message ?? "no message")"
        switch failure.resultCode {
        case .SQLITE_FULL:
            self.init(
                code: .full, message: "The disk that holds \(database) is full. Make room on it; work then goes on by itself.",
                underlying: underlying)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                code: .readOnly,
                message: "\(database) cannot be written. Check who owns it, and whether its disk is mounted read-only.",
                underlying: underlying)
        case .SQLITE_IOERR, .SQLITE_CANTOPEN:
            self.init(
                code: .inputOutput,
                message: "The disk that holds \(database) fails to read or write. `dmesg` and `df` tell more.",
                underlying: underlying)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self = .damaged(database, underlying: underlying)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                code: .locked, message: "Another program is writing \(database). End it; work then goes on by itself.",
                underlying: underlying)
        default:
            self.init(code: .other, message: "\(database) cannot be used.", underlying: underlying)
        }
    }

    static func damaged(_ database: String, underlying: String) -> StoreError {
        StoreError(
            code: .damaged,
            message: """
                \(database) is damaged; nothing in it was changed. Keep a copy of it and of the files beside it, then save what \
                can be saved with `sqlite3 \(database) .recover | sqlite3 \(database).recovered` and put the result in its place.
                """,
            underlying: underlying)
    }
}
