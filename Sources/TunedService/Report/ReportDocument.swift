package import TunedPlots

/// A document before it has a format: what ``HTMLReport`` and ``MarkdownReport`` both write.
package struct ReportDocument: Sendable {
    package enum Block: Sendable {
        case heading(String)
        case paragraph(String)
        case list([String])
        /// Names and what they are.
        case facts([(String, String)])
        /// - numbers: columns that are set to the right.
        case table(header: [String], rows: [[String]], numbers: Set<Int>)
        case code(String, language: String)
        case picture(PictureKind, svg: String, caption: String)
    }

    package var title: String
    package var blocks: [Block] = []

    package init(title: String) { self.title = title }

    mutating func heading(_ text: String) { blocks.append(.heading(text)) }
    mutating func paragraph(_ text: String) { if !text.isEmpty { blocks.append(.paragraph(text)) } }
    mutating func list(_ items: [String]) { if !items.isEmpty { blocks.append(.list(items)) } }
    mutating func facts(_ facts: [(String, String?)]) {
        let known = facts.compactMap { name, value in value.flatMap { $0.isEmpty ? nil : (name, $0) } }
        if !known.isEmpty { blocks.append(.facts(known)) }
    }
    mutating func table(_ header: [String], _ rows: [[String]], numbers: Set<Int> = []) {
        if !rows.isEmpty { blocks.append(.table(header: header, rows: rows, numbers: numbers)) }
    }
    mutating func code(_ text: String, _ language: String) { blocks.append(.code(text, language: language)) }

    /// Left out where it would be empty.
    mutating func picture(_ kind: PictureKind, of pictures: StudyPictures) {
        if let svg = try? pictures.svg(kind) { blocks.append(.picture(kind, svg: svg, caption: "\(kind.explanation.prefix(1).uppercased())\(kind.explanation.dropFirst()).")) }
    }
}
