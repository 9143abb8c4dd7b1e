import HTTPTypes
import Synchronization
import TunedEngine
import TunedRecords

/// Slugs and declarations of studies by their number, parsed once, and again when a study's space has changed.
final class StudyDirectory: Sendable {
    struct Entry: Sendable {
        let slug: String
        let declaration: StudyDeclaration
        /// Changes of the study's space that it knows of.
        let changes: Int
    }
    private let bridge: EngineBridge
    private let capacity: Int
    private let entries = Mutex<[StudyID: Entry]>([:])

    init(_ bridge: EngineBridge, capacity: Int = 256) {
        self.bridge = bridge
        self.capacity = capacity
    }

    /// The study of that name with its declaration.
    ///
    /// - Throws: ``EngineError`` where there is none.
    func study(_ slug: String) async throws -> (row: StudyRow, entry: Entry) {
        guard let row = try await bridge.read({ store throws(StoreError) in try store.study(slug: slug) }) else {
            let known = try await bridge.read { store throws(StoreError) in try store.studies() }
            throw EngineError.noStudy(slug, among: known.map(\.slug))
        }
        return (row, try entry(of: row))
    }

    func entry(of row: StudyRow) throws -> Entry {
        if let known = entries.withLock({ $0[row.id] }), known.changes >= row.spaceChanges.count { return known }
        let declaration: StudyDeclaration
        do {
            declaration = try StudyDeclaration(of: row)
        } catch {
            throw ServiceError(.internalServerError, code: "storage", "study \"\(row.slug)\": \(error.message)")
        }
        let entry = Entry(slug: row.slug, declaration: declaration, changes: row.spaceChanges.count)
        entries.withLock { entries in
            // Rarely more studies are looked at than fit; starting afresh then costs one parse each.
            if entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
            entries[row.id] = entry
        }
        return entry
    }

    /// The study's space has changed: its declaration is read anew.
    func forget(_ id: StudyID) { entries.withLock { $0[id] = nil } }

    /// The study of that number; nil where it is deleted.
    func entry(of id: StudyID) async throws -> Entry? {
        if let known = entries.withLock({ $0[id] }) { return known }
        let rows = try await bridge.read { store throws(StoreError) in try store.studies() }
        return try rows.first { $0.id == id }.map(entry(of:))
    }
}
