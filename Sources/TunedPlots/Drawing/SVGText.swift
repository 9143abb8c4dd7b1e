/// An SVG document under construction. Whatever came from outside passes through ``escaped(_:)``.
struct SVGText {
    private(set) var text = ""

    /// A character that XML 1.0 does not allow becomes U+FFFD; no text can end an element or an attribute.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    mutating func raw(_ markup: String) { text += markup }

    mutating func title(_ content: String) { text += "<title>\(Self.escaped(content))</title>" }

    enum Anchor: String { case start, middle, end }

    /// - Parameters:
    ///   - y: of the base line.
    ///   - full: what a pointer shows, where the text is short for it.
    mutating func text(
        _ content: String, _ x: Double, _ y: Double, anchor: Anchor = .start, style: String = "", full: String? = nil
    ) {
        let (x, y) = (NumberText.coordinate(x), NumberText.coordinate(y))
        text += "<text x=\"\(x)\" y=\"\(y)\""
        if anchor != .start { text += " text-anchor=\"\(anchor.rawValue)\"" }
        if !style.isEmpty { text += " class=\"\(style)\"" }
        text += ">"
        if let full, full != content { title(full) }
        text += Self.escaped(content) + "</text>\n"
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
        path("M\(point(x1, y1))L\(point(x2, y2))", style: style)
    }

    mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, style: String, note: String? = nil) {
        let numbers = [x, y, max(0, width), max(0, height)].map(NumberText.coordinate)
        text += "<rect x=\"\(numbers[0])\" y=\"\(numbers[1])\" width=\"\(numbers[2])\" height=\"\(numbers[3])\" class=\"\(style)\""
        guard let note else { return text += "/>\n" }
        text += ">"
        title(note)
        text += "</rect>\n"
    }

    mutating func path(_ data: String, style: String, note: String? = nil) {
        text += "<path d=\"\(data)\" class=\"\(style)\""
        guard let note else { return text += "/>\n" }
        text += ">"
        title(note)
        text += "</path>\n"
    }

    mutating func polyline(_ points: [(x: Double, y: Double)], style: String, note: String? = nil) {
        guard let first = points.first else { return }
        var data = "M\(point(first.x, first.y))"
        for next in points.dropFirst() { data += "L\(point(next.x, next.y))" }
        path(data, style: style, note: note)
    }

    mutating func group(_ style: String, _ body: (inout SVGText) -> Void) {
        text += "<g class=\"\(style)\">\n"
        body(&self)
        text += "</g>\n"
    }

    private func point(_ x: Double, _ y: Double) -> String { "\(NumberText.coordinate(x)) \(NumberText.coordinate(y))" }
}
