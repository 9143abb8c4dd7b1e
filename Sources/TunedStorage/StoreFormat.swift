import GRDB

/// The tables of the database file, and how they came to be: one migration a version, never changed once released.
enum StoreFormat {
    /// Marks the file as one of this program's (<https://www.sqlite.org/pragma.html#pragma_application_id>): "TUND".
    static let applicationID: Int32 = 0x5455_4E44
    /// Kept as the file's user_version. A higher one was written by a newer daemon.
    static let version: Int32 = 4

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { database in
            try database.execute(sql: version1)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = 1")
        }
        migrator.registerMigration("v2") { database in
            try database.execute(sql: version2)
            try database.execute(sql: "PRAGMA user_version = 2")
        }
        migrator.registerMigration("v3") { database in
            try database.execute(sql: version3)
            try database.execute(sql: "PRAGMA user_version = 3")
        }
        migrator.registerMigration("v4") { database in
            try database.execute(sql: version4)
            try database.execute(sql: "PRAGMA user_version = 4")
        }
        return migrator
    }

    /// States, purposes and kinds are the raw values of TunedRecords; times are milliseconds since 1970.
    private static let version1 = """
        -- One row: how far numbers are given out (what a purge removes must not be given out again), and whether the daemon
        -- closed the file itself.
        CREATE TABLE head (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            last_sequence INTEGER NOT NULL,
            last_study INTEGER NOT NULL,
            is_clean INTEGER NOT NULL
        );
        INSERT INTO head VALUES (1, 0, 0, 1);

        -- The log. A row holds events first ... first + count - 1, all of one study; EventExtent.swift says how.
        CREATE TABLE extents (
            first INTEGER PRIMARY KEY,
            study INTEGER NOT NULL,
            count INTEGER NOT NULL,
            events BLOB NOT NULL
        );
        CREATE INDEX extents_of_study ON extents (study, first);

        CREATE TABLE studies (
            id INTEGER PRIMARY KEY,
            slug TEXT NOT NULL,
            declaration TEXT NOT NULL,
            state INTEGER NOT NULL,
            reason TEXT NOT NULL,
            stop_rules TEXT,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            created_by INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL,
            running INTEGER NOT NULL,
            complete INTEGER NOT NULL,
            pruned INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            paused INTEGER NOT NULL,
            cancelled INTEGER NOT NULL
        );
        CREATE INDEX studies_by_slug ON studies (slug);

        -- id: the study in the upper 32 bits, the trial's number in the lower. enqueued_by: NULL where the sampler chose alone.
        -- value: the first of the objectives, for sorting; objectives: all of them, eight bytes each, low byte first.
        CREATE TABLE trials (
            id INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            configuration BLOB NOT NULL,
            enqueued_by INTEGER,
            is_external INTEGER NOT NULL,
            asked_after INTEGER NOT NULL,
            asked_by INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            value REAL,
            objectives BLOB,
            step INTEGER,
            failure BLOB
        );

        -- started_by, ended_by: the events that tell the rest.
        CREATE TABLE attempts (
            trial INTEGER NOT NULL,
            purpose INTEGER NOT NULL,
            fold INTEGER NOT NULL,
            repeat INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            started_by INTEGER NOT NULL,
            ended_by INTEGER,
            PRIMARY KEY (trial, purpose, fold, repeat, segment, attempt)
        ) WITHOUT ROWID;
        """
    private static let version2 = """
        -- Trials that were asked, run and ended together: what they are is in their event alone. A trial of a batch that
        -- changes later gets a row in `trials`, which then holds. id: of the first trial, as there. Then how many trials
        -- ended in each state, and the bounds of `value`, NULL where no trial has one.
        CREATE TABLE batches (
            id INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            event INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER NOT NULL,
            complete INTEGER NOT NULL,
            pruned INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            cancelled INTEGER NOT NULL,
            lowest REAL,
            highest REAL
        );
        """
    private static let version3 = """
        -- The trial's outcome constraints: how many, then name and value of each. NULL where it has none.
        ALTER TABLE trials ADD COLUMN constraints BLOB;
        -- The changes of the study's space, as a JSON text; NULL where there was none.
        ALTER TABLE studies ADD COLUMN space_changes TEXT;
        -- The number of the trial whose configuration this one measures again; NULL for all others.
        ALTER TABLE trials ADD COLUMN replicate_of INTEGER;
        """
    private static let version4 = """
        -- The number of the trial from whose checkpoint this one went on, and at which budget that one had it; NULL for all others.
        ALTER TABLE trials ADD COLUMN continues INTEGER;
        ALTER TABLE trials ADD COLUMN continues_at REAL;
        -- How often the study's test rows were used, and its replays, in the binary form of TunedRecords; NULL for none.
        ALTER TABLE studies ADD COLUMN test_uses BLOB;
        ALTER TABLE studies ADD COLUMN replays BLOB;
        """
}
