import Glibc

/// log Σ exp(xᵢ) without overflow; -inf of nothing.
public func logSumExp(_ values: some Collection<Double>) -> Double {
    guard let largest = values.max(), largest > -.infinity else { return -.infinity }
    return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}

/// log(exp(a) + exp(b)) without overflow.
public func logAddExp(_ a: Double, _ b: Double) -> Double {
    let (large, small) = a > b ? (a, b) : (b, a)
    return small == -.infinity ? large : large + log1p(exp(small - large))
}

/// log of the mean of exp(x), without overflow; -inf where there is none.
public func logMeanExp(_ values: [Double]) -> Double {
    guard let largest = values.max(), largest > -.infinity else { return -.infinity }
    return largest + log(values.reduce(0) { $0 + exp($1 - largest) } / Double(values.count))
}
