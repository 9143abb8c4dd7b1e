/// The page of a picture: title, remarks and legend on top, what is drawn below, and what a screen reader says.
struct Canvas {
    struct Legend {
        enum Swatch {
            case mark(Mark, String)
            case line(String)
            case box(String)
        }
        var swatch: Swatch
        var label: String

        static func mark(_ mark: Mark, _ style: String, _ label: String) -> Legend { Legend(swatch: .mark(mark, style), label: label) }
        static func line(_ style: String, _ label: String) -> Legend { Legend(swatch: .line(style), label: label) }
        static func box(_ style: String, _ label: String) -> Legend { Legend(swatch: .box(style), label: label) }
    }

    static let margin = 16.0
    let width: Double
    var svg = SVGText()
    /// Where the header ends.
    private(set) var top: Double = 30
    private let kind: PictureKind
    private let title: String
    private let remarks: [String]

    /// - Parameter remarks: sentences; they are wrapped.
    init(_ kind: PictureKind, title: String, remarks: [String], legend: [Legend] = [], width: Double = 800) {
        self.width = width
        self.kind = kind
        self.title = title
        self.remarks = remarks.filter { !$0.isEmpty }
        let heading = "\(title): \(kind.rawValue)"
        svg.text(
            TextWidth.fitting(heading, width: width - 2 * Self.margin, size: 16.5), Self.margin, top, style: "title", full: heading)
        top += 6
        for line in Self.wrapped(self.remarks.joined(separator: "  ·  "), to: width - 2 * Self.margin) {
            top += 16
            svg.text(line, Self.margin, top, style: "muted")
        }
        if !legend.isEmpty { draw(legend) }
        top += 12
    }

    private mutating func draw(_ legend: [Legend]) {
        var x = Self.margin
        top += 24
        for entry in legend {
            let needed = 30 + TextWidth.of(entry.label) + 18
            if x > Self.margin, x + needed > width - Self.margin {
                x = Self.margin
                top += 19
            }
            let y = top - 4
            switch entry.swatch {
            case .mark(let mark, let style): svg.path(mark.data(x + 11, y), style: "m \(mark.rawValue) \(style)")
            case .line(let style): svg.line(x, y, x + 22, y, style: style)
            case .box(let style): svg.rectangle(x + 4, y - 6, 14, 12, style: style)
            }
            svg.text(entry.label, x + 28, top)
            x += needed
        }
    }

    /// The whole document.
    func finished(height: Double) -> String {
        let (width, height) = (NumberText.coordinate(width), NumberText.coordinate(height.rounded(.up)))
        let id = "tp-\(kind.rawValue)"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" class="tp" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
            role="img" aria-labelledby="\(id)-title \(id)-desc">
            <title id="\(id)-title">\(SVGText.escaped("\(title): \(kind.rawValue)"))</title>
            <desc id="\(id)-desc">\(SVGText.escaped("\(kind.explanation.prefix(1).uppercased())\(kind.explanation.dropFirst()). \(remarks.joined(separator: " "))"))</desc>
            <style>
            \(Theme.css)</style>
            <rect class="bg" width="\(width)" height="\(height)"/>
            \(svg.text)</svg>

            """
    }

    static func wrapped(_ text: String, to width: Double) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if let last = lines.last, TextWidth.of("\(last) \(word)") <= width { lines[lines.count - 1] = "\(last) \(word)" } else { lines.append(String(word)) }
        }
        return lines.map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }.map { line in
            // A separator that came to an end of its line separates nothing.
            String(line.hasSuffix(" ·") ? line.dropLast(2) : line.hasPrefix("· ") ? line.dropFirst(2) : line[...])
        }
    }
}
