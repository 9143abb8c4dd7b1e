/// Reads a comparison of two linear expressions: `x <= y`, `2*x + 3*y < 10`, `0.5 * depth - 1 >= width`.
///
/// Names of parameters may have dots and dashes, so signs between terms need spaces around them.
struct ComparisonReader {
    private var tokens: [String] = []
    private var next = 0
    private let text: String
    private let path: String
    private let index: (String) -> Int?

    /// - Parameter index: of a parameter's name; nil where there is no such parameter.
    init(_ text: String, path: String, index: @escaping (String) -> Int?) {
        self.text = text
        self.path = path
        self.index = index
        var run = ""
        for character in text {
            let isOperator = "<>=".contains(character)
            if character == " " || character == "\t" || character == "*" || character == "+" || isOperator {
                if !run.isEmpty, !(isOperator && "<>=".contains(run)) {
                    tokens.append(run)
                    run = ""
                }
                if isOperator { run.append(character) }
                if character == "*" || character == "+" { tokens.append(String(character)) }
                continue
            }
            if let last = run.first, "<>=".contains(last) {
                tokens.append(run)
                run = ""
            }
            run.append(character)
        }
        if !run.isEmpty { tokens.append(run) }
        tokens = tokens.flatMap { Self.joined($0, index) }
    }

    /// `-x` is a sign and a name, unless that is a name itself.
    private static func joined(_ token: String, _ index: (String) -> Int?) -> [String] {
        guard token.hasPrefix("-"), token.count > 1, index(token) == nil, Double(token) == nil else { return [token] }
        return ["-", String(token.dropFirst())]
    }

    /// - Parameter check: throws for a parameter that is no number.
    func linear(_ check: (Int, String) throws(SpaceError) -> Void) throws(SpaceError) -> LinearBound {
        var reader = self
        var coefficients: [Int: Double] = [:]
        var constant = try reader.expression(1, &coefficients)
        guard let comparison = reader.take(), ["<=", ">=", "<", ">"].contains(comparison) else {
            let isEquality = reader.tokens.contains("=") || reader.tokens.contains("==")
            throw error(
                isEquality
                    ? "an equality leaves nothing to search along; leave one of the parameters out and derive it from the others"
                    : "expected <=, >=, < or >")
        }
        constant += try reader.expression(-1, &coefficients)
        guard reader.next == reader.tokens.count else { throw error("cannot read \"\(reader.tokens[reader.next].prefix(60))\"") }
        let sign: Double = comparison.hasPrefix("<") ? 1 : -1
        let terms = coefficients.keys.sorted().compactMap { parameter in
            coefficients[parameter].flatMap { $0 == 0 ? nil : LinearBound.Term(parameter: parameter, coefficient: sign * $0) }
        }
        guard !terms.isEmpty else { throw error("it compares no parameter") }
        for term in terms { try check(term.parameter, path) }
        guard constant.isFinite, terms.allSatisfy(\.coefficient.isFinite) else { throw error("a number is too large") }
        return LinearBound(terms: terms, bound: constant == 0 ? 0 : -sign * constant, isStrict: comparison.count == 1)
    }

    private func error(_ message: String) -> SpaceError {
        SpaceError(.rule, path: path, "\"\(text.prefix(120))\": \(message)")
    }

    private mutating func take() -> String? {
        guard next < tokens.count else { return nil }
        next += 1
        return tokens[next - 1]
    }

    /// Terms with signs between them, up to a comparison or the end. Returns the sum of its constants.
    private mutating func expression(_ side: Double, _ coefficients: inout [Int: Double]) throws(SpaceError) -> Double {
        var constant = 0.0
        var sign = side
        var isFirst = true
        while true {
            if next < tokens.count, tokens[next] == "-" || tokens[next] == "+" {
                if tokens[next] == "-" { sign = -sign }
                next += 1
            } else if !isFirst {
                return constant
            }
            try term(sign, &coefficients, &constant)
            (sign, isFirst) = (side, false)
        }
    }

    private mutating func term(
        _ sign: Double, _ coefficients: inout [Int: Double], _ constant: inout Double
    ) throws(SpaceError) {
        guard let token = take() else { throw error("a number or a parameter is missing at the end") }
        if let parameter = index(token) {
            var factor = sign
            if next + 1 < tokens.count, tokens[next] == "*", let number = Double(tokens[next + 1]) {
                factor *= number
                next += 2
            }
            coefficients[parameter, default: 0] += factor
            return
        }
        guard let number = Double(token), number.isFinite else {
            let hint = token.contains("-") ? "; put spaces around + and - between terms" : ""
            throw error("\"\(token.prefix(60))\" is neither a number nor a parameter here\(hint)")
        }
        let isTimes = next < tokens.count && tokens[next] == "*"
        guard isTimes || (next < tokens.count && index(tokens[next]) != nil) else {
            constant += sign * number
            return
        }
        if isTimes { next += 1 }
        guard let name = take(), let parameter = index(name) else { throw error("a parameter must follow \(number)*") }
        coefficients[parameter, default: 0] += sign * number
    }
}
