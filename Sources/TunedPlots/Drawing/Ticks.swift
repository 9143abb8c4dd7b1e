import Glibc

/// Where an axis is marked, and with what.
struct Tick: Hashable {
    var value: Double
    var label: String
}

enum Ticks {
    /// Multiples of 1, 2 or 5 times a power of ten within the range, about `count` of them and at least two where the range has any extent.
    ///
    /// - Parameter isWhole: whether the axis counts, so that halves mean nothing.
    static func linear(_ low: Double, _ high: Double, count: Int, isWhole: Bool = false) -> [Tick] {
        guard high > low, (high - low).isFinite else { return [Tick(value: low, label: NumberText.significant(low))] }
        var step = niceStep((high - low) / Double(max(1, count)))
        if isWhole { step = max(1, step) }
        var ticks = multiples(of: step, low, high)
        // One mark says nothing of the scale: the next finer steps have more.
        while ticks.count < 2, !isWhole || step > 1, step > (high - low) / 100 {
            step = niceStep(step * 0.4)
            ticks = multiples(of: step, low, high)
        }
        // Where the range is as narrow as doubles are, neighbours may be the same.
        return ticks.indices.filter { $0 == 0 || (ticks[$0].value > ticks[$0 - 1].value && ticks[$0].label != ticks[$0 - 1].label) }.map { ticks[$0] }
    }

    /// Powers of ten; between them 2 and 5 where few decades leave room, every nth power where many do not.
    static func logarithmic(_ low: Double, _ high: Double, count: Int) -> [Tick] {
        guard low > 0, high > low else { return [Tick(value: low, label: NumberText.significant(low))] }
        let (first, last) = (Int(ceil(log10(low) - 1e-9)), Int(floor(log10(high) + 1e-9)))
        let decades = log10(high) - log10(low)
        if decades < 0.7 { return linear(low, high, count: count) }
        let count = max(2, count)
        if decades * 3 <= Double(count) || last - first < 1 {
            var ticks: [Tick] = []
            for power in (first - 1)...last {
                for factor in [1.0, 2, 5] {
                    let value = factor * pow(10, Double(power))
                    if value >= low * (1 - 1e-9), value <= high * (1 + 1e-9) { ticks.append(Tick(value: value, label: label(factor, power))) }
                }
            }
            return ticks
        }
        let stride = max(1, Int((Double(last - first + 1) / Double(count)).rounded(.up)))
        return (first...last).filter { ($0 - first) % stride == 0 }.map { Tick(value: pow(10, Double($0)), label: label(1, $0)) }
    }

    /// The nearest of 1, 2, 5 and 10 times a power of ten, by ratio.
    static func niceStep(_ step: Double) -> Double {
        let power = pow(10, floor(log10(step)))
        guard power > 0 else { return step }
        let mantissa = step / power
        let factor = mantissa < 2.0.squareRoot() ? 1.0 : mantissa < 10.0.squareRoot() ? 2 : mantissa < 50.0.squareRoot() ? 5 : 10
        return factor * power
    }

    private static func multiples(of step: Double, _ low: Double, _ high: Double) -> [Tick] {
        let (first, last) = (ceil(low / step - 1e-9), floor(high / step + 1e-9))
        guard last >= first, last - first < 200, step > 0 else { return [] }
        let power = floor(log10(step) + 1e-9)
        let largest = max(low.magnitude, high.magnitude)
        return (0...Int(last - first)).map { index in
            // Divided where the step is a fraction, which leaves no crumbs such as 0.30000000000000004.
            let place = first + Double(index)
            let value = power < 0 && power > -300 ? place * (step * pow(10, -power)).rounded() / pow(10, -power) : place * step
            let label =
                largest >= 1e6 || (largest < 1e-3 && value != 0)
                ? NumberText.significant(value, max(1, Int(log10(largest) - power) + 1)) : NumberText.fixed(value, decimals: Int(max(0, -power)))
            return Tick(value: value, label: label)
        }
    }

    private static func label(_ factor: Double, _ power: Int) -> String {
        if (-4...5).contains(power) { return NumberText.significant(factor * pow(10, Double(power)), 6) }
        return "\(Int(factor))e\(power)"
    }
}
