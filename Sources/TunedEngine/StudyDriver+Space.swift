import TunedRecords
import TunedSearch
import TunedSpace

/// A space that is extended or narrowed while its study lives. On `queue`.
extension StudyDriver {
    /// Suggestions come from the changed space from here on; trials under way end as they are.
    ///
    /// A study that has ended takes the change too and stays as it is: that is how one whose space is exhausted is given more to search,
    /// and nobody's machine begins to work without a `resume`.
    func changeSpace(_ request: SpaceRequest) throws(EngineError) -> ChangedSpace {
        if isDeleted { throw EngineError(.notFound, "study \(slug) was deleted") }
        let statement: SpaceStatement
        let changed: StudyDeclaration
        do throws(SpaceError) {
            // Names that nothing else would look at.
            let freed = request.entries.filter { $0.value == .null }.mapValues { _ in JSONValue.object([:]) }
            _ = try declaration.schema.space.narrowed(by: freed)
            statement = try declaration.spaceStatement.changed(by: request)
            changed = try declaration.changed(to: statement, since: position + 1)
        } catch {
            var located = StudyPlanner.located(error)
            if error.code == .unknownParameter, declaration.plugin == nil { located.message += "; an entry with its type adds one" }
            throw located
        }
        guard statement != declaration.spaceStatement else {
            throw EngineError(.conflict, "study \(slug) searches just that space already")
        }
        let text = statement.json.text()
        guard text.utf8.count <= Self.longestStatement, declaration.formerSpaces.count < Self.mostChanges else {
            throw EngineError(
                .conflict,
                "the space of study \(slug) was changed \(declaration.formerSpaces.count) times or has become too long to say; begin another study with `warm_start: \(slug)`")
        }
        // Says what is wrong with it for the sampler before anything is written.
        _ = try SamplerFeed.sampler(of: changed)

        let sequence = record([.spaceChanged(statement: text, reason: request.reason)])
        let withdrawn = takeChange(statement, at: sequence).map { "the enqueued configuration \($0) has no place in the new space and is not tried" }
        let standing = feed.history.standing
        (stopping.best, stopping.completeSinceBest) = (standing.best, 0)
        effort = SearchEffort()
        record(withdrawn.map { .noted(text: $0) })
        if state == .running {
            adoptSampler()
            checkRules()
            fill()
        }
        return ChangedSpace(
            declaration: declaration, sequence: sequence, trials: feed.history.summary, withdrawn: withdrawn, state: state)
    }

    /// Bytes.
    private static let longestStatement = 256 << 10
    /// Each of them is read with the study.
    private static let mostChanges = 1_000

    /// Takes a change into the books, live or from the log.
    ///
    /// - Returns: the wishes that have no place any more.
    @discardableResult
    func takeChange(_ statement: SpaceStatement, at sequence: EventSequence) -> [String] {
        guard let changed = try? declaration.changed(to: statement, since: sequence) else { return [] }
        declaration = changed
        isExhausted = false
        stopping.regret = nil
        stopping.regretDue = max(RegretStoppingRule(threshold: 0).leastTrials, stopping.complete)
        var withdrawn: [String] = []
        wishes.removeAll { wish in
            guard changed.values(wish.values, statedAt: wish.id) == nil else { return false }
            let space = changed.space(at: wish.id)
            withdrawn.append(
                wish.values.sorted { $0.key < $1.key }.map { "\(space.parameters[$0.key].name)=\(space.text($0.value, of: $0.key))" }
                    .joined(separator: " "))
            return true
        }
        return withdrawn
    }

    /// Whether a configuration counts for what the study looks for: one that was asked for before the space was changed may have no place in it.
    func hasPlace(_ configuration: Configuration, askedAfter: EventSequence) -> Bool {
        guard let former = declaration.formerSpaces.first(where: { askedAfter < $0.until }) else { return true }
        return SpaceMapping(from: former.space, to: declaration.space).map(configuration).configuration != nil
    }
}
