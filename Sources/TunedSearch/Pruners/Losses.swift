internal import Glibc

/// What pruners make of losses before they compare them.
enum Losses {
    /// One a objective, none of them NaN: what is not finite is worse than all that is, and a vector of the wrong length says nothing.
    static func sound(_ losses: [Double], objectives: Int) -> [Double] {
        guard losses.count == objectives else { return Array(repeating: .infinity, count: objectives) }
        return losses.allSatisfy(\.isFinite) ? losses : losses.map { $0.isFinite ? $0 : .infinity }
    }

    /// At least as good in all objectives, and better in one (Pareto).
    static func dominates(_ a: [Double], _ b: [Double]) -> Bool {
        var isBetter = false
        for (a, b) in zip(a, b) {
            if a > b { return false }
            isBetter = isBetter || a < b
        }
        return isBetter
    }

    /// Four digits of a number, for a person.
    static func shown(_ number: Double) -> String {
        guard number.isFinite, number != 0 else { return number == 0 ? "0" : "not finite" }
        let digits = 3 - Int(log10(abs(number)).rounded(.down))
        guard abs(digits) < 300 else { return "\(number)" }
        // Division by a power of ten is exact where multiplication by its inverse is not.
        let scale = pow(10, Double(abs(digits)))
        let rounded = digits >= 0 ? (number * scale).rounded() / scale : (number / scale).rounded() * scale
        guard rounded.isFinite else { return "\(number)" }
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
    }

    static func shown(_ losses: [Double]) -> String {
        losses.count == 1 ? shown(losses[0]) : "(\(losses.map { shown($0) }.joined(separator: ", ")))"
    }
}
