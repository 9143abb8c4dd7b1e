/// Rows in aligned columns, cut to the terminal's width.
package struct TextTable: Sendable {
    package enum Alignment: Sendable { case left, right }

    package struct Column: Sendable {
        package var title: String
        package var alignment: Alignment

        package init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    package let columns: [Column]
    package private(set) var rows: [[String]] = []
    private let hidesEmpty: Bool

    /// - Parameter hidesEmpty: Whether columns without a single entry are left out.
    package init(_ columns: [Column], hidesEmpty: Bool = false) {
        self.columns = columns
        self.hidesEmpty = hidesEmpty
    }

    /// Missing cells are empty; cells past the last column are left out.
    package mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? cells[$0].printable : "" })
    }

    /// Lines with their line ends. `width` nil cuts nothing; else the widest left-aligned columns give way first.
    package func text(width: Int? = nil, unicode: Bool = false) -> String {
        let table = hidesEmpty ? withoutEmptyColumns : self
        let widths = table.fitted(width)
        var text = table.line(table.columns.map(\.title), widths, unicode)
        text += widths.map { String(repeating: unicode ? "─" : "-", count: $0) }.joined(separator: "  ") + "\n"
        for row in table.rows { text += table.line(row, widths, unicode) }
        return text
    }

    private var withoutEmptyColumns: TextTable {
        let kept = columns.indices.filter { index in rows.contains { !$0[index].isEmpty } }
        var table = TextTable(kept.map { columns[$0] })
        table.rows = rows.map { row in kept.map { row[$0] } }
        return table
    }

    private func fitted(_ limit: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].title.columns) { max($0, $1[index].columns) }
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + 2 * max(0, widths.count - 1) - limit
        while excess > 0 {
            let shrinkable = widths.indices.filter { widths[$0] > 6 }
            // Numbers cut short would be read as other numbers, so text gives way before them.
            let candidates = shrinkable.filter { columns[$0].alignment == .left }
            guard let widest = (candidates.isEmpty ? shrinkable : candidates).max(by: { widths[$0] < widths[$1] })
            else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int], _ unicode: Bool) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += "  " }
            let cell = cell.cut(to: widths[index], unicode: unicode)
            let padding = String(repeating: " ", count: max(0, widths[index] - cell.columns))
            line += columns[index].alignment == .right ? padding + cell : cell + padding
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }
}

extension String {
    /// Columns that a terminal gives to the text: two for wide East Asian characters and most emoji, one for the rest.
    package var columns: Int {
        reduce(0) { total, character in
            guard let scalar = character.unicodeScalars.first else { return total }
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                return total + 2
            default: return total + 1
            }
        }
    }

    /// At most `width` columns, with a mark where something was left out.
    package func cut(to width: Int, unicode: Bool) -> String {
        guard columns > width else { return self }
        let mark = unicode ? "…" : "~"
        var text = ""
        var used = 0
        for character in self {
            let next = String(character).columns
            guard used + next <= width - 1 else { break }
            text.append(character)
            used += next
        }
        return width > 0 ? text + mark : ""
    }
}
