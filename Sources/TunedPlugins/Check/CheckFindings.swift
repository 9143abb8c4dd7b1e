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

/// `1 symbol`, `2 symbols`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// Two decimals, for messages.
func rounded(_ seconds: Double) -> String { "\((seconds * 100).rounded() / 100)" }
