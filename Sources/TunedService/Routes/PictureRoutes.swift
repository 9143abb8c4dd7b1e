import HTTPTypes
import Hummingbird
import NIOCore
import TunedEngine
import TunedPlots
import TunedRecords
import TunedSpace

/// A study as pictures and as a document, for whoever shows them.
struct PictureRoutes: Sendable {
    let parts: ServiceParts

    var routes: [Route] {
        [
            Route(.get, "/v1/studies/{slug}/plot", plot),
            Route(.get, "/v1/studies/{slug}/report", report),
        ]
    }

    @Sendable private func plot(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let query = try QueryFields(request, known: ["kind", "objective"])
        let (row, entry) = try await parts.directory.study(try context.slug())
        let objective = try objective(query, entry.declaration)
        guard let name = query.text("kind") else { return .json(try await kinds(of: row, entry.declaration, objective)) }
        guard let kind = PictureKind(rawValue: name) else {
            let known = PictureKind.allCases.map(\.rawValue)
            let hint = nearest(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? "."
            throw ServiceError.invalid("\"\(name.prefix(64))\" is no kind of picture\(hint) There are: \(known.joined(separator: ", "))", path: "kind")
        }
        let pictures = try await pictures(of: row, entry.declaration, objective, withReports: StudyPictures.needsReports(kind))
        do {
            let svg = try await parts.bridge.readers.run { () throws(NothingToDraw) in try pictures.svg(kind) }
            return .text(svg, "image/svg+xml; charset=utf-8")
        } catch let nothing as NothingToDraw {
            throw ServiceError(.conflict, code: "conflict", "study \"\(row.slug)\" has nothing to draw as \(kind.rawValue) yet: \(nothing.reason)")
        }
    }

    /// All kinds, and whether there is anything to draw.
    private func kinds(of row: StudyRow, _ declaration: StudyDeclaration, _ objective: Int) async throws -> JSONValue {
        let pictures = try await pictures(of: row, declaration, objective, withReports: true)
        let kinds = try await parts.bridge.readers.run { () throws(Never) in
            PictureKind.allCases.map { kind in
                var fields: [String: JSONValue] = ["kind": .string(kind.rawValue), "explanation": .string(kind.explanation), "available": .boolean(true)]
                do throws(NothingToDraw) { _ = try pictures.svg(kind) } catch {
                    fields["available"] = .boolean(false)
                    fields["reason"] = .string(error.reason)
                }
                return JSONValue.object(fields)
            }
        }
        return .object(["study": .string(row.slug), "kinds": .array(kinds)])
    }

    @Sendable private func report(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let query = try QueryFields(request, known: ["format", "pictures"])
        let format = query.text("format") ?? "html"
        guard format == "html" || format == "md" else {
            throw ServiceError.invalid("\"\(format.prefix(64))\" is no format of a report: use html or md", path: "format")
        }
        let prefix = query.text("pictures") ?? ""
        let (row, entry) = try await parts.directory.study(try context.slug())
        let log = try await log(of: row)
        let rows = try await parts.bridge.read { store throws(StoreError) in try store.trials(of: row.id, matching: TrialQuery()) }
        let best = try await parts.best(of: row, entry.declaration, count: StudyReport.listed)
        let attempts = try await parts.bridge.read { store throws(StoreError) in
            try best.first.map { trial throws(StoreError) in try store.attempts(of: row.id, trial: trial.number) } ?? []
        }
        let study = try await parts.json(of: row)
        let winner = study["winner"] != nil ? nil : try await parts.winner(of: row, entry.declaration)
        let plugin = entry.declaration.plugin.flatMap { plugin in parts.bridge.engine.loadedPlugins().first { $0.name == plugin.name } }
        let report = StudyReport(
            row: row, declaration: entry.declaration, rows: rows, log: log, study: study, winner: study["winner"] ?? winner, best: best, attempts: attempts,
            plugin: plugin, version: parts.facts.version)
        let text = try await parts.bridge.readers.run { () throws(Never) in
            format == "html" ? HTMLReport.text(of: report.document) : MarkdownReport.text(of: report.document, pictures: prefix)
        }
        return .text(text, format == "html" ? "text/html; charset=utf-8" : "text/markdown; charset=utf-8")
    }

    private func objective(_ query: QueryFields, _ declaration: StudyDeclaration) throws -> Int {
        guard let name = query.text("objective") else { return 0 }
        guard let index = declaration.objectives.firstIndex(where: { $0.name == name }) else {
            let known = declaration.objectives.map(\.name).joined(separator: ", ")
            throw ServiceError.invalid("the study has no objective \"\(name.prefix(64))\"; it has \(known)", path: "objective")
        }
        return index
    }

    private func pictures(of row: StudyRow, _ declaration: StudyDeclaration, _ objective: Int, withReports: Bool) async throws -> StudyPictures {
        let log = withReports ? try await log(of: row) : StudyLog()
        let rows = try await parts.bridge.read { store throws(StoreError) in try store.trials(of: row.id, matching: TrialQuery()) }
        let slug = row.slug
        return try await parts.bridge.readers.run { () throws(Never) in
            StudyPictures(slug: slug, declaration: declaration, rows: rows, curves: log.curves, budgets: log.budgets, objective: objective)
        }
    }

    /// Page by page, so that a log of any length holds up no other reader.
    private func log(of row: StudyRow) async throws -> StudyLog {
        var log = StudyLog()
        var cursor = row.createdBy - 1
        let page = parts.limits.page
        while true {
            let after = cursor
            let events = try await parts.bridge.read { store throws(StoreError) in try store.events(of: row.id, after: after, limit: page) }
            for event in events { log.take(event) }
            guard let last = events.last, events.count == page else { return log }
            cursor = last.sequence
        }
    }
}
