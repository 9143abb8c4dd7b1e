/// Shows a study's progress on standard error: a line that is drawn again on a terminal, plain lines elsewhere.
struct ProgressDisplay {
    private let terminal: Terminal
    private var log = ProgressLog()
    private var drawn: ContinuousClock.Instant?
    private var isShown = false

    init(terminal: Terminal = .error) {
        self.terminal = terminal
    }

    mutating func show(_ study: StudySnapshot) {
        if let width = terminal.width {
            // Ten times a second is more than an eye follows, and little for a slow line.
            if let drawn, drawn.duration(to: .now) < .milliseconds(100) { return }
            draw(study, width: width)
        } else {
            for line in log.lines(for: study) { terminal.writeLine(line) }
        }
    }

    /// Leaves the final state standing and goes to the next line.
    mutating func end(_ study: StudySnapshot?) {
        if let width = terminal.width {
            if let study { draw(study, width: width) }
            if isShown { terminal.writeLine() }
            isShown = false
        } else if let study {
            for line in log.lines(for: study) { terminal.writeLine(line) }
        }
    }

    /// A line of its own above the progress.
    mutating func note(_ text: String) {
        terminal.write((isShown ? Self.erase : "") + text + "\n")
        isShown = false
    }

    private mutating func draw(_ study: StudySnapshot, width: Int) {
        // A line as wide as the window would make some terminals scroll.
        let line = ProgressLine.text(study, width: width - 1, unicode: terminal.usesUnicode)
        terminal.write(Self.erase + line)
        drawn = .now
        isShown = true
    }

    private static let erase = "\r\u{1b}[K"
}
