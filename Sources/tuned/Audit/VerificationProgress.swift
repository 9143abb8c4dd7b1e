/// How far a verification is, on a terminal.
struct VerificationProgress {
    private let terminal = Terminal.error
    private var drawn: ContinuousClock.Instant?

    mutating func show(_ study: String, _ done: Int, of total: Int) {
        guard terminal.isInteractive else { return }
        if let drawn, drawn.duration(to: .now) < .milliseconds(100) { return }
        drawn = .now
        let fraction = total > 0 ? min(1, Double(done) / Double(total)) : 0
        let bar = ProgressLine.bar(fraction, width: 20, unicode: terminal.usesUnicode)
        terminal.write(
            "\r\u{1b}[K\(study)  \(bar)  \(Formatting.count(done))/\(Formatting.count(total)) suggestions derived")
    }

    func end() {
        if drawn != nil { terminal.write("\r\u{1b}[K") }
    }
}
