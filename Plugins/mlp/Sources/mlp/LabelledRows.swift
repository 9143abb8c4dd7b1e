import TunedPlugin

/// What a table says: features as numbers, and the class of each row.
struct LabelledRows {
    private(set) var features: [Float] = []
    private(set) var labels: [Int32] = []
    private(set) var featureCount = 0
    /// In the order in which the table first names them.
    private(set) var classes: [String] = []

    static let classLimit = 1000

    var count: Int { labels.count }

    /// - Parameter target: the column of the class; nil or empty: the last one.
    init(_ table: Table, target: String?) throws(TrialError) {
        let column = try Self.column(target, of: table)
        guard table.header.count > 1 else {
            throw .failed("'\(table.header[0])' is the only column; a target and one feature are needed, separated by commas")
        }
        featureCount = table.header.count - 1
        features.reserveCapacity(table.lines.count * featureCount)
        var numbers: [String: Int32] = [:]
        for (row, line) in table.lines.enumerated() {
            for (place, name) in table.header.enumerated() {
                let cell = table.cells[row * table.header.count + place]
                if place == column {
                    labels.append(try number(of: cell, &numbers, line: line, target: name))
                } else {
                    features.append(try Self.feature(cell, line: line, column: name))
                }
            }
        }
        guard classes.count > 1 else {
            throw .failed("every row has '\(classes[0])' for the target '\(table.header[column])'; to classify takes two classes at least")
        }
    }

    private static func column(_ target: String?, of table: Table) throws(TrialError) -> Int {
        guard let target, !target.isEmpty else { return table.header.count - 1 }
        if let column = table.header.firstIndex(of: target) { return column }
        let names = table.header.prefix(20).map { "'\($0)'" }.joined(separator: ", ") + (table.header.count > 20 ? ", ..." : "")
        throw .failed("there is no column '\(target)' to be the target; the columns are \(names)")
    }

    private static func feature(_ cell: String, line: Int, column: String) throws(TrialError) -> Float {
        guard let value = Float(cell), value.isFinite else {
            throw .failed("line \(line), column '\(column)': '\(cell.prefix(40))' is not a number; every feature must be one")
        }
        return value
    }

    private mutating func number(
        of name: String, _ numbers: inout [String: Int32], line: Int, target: String
    ) throws(TrialError) -> Int32 {
        guard !name.isEmpty else { throw .failed("line \(line): the target '\(target)' is empty") }
        if let known = numbers[name] { return known }
        guard classes.count < Self.classLimit else {
            throw .failed(
                "line \(line): the target '\(target)' has more than \(Self.classLimit) distinct values; is it a number, not a class?")
        }
        let number = Int32(classes.count)
        numbers[name] = number
        classes.append(name)
        return number
    }
}
