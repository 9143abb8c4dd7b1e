import TunedSpace

/// Where two runs that should be equal differ, in words.
enum CheckDifference {
    static func text(_ first: CheckOutcome, _ second: CheckOutcome, _ schema: Schema) -> String {
        if first.code != second.code { return "it returned \(second.code), before \(first.code)" }
        for (one, other) in zip(first.reports, second.reports) where one != other {
            if one.step != other.step || one.metric != other.metric {
                return "it reported step \(other.step) where it had reported step \(one.step)"
            }
            return "\"\(schema.metrics[Int(one.metric)].name)\" at step \(one.step) is \(other.value), before \(one.value)"
        }
        if first.reports.count != second.reports.count {
            return "it made \(second.reports.count) reports, before \(first.reports.count)"
        }
        for (index, pair) in zip(first.metrics, second.metrics).enumerated() where pair.0?.bitPattern != pair.1?.bitPattern {
            let name = schema.metrics.indices.contains(index) ? schema.metrics[index].name : "\(index)"
            return "\"\(name)\" is \(pair.1.map { "\($0)" } ?? "missing"), before \(pair.0.map { "\($0)" } ?? "missing")"
        }
        return "it differs"
    }
}
