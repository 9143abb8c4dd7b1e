import GRDB
import GRDBSQLite

/// A statement bound and stepped through SQLite's own functions. GRDB prepares and owns it; its argument lists and rows, which
/// cost more than the insertion itself, are left out.
///
/// Belongs to one connection, and is used only inside an access to it.
struct PreparedStatement {
    private let statement: Statement
    private var handle: SQLiteStatement { statement.sqliteStatement }

    init(_ database: Database, _ sql: String) throws {
        statement = try database.makeStatement(sql: sql)
    }

    /// The statement that the connection keeps for this text.
    init(cachedBy database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
    }

    // MARK: Parameters, from 1

    func bind(_ index: Int32, _ value: Int64) throws(DatabaseError) {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ index: Int32, _ value: Int64?) throws(DatabaseError) {
        if let value { try bind(index, value) } else { try bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Double?) throws(DatabaseError) {
        if let value { try check(sqlite3_bind_double(handle, index, value)) } else { try bindNull(index) }
    }

    func bind(_ index: Int32, _ value: String) throws(DatabaseError) {
        let handle = handle
        var value = value
        // With its length, since a text may hold a zero.
        let code = value.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { text in
                sqlite3_bind_text64(handle, index, text.baseAddress, UInt64(text.count), Self.copied, UInt8(SQLITE_UTF8))
            }
        }
        try check(code)
    }

    func bind(_ index: Int32, _ value: [UInt8]) throws(DatabaseError) {
        // An empty array may have no address, which SQLite would take for NULL.
        guard !value.isEmpty else { return try check(sqlite3_bind_zeroblob(handle, index, 0)) }
        try check(sqlite3_bind_blob64(handle, index, value, UInt64(value.count), Self.copied))
    }

    func bindNull(_ index: Int32) throws(DatabaseError) {
        try check(sqlite3_bind_null(handle, index))
    }

    /// SQLITE_TRANSIENT, a cast that C's importer leaves out: SQLite copies the value before the call returns.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    // MARK: Running

    /// Runs a statement that gives no rows.
    func run() throws(DatabaseError) {
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw error(code) }
    }

    /// Calls `read` with each row in turn, while the condition holds.
    func forEachRow(while holds: () -> Bool = { true }, _ read: (PreparedStatement) throws -> Void) throws {
        defer { sqlite3_reset(handle) }
        while holds() {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: try read(self)
            case SQLITE_DONE: return
            case let code: throw error(code)
            }
        }
    }

    /// The first row's, where there is one.
    func firstRow<Value>(_ read: (PreparedStatement) -> Value) throws(DatabaseError) -> Value? {
        defer { sqlite3_reset(handle) }
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return read(self)
        case SQLITE_DONE: return nil
        case let code: throw error(code)
        }
    }

    // MARK: Columns of the row, from 0

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func optionalDouble(_ column: Int32) -> Double? { isNull(column) ? nil : sqlite3_column_double(handle, column) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    // MARK: Errors

    private func check(_ code: CInt) throws(DatabaseError) {
        if code != SQLITE_OK { throw error(code) }
    }

    private func error(_ code: CInt) -> DatabaseError {
        let connection = sqlite3_db_handle(handle)
        return DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)), sql: statement.sql)
    }
}
