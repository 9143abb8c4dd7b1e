import Glibc

/// The chance that a configuration works out, by the failures and successes near it: each counts with the kernel's value between the two,
/// and one success counts everywhere.
struct Feasibility: Sendable {
    private let weights: [Double]
    private let working: KernelPoints
    private let failed: KernelPoints

    /// - Returns: nil where nothing failed.
    init?(_ parameters: KernelParameters, working: KernelPoints, failed: KernelPoints) {
        guard failed.count > 0 else { return nil }
        weights = parameters.weights
        self.working = working.warped(by: parameters.warp)
        self.failed = failed.warped(by: parameters.warp)
    }

    /// - Parameter place: without NaN (``KernelPoints/imputed(_:)``).
    func logChance(at place: [Double]) -> Double {
        let good = 1 + sum(working, place)
        return log(good / (good + sum(failed, place)))
    }

    private func sum(_ points: KernelPoints, _ place: [Double]) -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: points.count) { distances in
            points.warp.warped(place).withUnsafeBufferPointer { place in
                weights.withUnsafeBufferPointer { points.squaredDistances(of: place, weights: $0, into: distances) }
            }
            return distances.reduce(0) { $0 + MaternKernel.value($1) }
        }
    }
}
