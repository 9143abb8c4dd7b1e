/// Bounds on linear sums of numbers that lie in a box: a_i · x <= b_i, low <= x <= high.
package struct LinearSystem {
    package struct Row {
        var coefficients: [Double]
        var bound: Double

        package init(coefficients: [Double], bound: Double) {
            self.coefficients = coefficients
            self.bound = bound
        }
    }

    let low: [Double]
    let high: [Double]
    let rows: [Row]

    package init(low: [Double], high: [Double], rows: [Row]) {
        self.low = low
        self.high = high
        self.rows = rows
    }

    /// A point as far inside of all rows as there is one, distances measured in widths of the box; nil where no point keeps
    /// all rows.
    ///
    /// It maximises the least distance t to a row: a linear program in t and x, solved by the simplex method with bounded
    /// variables and Bland's rule (R. G. Bland 1977: New finite pivoting rules for the simplex method), which cannot go
    /// round in circles. The corner x = low with the t of the row that is violated most is where it can begin, so there is
    /// no first phase.
    package func centre() -> [Double]? {
        let count = low.count
        // x = low + width · y, with y in [0, 1].
        let width = zip(low, high).map { $1 - $0 }
        var table: [[Double]] = []
        for row in rows {
            var line = (0..<count).map { row.coefficients[$0] * width[$0] }
            let largest = line.reduce(0) { max($0, abs($1)) }
            let offset = zip(row.coefficients, low).reduce(0) { $0 + $1.0 * $1.1 }
            let magnitude = zip(row.coefficients, low).reduce(abs(row.bound)) { $0 + abs($1.0 * $1.1) }
            let room = row.bound - offset
            guard largest > LinearBound.tolerance * magnitude else {
                // Nothing in the row can move.
                if room < -2 * LinearBound.tolerance * magnitude { return nil }
                continue
            }
            line = line.map { $0 / largest }
            let norm = line.reduce(0) { $0 + $1 * $1 }.squareRoot()
            // Columns: y, then the right-hand side.
            table.append(line.map { $0 / norm } + [room / largest / norm])
        }
        guard !table.isEmpty else { return low }
        var simplex = DepthSimplex(table, variables: count)
        guard let y = simplex.solve(), simplex.depth >= -1e-9 else { return nil }
        return (0..<count).map { index in
            min(max(low[index] + width[index] * y[index], low[index]), high[index])
        }
    }
}

/// max t subject to table · y + t <= right-hand side, 0 <= y <= 1.
private struct DepthSimplex {
    /// Row by row: one column a nonbasic variable, then the value of the basic one.
    private var table: [[Double]]
    /// Variables: y first, then one slack a row. t is basic in `top` from the first pivot on.
    private var basic: [Int]
    private var nonbasic: [Int]
    private var isAtUpper: [Bool]
    private var top = 0
    private let variables: Int
    private static let epsilon = 1e-11

    /// The t of the solution.
    private(set) var depth = 0.0

    init(_ rows: [[Double]], variables: Int) {
        table = rows
        self.variables = variables
        basic = rows.indices.map { variables + $0 }
        nonbasic = Array(0..<variables)
        isAtUpper = Array(repeating: false, count: variables)
        // t enters in the row with the least right-hand side; that row's slack leaves at zero.
        top = rows.indices.min { (rows[$0][variables], $0) < (rows[$1][variables], $1) } ?? 0
        let first = table[top]
        for row in rows.indices where row != top {
            for column in 0...variables { table[row][column] -= first[column] }
            table[row].insert(-1, at: variables)
        }
        table[top].insert(1, at: variables)
        nonbasic.append(basic[top])
        isAtUpper.append(false)
        basic[top] = -1
    }

    /// Values of y; nil after too many steps, which rounding alone could bring about.
    mutating func solve() -> [Double]? {
        let last = nonbasic.count
        for _ in 0..<(200 + 20 * (table.count + last)) {
            // t grows along a column whose coefficient in its row has the right sign.
            let entering = (0..<last).filter { column in
                let coefficient = table[top][column]
                return isAtUpper[column] ? coefficient > Self.epsilon : coefficient < -Self.epsilon
            }.min { nonbasic[$0] < nonbasic[$1] }
            guard let column = entering else { return values() }
            step(column)
        }
        // Feasible all the same, if not the deepest.
        return values()
    }

    private func upper(_ variable: Int) -> Double { variable < variables ? 1 : .infinity }

    private mutating func step(_ column: Int) {
        let last = nonbasic.count
        let direction: Double = isAtUpper[column] ? -1 : 1
        var limit = upper(nonbasic[column])
        var leaving: Int?
        for row in table.indices where row != top {
            let slope = table[row][column] * direction
            guard abs(slope) > Self.epsilon else { continue }
            let room = slope > 0 ? table[row][last] : upper(basic[row]) - table[row][last]
            let ratio = max(0, room) / abs(slope)
            let isEarlier = leaving.map { ratio == limit && basic[row] < basic[$0] } ?? false
            if ratio < limit || isEarlier { (limit, leaving) = (ratio, row) }
        }
        for row in table.indices { table[row][last] -= table[row][column] * direction * limit }
        guard let row = leaving else {
            isAtUpper[column].toggle()
            return
        }
        let leftAtUpper = table[row][column] * direction < 0
        let value = (isAtUpper[column] ? upper(nonbasic[column]) : 0) + direction * limit
        pivot(row, column)
        table[row][last] = value
        swap(&basic[row], &nonbasic[column])
        isAtUpper[column] = leftAtUpper
    }

    /// Exchanges a basic and a nonbasic variable; the last column, which holds values and not right-hand sides, is left alone.
    private mutating func pivot(_ row: Int, _ column: Int) {
        let last = nonbasic.count
        let divisor = table[row][column]
        for other in 0..<last where other != column { table[row][other] /= divisor }
        table[row][column] = 1 / divisor
        for line in table.indices where line != row {
            let factor = table[line][column]
            guard factor != 0 else { continue }
            for other in 0..<last where other != column { table[line][other] -= factor * table[row][other] }
            table[line][column] = -factor / divisor
        }
    }

    private mutating func values() -> [Double] {
        let last = nonbasic.count
        depth = table[top][last]
        var y = [Double](repeating: 0, count: variables)
        for (column, variable) in nonbasic.enumerated() where variable < variables { y[variable] = isAtUpper[column] ? 1 : 0 }
        for (row, variable) in basic.enumerated() where variable >= 0 && variable < variables {
            y[variable] = min(max(table[row][last], 0), 1)
        }
        return y
    }
}
