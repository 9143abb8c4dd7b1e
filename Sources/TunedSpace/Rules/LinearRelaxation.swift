import Glibc

/// Linear bounds over the numbers of a box, countable ones taken as continuous: whether they can be kept, and where near a
/// point.
struct LinearRelaxation {
    /// Parameters in the bounds that can vary, in the order of the bounds.
    let variables: [Int]
    private let box: RuleBox
    private let scales: [UnitScale]
    private let system: LinearSystem
    private let low: [Double]
    private let high: [Double]
    private let isLogarithmic: [Bool]

    private static let maximumSweeps = 60
    /// How far a sum stays below a strict bound, relative to what it can be.
    private static let strictMargin = 1e-10

    /// Less than half of what the least step of a countable number makes.
    private static func margin(of bound: LinearBound, _ parameters: [Parameter]) -> Double {
        var (magnitude, least) = (abs(bound.bound), Double.infinity)
        for term in bound.terms {
            let parameter = parameters[term.parameter]
            guard let hull = Reach(parameter).hull(of: parameter) else { continue }
            magnitude += abs(term.coefficient) * max(abs(hull.low), abs(hull.high))
            guard let count = parameter.cellCount, count > 1 else { continue }
            least = min(least, abs(term.coefficient) * (parameter.number(ofCell: 1) - parameter.number(ofCell: 0)))
        }
        return min(strictMargin * magnitude, least / 4)
    }

    init(_ bounds: [LinearBound], _ box: RuleBox, _ scales: [UnitScale]) {
        self.box = box
        self.scales = scales
        var places: [Int: Int] = [:]
        var variables: [Int] = []
        var (low, high) = ([Double](), [Double]())
        var rows: [LinearSystem.Row] = []
        for bound in bounds {
            for term in bound.terms where places[term.parameter] == nil && box.activity(term.parameter) == .yes {
                guard let hull = box.reaches[term.parameter].hull(of: box.system.parameters[term.parameter]) else { continue }
                places[term.parameter] = variables.count
                variables.append(term.parameter)
                low.append(hull.low)
                high.append(hull.high)
            }
        }
        for bound in bounds {
            var coefficients = [Double](repeating: 0, count: variables.count)
            for term in bound.terms { if let place = places[term.parameter] { coefficients[place] += term.coefficient } }
            let margin = bound.isStrict ? Self.margin(of: bound, box.system.parameters) : 0
            rows.append(LinearSystem.Row(coefficients: coefficients, bound: bound.bound - margin))
        }
        self.variables = variables
        (self.low, self.high) = (low, high)
        system = LinearSystem(low: low, high: high, rows: rows)
        isLogarithmic = zip(variables, low).map { index, low in
            switch box.system.parameters[index].domain {
            case .float(let float): float.isLogarithmic && low > 0
            case .integer(let integer): integer.isLogarithmic && low > 0
            case .categorical, .ordinal, .boolean: false
            }
        }
    }

    /// The numbers of ``variables`` at which all bounds hold, if countable ones were continuous; nil where there are none.
    ///
    /// From the target on, it steps onto each bound that is broken, in turn (cyclic projections, S. Agmon 1954: The relaxation
    /// method for linear inequalities), on each parameter's own scale; what is then still broken is mended on the way to
    /// the centre of the legal region.
    func numbers(near target: [Double]) -> [Double]? {
        var position = variables.indices.map { start(at: target[variables[$0]], $0) }
        project(&position)
        if !holds(position) {
            guard let centre = system.centre() else { return nil }
            position = way(from: position, to: centre.indices.map { warp(centre[$0], $0) })
        }
        return variables.indices.map { value(position[$0], $0) }
    }

    // MARK: Scales

    private func warp(_ number: Double, _ place: Int) -> Double { isLogarithmic[place] ? log(number) : number }

    private func value(_ position: Double, _ place: Int) -> Double {
        min(max(isLogarithmic[place] ? exp(position) : position, low[place]), high[place])
    }

    private func start(at place: Double, _ variable: Int) -> Double {
        let index = variables[variable]
        let parameter = box.system.parameters[index]
        let number = parameter.number(of: scales[index].value(at: place)) ?? low[variable]
        return warp(min(max(number, low[variable]), high[variable]), variable)
    }

    // MARK: Bounds

    /// How far the row is broken; below zero where it holds.
    private func excess(_ row: LinearSystem.Row, _ position: [Double]) -> (excess: Double, magnitude: Double) {
        var (sum, magnitude) = (0.0, abs(row.bound))
        for (place, coefficient) in row.coefficients.enumerated() where coefficient != 0 {
            let product = coefficient * value(position[place], place)
            sum += product
            magnitude += abs(product)
        }
        return (sum - row.bound, magnitude)
    }

    private func holds(_ position: [Double]) -> Bool {
        system.rows.allSatisfy { row in
            let (excess, magnitude) = excess(row, position)
            return excess <= LinearBound.tolerance / 2 * magnitude
        }
    }

    private func project(_ position: inout [Double]) {
        for _ in 0..<Self.maximumSweeps {
            var isLegal = true
            for row in system.rows {
                let (excess, magnitude) = excess(row, position)
                guard excess > LinearBound.tolerance / 2 * magnitude else { continue }
                isLegal = false
                // Newton's step along the gradient, distances measured in widths of the box.
                var slopes = [Double](repeating: 0, count: position.count)
                var square = 0.0
                for (place, coefficient) in row.coefficients.enumerated() where coefficient != 0 {
                    let width = warp(high[place], place) - warp(low[place], place)
                    let slope = coefficient * (isLogarithmic[place] ? value(position[place], place) : 1) * width
                    // At its end it cannot go further.
                    let isStuck = slope > 0 ? position[place] <= warp(low[place], place) : position[place] >= warp(high[place], place)
                    guard !isStuck else { continue }
                    slopes[place] = slope
                    square += slope * slope
                }
                guard square > 0, square.isFinite else { continue }
                let step = excess / square * (1 + 1e-9)
                for place in position.indices where slopes[place] != 0 {
                    let (from, to) = (warp(low[place], place), warp(high[place], place))
                    position[place] = min(max(position[place] - step * slopes[place] * (to - from), from), to)
                }
            }
            if isLegal { return }
        }
    }

    /// The first place on the straight way to a legal end from which on all holds.
    private func way(from start: [Double], to end: [Double]) -> [Double] {
        func place(_ share: Double) -> [Double] { zip(start, end).map { $0 + share * ($1 - $0) } }
        var (illegal, legal) = (0.0, 1.0)
        for _ in 0..<50 {
            let middle = (illegal + legal) / 2
            if holds(place(middle)) { legal = middle } else { illegal = middle }
        }
        return place(legal)
    }
}
