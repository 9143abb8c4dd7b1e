/// Permutations of up to 18 items as numbers: n! of 18 is the largest below 2^53, which a double holds exactly.
///
/// The number is the permutation's place in lexicographic order, which is its Lehmer code read in the factorial number system
/// (D. H. Lehmer 1960: Teaching combinatorial tricks to a computer): orders with equal beginnings are neighbours.
public enum PermutationCode {
    public static let maximumItems = 18

    /// n!
    public static func count(_ items: Int) -> UInt64 { items < 2 ? 1 : (2...UInt64(items)).reduce(1, *) }

    /// The place of an order, which has each of `0..<n` once; nil where it does not.
    public static func number(of order: [Int]) -> UInt64? {
        guard order.count <= maximumItems, order.sorted() == Array(0..<order.count) else { return nil }
        return zip(digits(of: order), order.indices).reduce(0) { $0 * UInt64(order.count - $1.1) + UInt64($1.0) }
    }

    /// The order at a place in `0..<n!`.
    public static func order(at number: UInt64, items: Int) -> [Int] {
        var digits = [Int](repeating: 0, count: items)
        var rest = number
        for place in stride(from: items - 1, through: 0, by: -1) {
            let base = UInt64(items - place)
            digits[place] = Int(rest % base)
            rest /= base
        }
        var left = Array(0..<items)
        return digits.map { left.remove(at: $0) }
    }

    /// The Lehmer code: for each place, how many of the later items are smaller; the k-th of n digits is below n - k.
    public static func digits(of order: [Int]) -> [Int] {
        order.indices.map { place in order[(place + 1)...].count { $0 < order[place] } }
    }

    /// The order of keys from the least on (random keys, J. C. Bean 1994: Genetic algorithms and random keys for sequencing
    /// and optimization); equal ones as they stand.
    public static func order(ofKeys keys: [Double]) -> [Int] {
        keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    /// Keys in (0, 1) whose order is the permutation.
    public static func keys(of order: [Int]) -> [Double] {
        var keys = [Double](repeating: 0.5, count: order.count)
        for (place, item) in order.enumerated() where keys.indices.contains(item) {
            keys[item] = (Double(place) + 0.5) / Double(order.count)
        }
        return keys
    }
}
