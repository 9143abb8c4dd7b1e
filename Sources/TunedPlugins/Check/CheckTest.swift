/// The groups of tests that `tuned check` makes, in their order.
public enum CheckGroup: String, Sendable, CaseIterable {
    case load, structure, run, behaviour, hygiene, compatibility, inprocess

    /// For tables.
    public var title: String {
        switch self {
        case .load: "Load"
        case .structure: "Structure"
        case .run: "Run"
        case .behaviour: "Behaviour"
        case .hygiene: "Hygiene"
        case .compatibility: "Compatibility"
        case .inprocess: "Fit for inprocess"
        }
    }
}

/// One test of `tuned check`.
public struct CheckTest: Hashable, Sendable {
    public let group: CheckGroup
    public let name: String
    /// What it makes sure of, in one line.
    public let purpose: String
    /// Whether it is made once for the plugin, not for each trainable.
    public let isOfPlugin: Bool
    /// Processes that it takes, one after the other.
    public let stages: Int
    /// The stage that kills itself on purpose.
    public let killedStage: Int?
    /// What to do where the plugin's code did not return in time.
    public let hangAdvice: String

    /// `GROUP/NAME`
    public var id: String { "\(group.rawValue)/\(name)" }

    private init(
        _ group: CheckGroup, _ name: String, _ purpose: String, isOfPlugin: Bool = false, stages: Int = 1,
        killedStage: Int? = nil, hang: String = CheckTest.slow
    ) {
        self.group = group
        self.name = name
        self.purpose = purpose
        self.isOfPlugin = isOfPlugin
        self.stages = stages
        self.killedStage = killedStage
        hangAdvice = hang
    }

    private static let slow =
        "Ask host->should_stop between steps and return TUNED_STOPPED; or give each test more time with --timeout."
    private static let loads = "Constructors and tuned_plugin_v1 should only fill tables: read data in create."

    public static let all: [CheckTest] = [
        CheckTest(.load, "file", "no executable stack, static TLS, text relocations or relative search path", isOfPlugin: true),
        CheckTest(.load, "libraries", "every library it needs is found", isOfPlugin: true, hang: loads),
        CheckTest(.load, "symbols", "every symbol it uses is defined somewhere", isOfPlugin: true, hang: loads),
        CheckTest(.load, "entry", "it loads, and its entry function answers, in little time", isOfPlugin: true, hang: loads),
        CheckTest(.structure, "tables", "sizes, versions, ids, flags and texts", isOfPlugin: true, hang: loads),
        CheckTest(.structure, "schema", "the schema parses, and its defaults lie in their ranges", hang: loads),
        CheckTest(.structure, "extensions", "an unknown extension is NULL, a known one is complete"),
        CheckTest(.run, "create", "create and destroy, again and again"),
        CheckTest(.run, "defaults", "the defaults give finite objectives"),
        CheckTest(.run, "corners", "so do the ends of every range and every category"),
        CheckTest(.run, "branches", "so does every conditional branch"),
        CheckTest(.run, "random", "so do random configurations"),
        CheckTest(.behaviour, "determinism", "the same seed gives the same result, also in another process", stages: 2),
        CheckTest(.behaviour, "stop", "it ends soon after should_stop says so"),
        CheckTest(.behaviour, "budget", "it spends no more than the budget, and less for a smaller one"),
        CheckTest(.behaviour, "deadline", "it ends soon after its deadline"),
        CheckTest(
            .behaviour, "restore", "checkpoint, kill, restore in another process: the same curve", stages: 3, killedStage: 1),
        CheckTest(.behaviour, "truncated", "a truncated checkpoint is rejected"),
        CheckTest(.behaviour, "random", "a checkpoint of random bytes is rejected"),
        CheckTest(.behaviour, "bytes", "a checkpoint that comes byte by byte restores all the same"),
        CheckTest(.hygiene, "state", "directory, environment, locale, signal handlers and limits stay as they were"),
        CheckTest(.hygiene, "descriptors", "file descriptors are closed, and only its own"),
        CheckTest(.hygiene, "threads", "threads and child processes end with their run"),
        CheckTest(.hygiene, "memory", "memory does not grow from run to run"),
        CheckTest(.compatibility, "older-host", "a host of the first release gives the same, with nothing behind its table", stages: 2),
        CheckTest(.compatibility, "shorter-host", "a host whose table ends before `extension`"),
        CheckTest(.compatibility, "newer-host", "a host with longer tables than the header's gives the same", stages: 2),
        CheckTest(.compatibility, "bare-host", "a host that offers no extension"),
        CheckTest(.compatibility, "parallel", "thread-safe: two instances on two threads give what each gives alone"),
        CheckTest(.compatibility, "batch", "tuned.batch/1 gives what single calls give"),
        CheckTest(.inprocess, "evaluations", "100,000 evaluations in one process without a leak"),
    ]

    public static func named(_ id: String) -> CheckTest? { all.first { $0.id == id } }
}
