/// What a model believes of an objective at a point: of its mean over noise, not of a single measurement.
///
/// A point has a coordinate for each parameter of the space, in the order of its schema: the place in [0, 1] on the
/// parameter's ``TunedSpace/UnitScale``, NaN where it is inactive.
public protocol Posterior {
    func posterior(at point: [Double]) -> (mean: Double, deviation: Double)
}
