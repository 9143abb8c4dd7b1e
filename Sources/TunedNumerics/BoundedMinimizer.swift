internal import CNLopt

/// Local minimisation of a smooth function within bounds, by NLopt's L-BFGS (D. C. Liu and J. Nocedal 1989; J. Nocedal 1980).
public enum BoundedMinimizer {
    public struct Minimum: Sendable {
        public var point: [Double]
        public var value: Double
    }

    private final class Context {
        let evaluate: (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>?) -> Double
        var best: Minimum

        init(_ start: [Double], _ evaluate: @escaping (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>?) -> Double) {
            self.evaluate = evaluate
            best = Minimum(point: start, value: .infinity)
        }
    }

    /// - Parameters:
    ///   - start: within the bounds.
    ///   - evaluations: of the function, at most; the only thing that ends the search early besides its convergence, so that the same
    ///     input gives the same output.
    ///   - tolerance: relative change of the value below which it has converged.
    ///   - function: its value, and its gradient written to the second argument where that is given.
    /// - Returns: the best point that was evaluated; the start with an infinite value where none had a finite value.
    public static func minimize(
        from start: [Double], lower: [Double], upper: [Double], evaluations: Int, tolerance: Double = 1e-8,
        _ function: (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>?) -> Double
    ) -> Minimum {
        withoutActuallyEscaping(function) { function in
            let context = Context(start, function)
            guard !start.isEmpty, let optimizer = nlopt_create(NLOPT_LD_LBFGS, UInt32(start.count)) else {
                return Minimum(point: start, value: start.withUnsafeBufferPointer { function($0, nil) })
            }
            defer { nlopt_destroy(optimizer) }
            nlopt_set_lower_bounds(optimizer, lower)
            nlopt_set_upper_bounds(optimizer, upper)
            nlopt_set_maxeval(optimizer, Int32(evaluations))
            nlopt_set_ftol_rel(optimizer, tolerance)
            // NLopt calls back within nlopt_optimize alone, so the context outlives its use.
            nlopt_set_min_objective(
                optimizer,
                { count, x, gradient, data in
                    guard let x, let data else { return .infinity }
                    let context = Unmanaged<Context>.fromOpaque(data).takeUnretainedValue()
                    let point = UnsafeBufferPointer(start: x, count: Int(count))
                    let value = context.evaluate(point, gradient.map { UnsafeMutableBufferPointer(start: $0, count: Int(count)) })
                    // A line search backs away from large values, and goes astray with what is no number.
                    guard value.isFinite else { return 1e300 }
                    if value < context.best.value { context.best = Minimum(point: Array(point), value: value) }
                    return value
                }, Unmanaged.passUnretained(context).toOpaque())
            var (point, value) = (start, 0.0)
            nlopt_optimize(optimizer, &point, &value)
            return context.best
        }
    }
}
