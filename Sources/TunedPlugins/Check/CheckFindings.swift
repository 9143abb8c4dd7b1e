import CTunedPlugin
import TunedSpace
import TunedWire

/// Gathers the findings of one test: of each kind the first, and how often it came.
struct CheckFindings {
    let test: String
    private var found: [(finding: CheckFinding, count: Int)] = []

    init(test: String) { self.test = test }

    var isEmpty: Bool { found.isEmpty }

    mutating func add(
        _ severity: CheckFinding.Severity, _ name: String, _ message: String, advice: String, detail: String = "",
        numbers: [CheckFinding.Number] = []
    ) {
        if let index = found.firstIndex(where: { $0.finding.name == name }) {
            found[index].count += 1
        } else {
            found.append(
                (CheckFinding(severity, test: test, name: name, message, advice: advice, detail: detail, numbers: numbers), 1))
        }
    }

    var all: [CheckFinding] {
        found.map { entry in
            var finding = entry.finding
            if entry.count > 1 {
                finding.message += " (the first of \(entry.count))"
                finding.numbers.append(.init(name: "count", value: Double(entry.count)))
            }
            return finding
        }
    }
}

/// Holds one run against the rules that every run has to keep.
struct RunJudge {
    let schema: Schema
    /// Whether metrics beyond the first must have values too.
    let wantsAllMetrics: Bool
    /// Runs by what became of them.
    private(set) var succeeded = 0
    private(set) var infeasible = 0
    private(set) var cancelled = 0
    private(set) var stopped = 0
    private(set) var failed = 0

    init(_ schema: Schema, wantsAllMetrics: Bool = false) {
        self.schema = schema
        self.wantsAllMetrics = wantsAllMetrics
    }

    var total: Int { succeeded + infeasible + cancelled + stopped + failed }

    /// `configuration` as text, for the finding.
    mutating func judge(_ outcome: CheckOutcome, _ configuration: @autoclosure () -> String, _ findings: inout CheckFindings) {
        switch outcome.code {
        case TUNED_OK: judgeSuccess(outcome, configuration(), &findings)
        case TUNED_STOPPED where outcome.wasToldToStop: stopped += 1
        case TUNED_STOPPED:
            failed += 1
            findings.add(
                .error, "stopped-unasked", "\(outcome.function) returned TUNED_STOPPED, and should_stop had not said so",
                advice: "Return TUNED_CANCELLED where the plugin itself sees no point in going on, or a failure.",
                detail: configuration())
        case TUNED_CANCELLED: cancelled += 1
        case TUNED_INFEASIBLE: infeasible += 1
        case 1...:
            failed += 1
            findings.add(
                .error, "unknown-code", "\(outcome.function) returned \(outcome.code), which means nothing",
                advice: "Return one of the codes of tuned/plugin.h: positive ones are for what is expected.",
                detail: configuration())
        default: judgeFailure(outcome, configuration(), &findings)
        }
        judgeInfractions(outcome, configuration(), &findings)
    }

    private mutating func judgeFailure(_ outcome: CheckOutcome, _ configuration: String, _ findings: inout CheckFindings) {
        failed += 1
        let said = outcome.said.isEmpty ? "without saying why" : "and said: \(outcome.said)"
        findings.add(
            .error, "failed", "\(outcome.function) returned \(outcome.code) \(said)",
            advice: "A configuration within the schema should train; where it cannot, return TUNED_INFEASIBLE with a reason, or narrow the schema.",
            detail: configuration)
        if outcome.said.isEmpty {
            findings.add(
                .warning, "silent-failure", "\(outcome.function) failed without a word",
                advice: "Say why: return host->fail(trial, TUNED_FAILED, \"...\").", detail: configuration)
        }
    }

    private mutating func judgeSuccess(_ outcome: CheckOutcome, _ configuration: String, _ findings: inout CheckFindings) {
        succeeded += 1
        if !outcome.said.isEmpty {
            findings.add(
                .warning, "fail-then-success", "host->fail was told \"\(outcome.said)\", and \(outcome.function) returned 0",
                advice: "Return what host->fail returns.", detail: configuration)
        }
        for (index, metric) in schema.metrics.enumerated() {
            guard let value = outcome.metrics[index] else {
                let isFirst = index == 0
                guard isFirst || wantsAllMetrics else { continue }
                findings.add(
                    isFirst ? .error : .warning, isFirst ? "missing-objective" : "missing-metric",
                    "it returned success without a value for \"\(metric.name)\"",
                    advice: isFirst
                        ? "Call host->objective(trial, 0, value) before returning 0."
                        : "Call host->objective(trial, \(index), value): a study that optimises this metric fails without it.",
                    detail: configuration)
                continue
            }
            if !value.isFinite {
                findings.add(
                    .error, "not-finite", "the value of \"\(metric.name)\" is \(value)",
                    advice: "Return TUNED_INFEASIBLE where training diverges, or give a large finite value.",
                    detail: configuration)
            }
        }
    }

    private func judgeInfractions(_ outcome: CheckOutcome, _ configuration: String, _ findings: inout CheckFindings) {
        for infraction in Infraction.allCases {
            guard let example = outcome.infractions[infraction] else { continue }
            let isWarning = infraction == .reportNotFinite || infraction == .constraintNotFinite
            findings.add(
                isWarning ? .warning : .error, infraction.rawValue, "\(infraction.meaning): \(example)",
                advice: infraction.advice, detail: configuration)
        }
    }

    /// `43 configurations, 3 infeasible`
    var summary: String {
        var parts = [counted(total, "configuration")]
        for (count, word) in [(infeasible, "infeasible"), (cancelled, "cancelled"), (stopped, "stopped for time"), (failed, "failed")]
        where count > 0 {
            parts.append("\(count) \(word)")
        }
        return parts.joined(separator: ", ")
    }
}

/// `1 symbol`, `2 symbols`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension Infraction {
    fileprivate var meaning: String {
        switch self {
        case .unknownMetric: "it named a metric that the schema does not have"
        case .stepsNotIncreasing: "its reports do not go forward"
        case .reportNotFinite: "it reported what is no number"
        case .constraintName: "it named a constraint badly"
        case .constraintNotFinite: "a constraint has no value"
        case .unknownPart: "it asked for rows that there are not"
        case .checkpointOrder: "it used tuned.checkpoint/1 out of order"
        case .artifactName: "it named an artifact badly"
        case .unknownParameter: "it asked for the schedule of a parameter that there is not"
        }
    }

    fileprivate var advice: String {
        switch self {
        case .unknownMetric: "Metrics go by their place in the schema's `metrics`, from 0."
        case .stepsNotIncreasing: "Report each step of a metric once, in increasing order; after a restore go on behind the restored step."
        case .reportNotFinite: "End the run where the metric is not finite: return TUNED_INFEASIBLE with a reason."
        case .constraintName: "Constraints have names of 1 to 128 bytes."
        case .constraintNotFinite: "Give a finite number: feasible where it is <= 0."
        case .unknownPart: "There are TUNED_ROWS_TRAIN and TUNED_ROWS_EVALUATE."
        case .checkpointOrder: "To save: begin, write, commit. To restore: restore, and read where that returned TUNED_OK."
        case .artifactName: "Artifacts have names of 1 to 128 characters of [A-Za-z0-9._-] that do not begin with a dot."
        case .unknownParameter: "Parameters go by their place in the schema, from 0."
        }
    }
}
