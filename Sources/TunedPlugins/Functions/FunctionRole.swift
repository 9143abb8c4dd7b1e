import TunedSpace

/// What a function's argument is given.
package enum FunctionRole: Hashable, Sendable {
    /// The value of the parameter with this index.
    case parameter(Int)
    case seed, budget, trial, fold, folds
    /// Path of the study's data file.
    case data
    /// A key of the study's `config`, as text.
    case config(String)
    case rows(Part)
    case rowCount(Part)
    /// A callback that reports the metric with this index.
    case report(metric: Int)
    /// A callback that tells whether to stop.
    case shouldStop
    /// Room for the value of the metric with this index.
    case metric(Int)

    package enum Part: String, Hashable, Sendable {
        case train, evaluate
    }
}

/// What a function's result is.
package enum FunctionResult: Hashable, Sendable {
    case metric(Int)
    /// `TUNED_OK`, `TUNED_STOPPED`, … of plugin.h
    case status
    case none
}

/// Why a declaration of a function cannot be used: one sentence or two.
struct DeclarationProblem: Error {
    var message: String

    init(_ message: String) { self.message = message }
}

extension FunctionRole {
    private static let plain: [String: FunctionRole] = [
        "seed": .seed, "budget": .budget, "trial": .trial, "fold": .fold, "folds": .folds, "data": .data,
        "train_rows": .rows(.train), "train_count": .rowCount(.train), "evaluate_rows": .rows(.evaluate),
        "evaluate_count": .rowCount(.evaluate), "report": .report(metric: 0), "should_stop": .shouldStop,
    ]
    private static let prefixed = ["parameter:", "config:", "metric:", "report:"]

    /// All that a role can be, for messages.
    static let known = (plain.keys.sorted() + ["parameter:NAME", "config:KEY", "metric:NAME", "report:METRIC"]).joined(separator: ", ")

    init(_ text: String, in schema: Schema) throws(DeclarationProblem) {
        if let role = Self.plain[text] {
            self = role
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.count == 2 ? String(parts[1]) : ""
        switch parts.first {
        case "parameter" where parts.count == 2: self = .parameter(try Self.parameter(rest, in: schema))
        case "metric" where parts.count == 2: self = .metric(try Self.metric(rest, in: schema))
        case "report" where parts.count == 2: self = .report(metric: try Self.metric(rest, in: schema))
        case "config" where !rest.isEmpty:
            let keys = schema.config.map(\.name)
            guard keys.isEmpty || keys.contains(rest) else {
                throw DeclarationProblem("the schema's config has no key \"\(rest.prefix(60))\"; add it there: {\"name\": \"\(rest.prefix(60))\"}")
            }
            self = .config(rest)
        default:
            let hint = nearest(to: text, among: Self.plain.keys.sorted() + Self.prefixed).map { "; did you mean \"\($0)\"?" } ?? "."
            throw DeclarationProblem("\"\(text.prefix(60))\" is no role\(hint) Roles are: \(Self.known)")
        }
    }

    static func metric(_ name: String, in schema: Schema) throws(DeclarationProblem) -> Int {
        let names = schema.metrics.map(\.name)
        if let index = names.firstIndex(of: name) { return index }
        throw DeclarationProblem(unknown("metric", name, names))
    }

    private static func parameter(_ name: String, in schema: Schema) throws(DeclarationProblem) -> Int {
        if let index = schema.space.index(of: name) { return index }
        throw DeclarationProblem(unknown("parameter", name, schema.space.parameters.map(\.name)))
    }

    private static func unknown(_ kind: String, _ name: String, _ names: [String]) -> String {
        let hint = nearest(to: name, among: names).map { "; did you mean \"\($0)\"?" } ?? "."
        let known = names.isEmpty ? "none" : names.prefix(20).joined(separator: ", ")
        return "the schema has no \(kind) \"\(name.prefix(60))\"\(hint) It has: \(known)"
    }
}
