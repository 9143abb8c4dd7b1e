/// What a Gaussian process bends before it looks at it: the numeric coordinates of points (``KumaraswamyWarp``), the values
/// (``OutcomeWarp``), or both.
enum Warping: String, CaseIterable, Sendable {
    case none, input, output, both

    var ofInput: Bool { self == .input || self == .both }
    private var ofOutput: Bool { self == .output || self == .both }

    /// Values as the process takes them.
    func scaled(_ values: [Double]) -> [Double] {
        guard ofOutput else {
            let scale = OutcomeScale(values)
            return values.map(scale.callAsFunction)
        }
        let warp = OutcomeWarp(values)
        return values.map(warp.callAsFunction)
    }
}
