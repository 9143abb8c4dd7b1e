import TunedRecords

/// The `studies` table as reads select it.
enum StudyColumns {
    static let list = """
        id, slug, declaration, state, reason, stop_rules, created_at, changed_at, created_by, is_deleted,
        running, complete, pruned, failed, paused, cancelled, space_changes, test_uses, replays
        """

    static func row(_ statement: PreparedStatement) -> StudyRow {
        StudyRow(
            id: StudyID(rawValue: statement.integer(0)), slug: statement.text(1), declaration: statement.text(2),
            // A state that this version does not know can only have been written by a newer one, whose files are refused.
            state: StudyState(rawValue: UInt8(truncatingIfNeeded: statement.integer(3))) ?? .failed,
            reason: statement.text(4), createdAt: statement.integer(6), changedAt: statement.integer(7),
            counts: counts(statement), createdBy: statement.integer(8), stopRules: statement.optionalText(5),
            spaceChanges: statement.optionalText(16).flatMap([SpaceChange].init(text:)) ?? [],
            testUses: (try? [TestUse](decoding: statement.blob(17))) ?? [], replays: (try? [Replay](decoding: statement.blob(18))) ?? [])
    }

    static func isDeleted(_ statement: PreparedStatement) -> Bool { statement.integer(9) != 0 }

    private static func counts(_ statement: PreparedStatement) -> TrialCounts {
        var counts = TrialCounts()
        counts.running = Int(statement.integer(10))
        counts.complete = Int(statement.integer(11))
        counts.pruned = Int(statement.integer(12))
        counts.failed = Int(statement.integer(13))
        counts.paused = Int(statement.integer(14))
        counts.cancelled = Int(statement.integer(15))
        return counts
    }
}
