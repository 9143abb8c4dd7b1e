import Glibc

/// The Matérn kernel with ν = 5/2 over a squared distance (C. E. Rasmussen and C. K. I. Williams 2006, equation 4.17), of unit scale.
enum MaternKernel {
    private static let root5 = 5.0.squareRoot()

    /// k(r) = (1 + √5 r + 5 r²/3) exp(-√5 r)
    static func value(_ squaredDistance: Double) -> Double {
        let r = root5 * squaredDistance.squareRoot()
        return (1 + r + r * r / 3) * exp(-r)
    }

    /// -2 dk/d(r²) = 5/3 (1 + √5 r) exp(-√5 r)
    static func slope(_ squaredDistance: Double) -> Double {
        let r = root5 * squaredDistance.squareRoot()
        return 5.0 / 3 * (1 + r) * exp(-r)
    }

    /// Both at once.
    static func both(_ squaredDistance: Double) -> (value: Double, slope: Double) {
        let r = root5 * squaredDistance.squareRoot()
        let decay = exp(-r)
        return ((1 + r + r * r / 3) * decay, 5.0 / 3 * (1 + r) * decay)
    }
}
