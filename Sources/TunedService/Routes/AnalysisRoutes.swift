import Hummingbird
import TunedEngine
import TunedRecords
import TunedSpace

/// What the trials of a study say about its space.
struct AnalysisRoutes: Sendable {
    let parts: ServiceParts

    var routes: [Route] {
        [
            Route(.get, "/v1/studies/{slug}/importance", importance),
            Route(.get, "/v1/studies/{slug}/narrowing", narrowing),
        ]
    }

    @Sendable private func importance(_ request: Request, _ context: ServiceContext) async throws -> Response {
        let query = try QueryFields(request, known: ["method", "objective"])
        let (method, objective) = (query.text("method"), query.text("objective"))
        return try await answer(context) { declaration, rows throws(EngineError) in
            try StudyAnalysis.importance(of: declaration, rows, method: method, objective: objective)
        }
    }

    @Sendable private func narrowing(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try QueryFields(request, known: [])
        return try await answer(context) { declaration, rows throws(EngineError) in
            try StudyAnalysis.narrowing(of: declaration, rows)
        }
    }

    /// Both read all trials and may compute for a while, on a thread that may.
    private func answer(
        _ context: ServiceContext, _ analyse: @escaping @Sendable (StudyDeclaration, [TrialRow]) throws(EngineError) -> JSONValue
    ) async throws -> Response {
        let (row, entry) = try await parts.directory.study(try context.slug())
        let rows = try await parts.bridge.read { store throws(StoreError) in try store.trials(of: row.id, matching: TrialQuery()) }
        let answer = try await parts.bridge.readers.run { () throws(EngineError) in try analyse(entry.declaration, rows) }
        guard case .object(var fields) = answer else { return .json(answer) }
        fields["study"] = .string(row.slug)
        return .json(.object(fields))
    }
}
