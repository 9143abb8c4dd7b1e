import TunedRecords
import TunedSearch
import TunedSpace

/// Before an exhaustive search begins: how many configurations it has, and how long they will take by the pace of an earlier
/// study of the same plugin.
struct GridForecast {
    let text: String

    /// nil where the search is not exhaustive.
    init?(for request: StudyRequest, client: DaemonClient) async throws(CommandError) {
        let specification = try request.specification()
        guard ["grid", "auto"].contains(specification.sampler.name),
            let space = try await Self.space(of: specification, client: client)
        else { return nil }
        let problem = SearchProblem(
            space: space, objectives: max(1, specification.objectives.count), seed: specification.seed,
            budget: specification.stop.trials)
        // What is wrong with the settings is the daemon's to say, with the rest of the specification.
        guard
            let sampler = try? SamplerRegistry.make(
                name: specification.sampler.name, settings: specification.sampler.settings, problem: problem,
                caching: false),
            let size = sampler.size
        else { return nil }
        let count = Int(clamping: size)
        var text = "grid of \(Formatting.count(count, "configuration"))"
        let tried = specification.stop.trials.map { min($0, count) } ?? count
        if tried < count { text += ", of which \(Formatting.count(tried)) will be tried" }
        if let (study, rate) = try await Self.pace(of: specification, client: client) {
            text += "; about \(Formatting.duration(Double(tried) / rate)) at the pace of \(study)"
        } else {
            text += "; how long they take shows with the first trials"
        }
        self.text = text
    }

    private static func space(of specification: StudySpecification, client: DaemonClient) async throws(CommandError)
        -> SearchSpace?
    {
        guard let name = specification.plugin else { return try? SearchSpace(declaring: specification.space, rules: specification.rules) }
        let plugin = try await client.get(Route.plugin(name))
        let trainables = plugin["trainables"]?.arrayValue ?? []
        let trainable =
            specification.trainable.map { wanted in trainables.first { $0["id"]?.stringValue == wanted } }
            ?? trainables.first
        guard let schema = trainable?["schema"].flatMap({ try? Schema(json: $0) }) else { return nil }
        return try? schema.space.narrowed(by: specification.space, rules: specification.rules)
    }

    /// Of the latest study of the same plugin and data that tells.
    private static func pace(
        of specification: StudySpecification, client: DaemonClient
    ) async throws(CommandError) -> (study: String, trialsPerSecond: Double)? {
        let studies = try await client.get(Route.studies)["studies"]?.arrayValue ?? []
        let alike = studies.filter { study in
            let plugin = study["plugin"]
            return plugin?["name"]?.stringValue == specification.plugin
                && (specification.trainable.map { plugin?["trainable"]?.stringValue == $0 } ?? true)
                && study["data"]?["path"]?.stringValue == specification.data
        }
        let latest = alike.map(StudySnapshot.init).filter { $0.meanRate != nil }.max {
            ($0.createdAt ?? 0) < ($1.createdAt ?? 0)
        }
        return latest.flatMap { study in study.meanRate.map { (study.slug, $0) } }
    }
}
