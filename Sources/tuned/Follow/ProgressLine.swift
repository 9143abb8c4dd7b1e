import TunedRecords

/// One line that says how a study stands, as wide as the terminal.
package enum ProgressLine {
    /// Parts that do not fit are left out, the least telling first. No part is cut in its middle.
    package static func text(_ study: StudySnapshot, width: Int, unicode: Bool) -> String {
        var parts = Self.parts(study)
        let barWidth = 20
        func line() -> String {
            let bar = study.fraction.map { Self.bar($0, width: barWidth, unicode: unicode) }
            return ([study.slug, bar].compactMap { $0 } + parts.map(\.text)).joined(separator: "  ")
        }
        while line().columns > width, let least = parts.indices.max(by: { parts[$0].rank < parts[$1].rank }) {
            parts.remove(at: least)
        }
        let whole = line()
        return whole.columns <= width ? whole : study.slug.cut(to: width, unicode: unicode)
    }

    /// Rank 0 is the last to be left out.
    private static func parts(_ study: StudySnapshot) -> [(rank: Int, text: String)] {
        var parts: [(rank: Int, text: String)] = []
        let total = study.expected.map { "/\(Formatting.count($0))" } ?? (study.ended == 1 ? " trial" : " trials")
        parts.append((0, Formatting.count(study.ended) + total))
        if let best = study.best, let value = best.values.first {
            parts.append((1, "best \(Formatting.value(value))"))
        }
        if study.counts.running > 0 { parts.append((4, "running \(study.counts.running)")) }
        if study.counts.failed > 0 { parts.append((3, "failed \(Formatting.count(study.counts.failed))")) }
        if let rate = study.trialsPerSecond { parts.append((5, Formatting.rate(rate))) }
        if study.isRunning, let left = study.secondsLeft { parts.append((2, "\(Formatting.duration(left)) left")) }
        return parts
    }

    package static func bar(_ fraction: Double, width: Int, unicode: Bool) -> String {
        let filled = Int((min(1, max(0, fraction)) * Double(width)).rounded(.down))
        return unicode
            ? String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
            : "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "]"
    }
}
