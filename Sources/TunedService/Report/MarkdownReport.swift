import TunedPlots

/// The same in the Markdown that common hosts show (CommonMark with tables). Pictures are files beside it: hosts drop both inline SVG and
/// `data:` addresses, and show an SVG file that is named, light or dark as the reader has it.
package enum MarkdownReport {
    /// - Parameter pictures: what the names of the pictures' files begin with; `report-` makes `report-history.svg`.
    package static func text(of document: ReportDocument, pictures prefix: String) -> String {
        "# \(escaped(document.title))\n\n" + document.blocks.map { markdown(of: $0, prefix) }.joined(separator: "\n")
    }

    private static func markdown(of block: ReportDocument.Block, _ prefix: String) -> String {
        switch block {
        case .heading(let text): return "## \(escaped(text))\n"
        case .paragraph(let text): return escaped(text, beginsLine: true) + "\n"
        case .list(let items): return items.map { "- \(escaped($0, beginsLine: true))\n" }.joined()
        case .facts(let facts): return table(["", ""], facts.map { [$0.0, $0.1] }, [])
        case .table(let header, let rows, let numbers): return table(header, rows, numbers)
        case .code(let text, let language):
            // A fence that is longer than any in the text.
            var fence = "```"
            while text.contains(fence) { fence += "`" }
            return "\(fence)\(language)\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(fence)\n"
        case .picture(let kind, _, let caption): return "![\(escaped(caption))](<\(prefix)\(kind.rawValue).svg>)\n"
        }
    }

    private static func table(_ header: [String], _ rows: [[String]], _ numbers: Set<Int>) -> String {
        func line(_ cells: [String]) -> String { "| " + cells.map { escaped($0) }.joined(separator: " | ") + " |\n" }
        let rule = "|" + header.indices.map { numbers.contains($0) ? " ---: |" : " --- |" }.joined() + "\n"
        return line(header) + rule + rows.map(line).joined()
    }

    /// Plain text stays plain: nothing in it is taken for markup, or ends its line.
    static func escaped(_ text: String, beginsLine: Bool = false) -> String {
        let scalars = Array(text.unicodeScalars)
        func isWord(_ place: Int) -> Bool { scalars.indices.contains(place) && (scalars[place].properties.isAlphabetic || ("0"..."9").contains(scalars[place])) }
        func isNumber(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool { !scalars.isEmpty && scalars.allSatisfy { ("0"..."9").contains($0) } }
        var result = ""
        for (place, scalar) in scalars.enumerated() {
            switch scalar {
            // Within a word it is a letter like another.
            case "_" where isWord(place - 1) && isWord(place + 1): result += "_"
            case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "~", "&", "$": result += "\\\(scalar)"
            case "#", "+", "-", "=": result += place == 0 && beginsLine ? "\\\(scalar)" : "\(scalar)"
            // `1.` and `1)` begin a list.
            case "." where beginsLine && isNumber(scalars[..<place]), ")" where beginsLine && isNumber(scalars[..<place]): result += "\\\(scalar)"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
