import TunedSpace

/// Nested cross-validation: an estimate of what the whole of tuning brings on rows that it has not seen.
///
/// The rows are divided into k outer folds. For each there is a study of its own, `NAME-1` to `NAME-k`, that searches on the other folds and is
/// finalized on this one. Every row is scored once, by a model whose configuration was chosen without it. What exists already is not made again,
/// so that the same command goes on after an interruption.
struct NestedRun {
    private let folds: Int
    private let request: StudyRequest
    private let client: DaemonClient
    private let output: OutputOptions
    private let name: String

    init(folds: Int, _ request: StudyRequest, _ client: DaemonClient, _ output: OutputOptions) throws(CommandError) {
        guard 2...100 ~= folds else { throw .usage("--nested \(folds): 2 to 100 outer folds") }
        guard case .string(let name)? = request.fields["study"] else {
            throw .usage("--nested makes \(folds) studies that belong together: give them a name with --study NAME, and they are NAME-1 to NAME-\(folds)")
        }
        if request.fields["split"]?["test"] != nil {
            throw .usage("--nested has a test set for each outer fold: leave out test")
        }
        self.folds = folds
        self.request = request
        self.client = client
        self.output = output
        self.name = name
    }

    func perform(detach: Bool) async throws(CommandError) {
        for fold in 1...folds { try await create(fold) }
        if detach {
            Terminal.error.writeLine("the studies \(slug(1)) to \(slug(folds)) run; give the same command without --detach to finalize them")
            return
        }
        var ends: [JSONValue] = []
        for fold in 1...folds { ends.append(try await finish(fold)) }
        report(ends)
    }

    private func slug(_ fold: Int) -> String { "\(name)-\(fold)" }

    private func create(_ fold: Int) async throws(CommandError) {
        var request = request
        request.set("study", .string(slug(fold)))
        request.merge(["outer_folds": .integer(Int64(folds)), "outer_fold": .integer(Int64(fold))], into: "split")
        _ = try request.specification()
        do throws(CommandError) {
            _ = try await client.post(Route.studies, request.json, within: 3600)
        } catch {
            guard error.code == "exists" else { throw request.located(error) }
            try await checkSame(fold)
        }
    }

    /// A study of that name is one of these, or somebody else's.
    private func checkSame(_ fold: Int) async throws(CommandError) {
        let split = try await client.get(Route.study(slug(fold)))["specification"]?["split"]
        guard split?["outer_folds"]?.integerValue == Int64(folds), split?["outer_fold"]?.integerValue == Int64(fold) else {
            throw CommandError(.conflict, code: "exists", "there is a study named \(slug(fold)) already that is no outer fold \(fold) of \(folds): choose another --study")
        }
    }

    private func finish(_ fold: Int) async throws(CommandError) -> JSONValue {
        let slug = slug(fold)
        var study = try await client.get(Route.study(slug))
        if study["state"]?.stringValue == "running" {
            guard case .settled(let last) = try await StudyFollower(slug, directory: client.directory).follow() else { ExitStatus.detached.exit() }
            study = last
        }
        guard ["completed", "stopped"].contains(study["state"]?.stringValue ?? "") else {
            throw CommandError(
                .conflict, code: "conflict",
                "study \(slug) is \(StudyText.standing(StudySnapshot(study))): go on with `tuned resume \(slug)`, then give this command again")
        }
        if study["final"] == nil { study = try await client.post(Route.finalize(slug), .object([:]), within: 3600) }
        let follower = try OutsideFollower(directory: client.directory, later: "tuned show \(slug)")
        let end = try await follower.follow(FinalText.progress(study["final"], study: slug)) { client throws(CommandError) in
            let reply = try await client.get(Route.study(slug))
            return reply["final"]?["state"]?.stringValue == "running" ? nil : reply
        }
        guard let end else { ExitStatus.detached.exit() }
        guard end["final"]?["state"]?.stringValue == "complete" else {
            throw CommandError(.noResult, code: "no-result", "the final run of \(slug) failed: \((end["final"]?["failure"]?["message"]?.stringValue ?? "").printable)")
        }
        return end
    }

    private func report(_ ends: [JSONValue]) {
        let objectives = StudySnapshot(ends[0]).objectives
        var rows: [JSONValue] = []
        var columns = [[Double]](repeating: [], count: objectives.count)
        for (index, end) in ends.enumerated() {
            let values = end["final"]?["values"]?.arrayValue?.compactMap(\.doubleValue) ?? []
            for (place, value) in values.enumerated() where place < columns.count { columns[place].append(value) }
            rows.append(
                .object([
                    "fold": .integer(Int64(index + 1)), "study": end["study"] ?? .null, "trial": end["final"]?["trial"] ?? .null,
                    "values": .array(values.map(JSONValue.number)), "search": end["best"]?["values"] ?? .null,
                    "test_rows": end["final"]?["test_rows"] ?? .null, "uses": .integer(Int64(FinalText.used(end["final"] ?? .null))),
                ]))
        }
        let estimates = columns.map(Self.estimate)
        let result = JSONValue.object([
            "nested": .string(name), "folds": .array(rows),
            "objectives": .array(
                zip(objectives, estimates).map { objective, estimate in
                    .object([
                        "name": .string(objective.name), "mean": .number(estimate.mean), "standard_error": .number(estimate.error),
                    ])
                }),
        ])
        output.show(result) { text(rows, objectives.map(\.name), estimates) }
    }

    private func text(_ rows: [JSONValue], _ objectives: [String], _ estimates: [(mean: Double, error: Double)]) -> String {
        var table = TextTable(
            [.init("FOLD", .right), .init("STUDY"), .init("TRIAL", .right)]
                + objectives.flatMap { [.init("\($0), TEST", .right), .init("SEARCH", .right)] } + [.init("ROWS", .right)])
        for row in rows {
            let (test, search) = (row["values"]?.arrayValue ?? [], row["search"]?.arrayValue ?? [])
            table.add(
                [row["fold"]?.integerValue.map(String.init) ?? "", row["study"]?.stringValue ?? "", row["trial"]?.integerValue.map(String.init) ?? ""]
                    + objectives.indices.flatMap { index in
                        [test, search].map { index < $0.count ? ConfigurationText.value($0[index]) : "" }
                    } + [row["test_rows"]?.integerValue.map(String.init) ?? ""])
        }
        var text = table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode) + "\n"
        for (name, estimate) in zip(objectives, estimates) {
            text += "\(name) of tuning as a whole: \(Formatting.value(estimate.mean)) ± \(Formatting.value(estimate.error)) (mean and standard error over \(rows.count) outer folds)\n"
        }
        let again = rows.filter { ($0["uses"]?.integerValue ?? 0) > 1 }.count
        if again > 0 { text += "note: the test rows of \(Formatting.count(again, "fold")) were used more than once\n" }
        return text
    }

    /// Mean and standard error. The folds' training rows overlap, so the error is a little too small (Bengio and Grandvalet, 2004).
    private static func estimate(_ values: [Double]) -> (mean: Double, error: Double) {
        guard !values.isEmpty else { return (.nan, .nan) }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, values.count > 1 ? (squares / Double(values.count - 1) / Double(values.count)).squareRoot() : .nan)
    }
}
