import GRDB
import TunedRecords

/// Removes what a deleted study left behind, in steps small enough that commits hardly wait for one.
enum Purge {
    static func step(_ study: StudyID, limit: Int, in database: Database) throws {
        let rows = study.trialRows
        // Attempts go with their trials.
        let bounds: StatementArguments = [rows.lowerBound, rows.upperBound, limit]
        let last = try Int64.fetchOne(
            database, sql: "SELECT max(id) FROM (SELECT id FROM trials WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?)",
            arguments: bounds)
        if let last {
            try database.execute(sql: "DELETE FROM attempts WHERE trial BETWEEN ? AND ?", arguments: [rows.lowerBound, last])
            try database.execute(sql: "DELETE FROM trials WHERE id BETWEEN ? AND ?", arguments: [rows.lowerBound, last])
            return
        }
        // Attempts at trials that lie in batches have no trial of their own to go with.
        try database.execute(sql: "DELETE FROM attempts WHERE trial BETWEEN ? AND ?", arguments: [rows.lowerBound, rows.upperBound])
        try database.execute(
            sql: "DELETE FROM batches WHERE id IN (SELECT id FROM batches WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?)",
            arguments: bounds)
        if database.changesCount > 0 { return }
        try database.execute(
            sql: "DELETE FROM extents WHERE first IN (SELECT first FROM extents WHERE study = ? ORDER BY first LIMIT ?)",
            arguments: [study.rawValue, limit])
        if database.changesCount == 0 {
            try database.execute(sql: "DELETE FROM studies WHERE id = ?", arguments: [study.rawValue])
        }
    }
}
