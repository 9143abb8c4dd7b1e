/// A trial is run again, to compare. No part of the search.
public struct ReplayBegun: Hashable, Sendable {
    /// Replays of a study are numbered from 1.
    public var number: Int
    public var trial: Int
    /// Hash of the plugin that it runs with.
    public var plugin: String

    public init(number: Int, trial: Int, plugin: String) {
        self.number = number
        self.trial = trial
        self.plugin = plugin
    }
}

/// One run of a trial, then and now.
public struct ReplayedRun: Hashable, Sendable {
    /// As the trial had it.
    public var run: RunKey
    public var before: AttemptOutcome
    public var now: AttemptOutcome

    public init(run: RunKey, before: AttemptOutcome, now: AttemptOutcome) {
        self.run = run
        self.before = before
        self.now = now
    }

    /// Whether both gave the same: values bit for bit, failures by their kind.
    public var isEqual: Bool {
        switch (before, now) {
        case (.succeeded(let old, let oldConstraints), .succeeded(let new, let newConstraints)):
            old.map(\.bitPattern) == new.map(\.bitPattern)
                && oldConstraints.map(\.name) == newConstraints.map(\.name)
                && oldConstraints.map(\.value.bitPattern) == newConstraints.map(\.value.bitPattern)
        case (.failed(let old), .failed(let new)): old.kind == new.kind
        default: false
        }
    }
}

public struct ReplayEnded: Hashable, Sendable {
    public var number: Int
    /// In the order of the trial's runs.
    public var runs: [ReplayedRun]
    /// What the replay ran on that the trial did not, in words.
    public var differences: [String]

    public init(number: Int, runs: [ReplayedRun], differences: [String]) {
        self.number = number
        self.runs = runs
        self.differences = differences
    }

    public var isEqual: Bool { runs.allSatisfy(\.isEqual) }
}

/// A replay as a study's state has it.
public struct Replay: Hashable, Sendable {
    /// Milliseconds since 1970.
    public var at: Int64
    public var begun: ReplayBegun
    public var endedAt: Int64?
    /// nil while it is under way.
    public var result: ReplayEnded?

    public init(at: Int64, begun: ReplayBegun, endedAt: Int64? = nil, result: ReplayEnded? = nil) {
        self.at = at
        self.begun = begun
        self.endedAt = endedAt
        self.result = result
    }
}

extension [Replay] {
    /// Takes the end of a replay; one that is none of these, or has ended, changes nothing.
    package mutating func end(_ result: ReplayEnded, at time: Int64) {
        guard let index = firstIndex(where: { $0.begun.number == result.number && $0.result == nil }) else { return }
        self[index].result = result
        self[index].endedAt = time
    }
}
