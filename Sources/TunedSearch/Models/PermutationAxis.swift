import TunedNumerics
import TunedSpace

/// What the coordinate of a permutation stands for. Its numbers are orders from first to last, of which neighbours may have little in common;
/// samplers that know of it compare orders by the places of their items, and move from one to another by exchanging two.
struct PermutationAxis: Sendable {
    let items: Int
    private let parameter: Parameter
    private let scale: UnitScale

    /// - Returns: nil for every other parameter, and where there is nothing to order.
    init?(_ parameter: Parameter) {
        guard let items = parameter.permuted?.count, items > 1 else { return nil }
        self.items = items
        self.parameter = parameter
        scale = UnitScale(parameter)
    }

    func order(at coordinate: Double) -> [Int] {
        parameter.order(of: scale.value(at: coordinate)) ?? Array(0..<items)
    }

    /// nil where the parameter's range has no place for it.
    func coordinate(of order: [Int]) -> Double? {
        guard let number = PermutationCode.number(of: order) else { return nil }
        let value = ParameterValue.integer(Int64(number))
        return parameter.contains(value) ? scale.unit(of: value) : nil
    }

    /// Of each item its place, from 0 to 1, scaled so that an order and its reverse have a squared distance of 1 (C. Spearman 1904: the
    /// sum of squared differences of ranks, which is (n³ - n) / 3 of these two).
    func places(at coordinate: Double) -> [Double] {
        let n = Double(items)
        let unit = (3 / (n * n * n - n)).squareRoot()
        var places = [Double](repeating: 0, count: items)
        for (place, item) in order(at: coordinate).enumerated() { places[item] = Double(place) * unit }
        return places
    }

    /// After so many exchanges of two items drawn at random; as it was where the range has no place for it.
    func exchanged(_ coordinate: Double, times: Int, _ random: inout CounterRandom) -> Double {
        var order = order(at: coordinate)
        for _ in 0..<times {
            let first = random.index(below: items)
            let other = random.index(below: items - 1)
            order.swapAt(first, other >= first ? other + 1 : other)
        }
        return self.coordinate(of: order) ?? coordinate
    }

    /// All orders that differ by the exchange of two items.
    func neighbours(of coordinate: Double) -> [Double] {
        let order = order(at: coordinate)
        return (0..<items).flatMap { first in
            (first + 1..<max(items, first + 1)).compactMap { second in
                var other = order
                other.swapAt(first, second)
                return self.coordinate(of: other)
            }
        }
    }

    /// Each item with the key of either parent, and in their order (J. C. Bean 1994: Genetic algorithms and random keys).
    func crossed(_ a: Double, _ b: Double, _ random: inout CounterRandom) -> Double {
        let (first, second) = (PermutationCode.keys(of: order(at: a)), PermutationCode.keys(of: order(at: b)))
        let keys = zip(first, second).map { random.uniform() < 0.5 ? $0 : $1 }
        return coordinate(of: PermutationCode.order(ofKeys: keys)) ?? a
    }
}
