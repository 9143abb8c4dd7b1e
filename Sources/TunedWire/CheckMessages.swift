/// One test of `tuned check`, or one stage of it, to be made in a worker of its own.
public struct CheckRequest: Hashable, Sendable {
    /// `GROUP/TEST`.
    public var test: String
    /// Counts the processes that a test takes, from 0.
    public var stage: Int
    public var seed: UInt64
    /// What to load and create. `trainable` is "" where the test is of the plugin as a whole.
    public var open: OpenRequest
    /// How many evaluations tests of random configurations make.
    public var evaluations: Int
    /// Seconds that the test should take at most; slow trainables are evaluated fewer times.
    public var seconds: Double
    /// A directory that the stages of a test share; absolute.
    public var workspace: String

    public init(
        test: String, stage: Int, seed: UInt64, open: OpenRequest, evaluations: Int, seconds: Double, workspace: String
    ) {
        self.test = test
        self.stage = stage
        self.seed = seed
        self.open = open
        self.evaluations = evaluations
        self.seconds = seconds
        self.workspace = workspace
    }
}

/// One thing that `tuned check` has to say of a plugin.
public struct CheckFinding: Hashable, Sendable {
    /// Raw values cross the wire.
    public enum Severity: UInt8, Sendable, Comparable, CaseIterable {
        /// Worth knowing; nothing to be done.
        case note = 1
        /// It works, and will hurt somebody.
        case warning = 2
        /// It breaks the rules of the ABI, or its own promises.
        case error = 3

        public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
    }
    public var severity: Severity
    /// `GROUP/TEST` that found it.
    public var test: String
    /// A word for programs, the same in each release: `memory-leak`.
    public var name: String
    /// What was seen, for a person.
    public var message: String
    /// What to do about it.
    public var advice: String
    /// The configuration with which it was first seen, as JSON, or the end of the worker's log; "" where neither says more.
    public var detail: String
    /// Measured figures by name, in order.
    public var numbers: [Number]

    public struct Number: Hashable, Sendable {
        public var name: String
        public var value: Double

        public init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }

    public init(
        _ severity: Severity, test: String, name: String, _ message: String, advice: String, detail: String = "",
        numbers: [Number] = []
    ) {
        self.severity = severity
        self.test = test
        self.name = name
        self.message = message
        self.advice = advice
        self.detail = detail
        self.numbers = numbers
    }
}

/// What came of one stage of a test.
public struct CheckAnswer: Hashable, Sendable {
    public var findings: [CheckFinding]
    /// What was done, in a few words: `200 configurations, 3 infeasible`.
    public var summary: String
    /// Why the test does not apply to this trainable; nil where it does.
    public var inapplicable: String?
    /// Whether the test's next stage is worth a process.
    public var goesOn: Bool

    public init(findings: [CheckFinding] = [], summary: String = "", inapplicable: String? = nil, goesOn: Bool = false) {
        self.findings = findings
        self.summary = summary
        self.inapplicable = inapplicable
        self.goesOn = goesOn
    }
}
