package import TunedRecords
package import TunedSpace

/// A study as the daemon showed it at one moment.
package struct StudySnapshot: Sendable {
    package struct Best: Hashable, Sendable {
        package var trial: Int
        /// One for each objective.
        package var values: [Double]
        /// Values of the active parameters.
        package var configuration: JSONValue

        package init(trial: Int, values: [Double], configuration: JSONValue) {
            self.trial = trial
            self.values = values
            self.configuration = configuration
        }
    }

    package var slug = ""
    package var title = ""
    /// As the daemon names it: running, paused, completed, stopped or failed.
    package var state = ""
    package var reason = ""
    package var counts = TrialCounts()
    /// Name and goal of each objective.
    package var objectives: [(name: String, goal: String)] = []
    package var plugin: String?
    /// Whether the plugin runs inside the daemon.
    package var isInProcess = false
    package var explanation: String?
    package var pruner: String?
    /// In units of the fidelity: what its trials have spent, and what they would have in full.
    package var budget: (spent: Double, full: Double)?
    /// What budgets count: epochs, rows; nil where nothing is declared.
    package var fidelity: String?
    package var best: Best?
    package var stop = StopRules()
    /// Configurations of an exhaustive search.
    package var gridSize: Int?
    package var trialsPerSecond: Double?
    /// As the stopping rules have it.
    package var secondsLeft: Double?
    /// Seconds that it has been running.
    package var seconds: Double?
    /// Milliseconds since 1970.
    package var createdAt: Int64?
    /// What its best configuration is worth, where that is known better than by one trial.
    package var winner: JSONValue?
    /// How often its space was changed, and when and why last; nil where it never was.
    package var spaceChange: (count: Int, last: JSONValue)?
    /// The whole description, for what is shown of few studies.
    package var json = JSONValue.null

    package init() {}

    package var isRunning: Bool { state == "running" }

    /// Trials that were tried, whatever their end; those that stand at a rung too.
    package var ended: Int { counts.complete + counts.pruned + counts.failed + counts.paused }

    /// Trials at which the study ends at the latest; nil where nothing bounds their number.
    package var expected: Int? {
        switch (stop.trials, gridSize) {
        case (let trials?, let size?): min(trials, size)
        case (let trials, let size): trials ?? size
        }
    }

    /// Whether every configuration of an exhaustive search was tried, so that nothing is left to go on with.
    package var isExhausted: Bool { gridSize.map { ended >= $0 } ?? false }

    /// Trials a second over the whole study; nil before one has ended.
    package var meanRate: Double? {
        guard let seconds, seconds > 0, ended > 0 else { return nil }
        return Double(ended) / seconds
    }

    /// How much of the study is done, 0 to 1; nil where no rule says when it ends.
    package var fraction: Double? {
        if state == "completed" { return 1 }
        let byTrials = expected.map { $0 > 0 ? Double(ended) / Double($0) : 0 }
        let byTime = stop.time.flatMap { limit in seconds.map { $0 / limit } }
        return [byTrials, byTime].compactMap { $0 }.max().map { min(1, $0) }
    }
}

extension StudySnapshot {
    /// Reads what `GET /v1/studies/{slug}` answers, and each element of `GET /v1/studies`.
    package init(_ json: JSONValue) {
        self.json = json
        slug = json["study"]?.stringValue ?? ""
        title = json["title"]?.stringValue ?? ""
        state = json["state"]?.stringValue ?? ""
        reason = json["reason"]?.stringValue ?? ""
        for state in TrialState.allCases {
            counts[state] = json["counts"]?[state.name]?.integerValue.map(Int.init) ?? 0
        }
        objectives = (json["objectives"]?.arrayValue ?? []).map {
            ($0["name"]?.stringValue ?? "", $0["goal"]?.stringValue ?? "minimize")
        }
        plugin = json["plugin"]?["name"]?.stringValue
        isInProcess = json["specification"]?["isolation"]?.stringValue == "inprocess"
        createdAt = json["created_at"]?.integerValue
        winner = json["winner"]
        spaceChange = json["space_changes"]?.integerValue.map { (Int($0), json["space_changed"] ?? .null) }
        if let rules = json["stop"] { stop = (try? StopRules(json: rules)) ?? StopRules() }
        let live = json["live"]
        // A study that has ended says what it took by name.
        explanation = (live?["explanation"] ?? json["specification"]?["sampler"]?["name"])?.stringValue
        pruner = (live?["pruner"] ?? json["specification"]?["pruner"]?["name"])?.stringValue
        fidelity = json["schema"]?["fidelity"]?["name"]?.stringValue
        budget = live?["budget"].flatMap { json in
            json["spent"]?.doubleValue.flatMap { spent in json["full"]?.doubleValue.map { (spent, $0) } }
        }
        gridSize = live?["grid_size"]?.integerValue.flatMap(Int.init(exactly:))
        trialsPerSecond = live?["trials_per_second"]?.doubleValue
        seconds = live?["seconds"]?.doubleValue
        secondsLeft = live?["seconds_left"]?.doubleValue
        if secondsLeft == nil, let expected, let rate = trialsPerSecond ?? meanRate {
            secondsLeft = Double(max(0, expected - ended)) / rate
        }
        best = json["best"].flatMap(Best.init)
    }
}

extension StudySnapshot.Best {
    package init?(_ json: JSONValue) {
        guard let trial = json["trial"]?.integerValue else { return nil }
        self.trial = Int(trial)
        values = json["values"]?.arrayValue?.compactMap(\.doubleValue) ?? []
        configuration = json["configuration"] ?? .object([:])
    }
}
