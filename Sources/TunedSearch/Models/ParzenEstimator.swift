import Glibc
import TunedSpace
import TunedSpace

/// A density over a search space, conditions included: a mixture of product kernels, one a trial, and of the uniform
/// prior.
///
/// Along a number's axis a kernel is a normal density cut to [0, 1]; over the cells of a countable one, the same shape
/// at the cells' middles. Over categories it has 1 + 1/n at its own and 1/n at every other, normalised, for n kernels.
/// Where the kernel's trial did not have the parameter, the factor is the prior's: so each parameter's density, given
/// the values of its parents, is a density, and trials of one branch of a conditional space inform the parameters that
/// it shares with the others.
///
/// A value that is a function of the list of kernels alone, however it came about: kernels stand in the list's order,
/// sums are taken in that order, and widths follow from the list. That is what makes suggestions with and without
/// caches equal bit for bit.
package struct ParzenEstimator: Sendable {
    private let space: ParzenAxes
    /// The rows of the kernels' trials.
    private(set) var rows: [Int] = []
    /// Axis by axis, each with room for `stride` kernels; NaN where the trial did not have the parameter.
    private var positions: [Double] = []
    /// The logarithm of what each kernel has to be divided by along an axis; 0 where the trial did not have the
    /// parameter.
    private var logNorms: [Double] = []
    private var stride = 0
    private var widths: [Double]
    /// 1 / 2σ² of each axis.
    private var precisions: [Double]
    /// Of each axis with categories; see ``categoryChances(_:)``.
    private var logCategoryChances: [(own: Double, other: Double, prior: Double)]
    private var logWeights: [Double] = []
    private(set) var logPriorWeight = 0.0
    /// Per kernel, the part of its logarithm that does not depend on the point: its weight, and of the numbers that are
    /// active in every configuration the norms and p² of (x - p)² = x² - 2 x p + p².
    private var bases: [Double] = []
    // Of the axes, flat: reading them out of the space would retain and release it for each kernel sum.
    private let isAlwaysActive: [Bool]
    private let categoryCounts: [Int]

    package init(_ space: ParzenAxes) {
        self.space = space
        widths = Array(repeating: 0, count: space.axes.count)
        precisions = widths
        logCategoryChances = Array(repeating: (0, 0, 0), count: space.axes.count)
        isAlwaysActive = space.axes.map(\.conditions.isEmpty)
        categoryCounts = space.axes.map(\.categories)
    }

    var count: Int { rows.count }

    func weight(of kernel: Int) -> Double { exp(logWeights[kernel]) }

    func position(of kernel: Int, along axis: Int) -> Double { positions[axis * stride + kernel] }

    func width(along axis: Int) -> Double { widths[axis] }

    /// The chance of a kernel's own category, and of each other one.
    func categoryChances(_ categories: Int) -> (own: Double, other: Double) {
        let share = 1 / Double(max(count, 1))
        let sum = 1 + share * Double(categories)
        return ((1 + share) / sum, share / sum)
    }

    // MARK: Kernels

    /// Takes the kernels of these rows, in this order, with weights that are relative to the prior's weight of 1.
    package mutating func update(rows newRows: [Int], weights: [Double], history: TrialHistory) {
        if newRows != rows {
            splice(newRows, history)
            updateWidths()
            updateCategoryChances()
        }
        let total = log(weights.reduce(1, +))
        logPriorWeight = -total
        logWeights = weights.map { log($0) - total }
        bases = logWeights
        for axis in space.varyingAxes where isAlwaysActive[axis] && categoryCounts[axis] == 0 {
            let start = axis * stride
            let precision = precisions[axis]
            for kernel in 0..<count {
                bases[kernel] -= logNorms[start + kernel] + precision * positions[start + kernel] * positions[start + kernel]
            }
        }
    }

    /// Moves the kernels that stay and reads the new ones, whose norms are still to be computed: most updates add or
    /// drop one.
    private mutating func splice(_ newRows: [Int], _ history: TrialHistory) {
        let shorter = min(rows.count, newRows.count)
        var head = 0
        while head < shorter, rows[head] == newRows[head] { head += 1 }
        var tail = 0
        while tail < shorter - head, rows[rows.count - 1 - tail] == newRows[newRows.count - 1 - tail] { tail += 1 }
        reserve(newRows.count)
        let oldTail = rows.count - tail
        let newTail = newRows.count - tail
        for axis in space.axes.indices {
            let start = axis * stride
            Self.move(&positions, from: start + oldTail, to: start + newTail, count: tail)
            Self.move(&logNorms, from: start + oldTail, to: start + newTail, count: tail)
            for kernel in head..<newTail {
                let position = history.coordinates[newRows[kernel] * history.dimensions + axis]
                positions[start + kernel] = position
                logNorms[start + kernel] = logNorm(at: position, axis)
            }
        }
        rows = newRows
    }

    private mutating func reserve(_ kernels: Int) {
        guard kernels > stride else { return }
        let wider = max(kernels, 2 * stride, 16)
        var movedPositions = [Double](repeating: 0, count: wider * space.axes.count)
        var movedNorms = movedPositions
        for axis in space.axes.indices {
            for kernel in 0..<count {
                movedPositions[axis * wider + kernel] = positions[axis * stride + kernel]
                movedNorms[axis * wider + kernel] = logNorms[axis * stride + kernel]
            }
        }
        (positions, logNorms, stride) = (movedPositions, movedNorms, wider)
    }

    private static func move(_ numbers: inout [Double], from source: Int, to target: Int, count: Int) {
        guard count > 0, source != target else { return }
        numbers.withUnsafeMutableBufferPointer { buffer in
            // Both ranges lie within the buffer; memmove allows them to overlap.
            guard let base = buffer.baseAddress else { return }
            memmove(base + target, base + source, count * MemoryLayout<Double>.stride)
        }
    }

    private mutating func updateWidths() {
        for axis in space.varyingAxes where categoryCounts[axis] == 0 {
            let start = axis * stride
            let width = positions.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map {
                    KernelBandwidth.width(
                        positions: $0 + start, count: count, varying: space.varyingAxes.count,
                        cells: space.axes[axis].scale.cellCount)
                }
            }
            guard let width, width != widths[axis] else { continue }
            widths[axis] = width
            precisions[axis] = 0.5 / (width * width)
            for kernel in 0..<count { logNorms[start + kernel] = logNorm(at: positions[start + kernel], axis) }
        }
    }

    private mutating func updateCategoryChances() {
        for axis in space.varyingAxes where categoryCounts[axis] > 0 {
            let chances = categoryChances(categoryCounts[axis])
            logCategoryChances[axis] = (log(chances.own), log(chances.other), -log(Double(categoryCounts[axis])))
        }
    }

    /// log of the sum (or integral) of exp(-(u - position)² / 2σ²) over the axis.
    private func logNorm(at position: Double, _ index: Int) -> Double {
        let axis = space.axes[index]
        let width = widths[index]
        guard !position.isNaN, !axis.isCategorical, width > 0 else { return 0 }
        let precision = precisions[index]
        if !axis.cells.isEmpty {
            var sum = 0.0
            for cell in axis.cells {
                let distance = cell.middle - position
                sum += cell.width * exp(-precision * distance * distance)
            }
            return log(sum)
        }
        // sqrt(2π) σ (Φ((1 - p)/σ) - Φ(-p/σ)); both arguments of erf are positive, so nothing cancels.
        let reach = 1 / (width * 2.0.squareRoot())
        return log(width * (Double.pi / 2).squareRoot() * (erf((1 - position) * reach) + erf(position * reach)))
    }

    // MARK: Density

    /// The logarithm of the density at a point, relative to the measure of the cells for countable numbers.
    ///
    /// - Parameter terms: room for one number a kernel.
    package func logDensity(at point: [Double], logPrior: Double, terms: inout [Double]) -> Double {
        let prior = logPriorWeight + logPrior
        guard count > 0 else { return prior }
        return terms.withUnsafeMutableBufferPointer { terms in
            // The buffers hold `stride` >= count numbers an axis, `terms` and `bases` at least count.
            positions.withUnsafeBufferPointer { positions in
                logNorms.withUnsafeBufferPointer { logNorms in
                    guard let terms = terms.baseAddress, let positions = positions.baseAddress,
                        let norms = logNorms.baseAddress
                    else { return prior }
                    for kernel in bases.indices { terms[kernel] = bases[kernel] }
                    // What all kernels have in common: x² of the expanded squares.
                    var common = 0.0
                    for axis in space.varyingAxes where !point[axis].isNaN {
                        common += add(axis, at: point[axis], positions + axis * stride, norms + axis * stride, to: terms)
                    }
                    return common + KernelLoops.logSumExp(terms, count: count, first: prior - common)
                }
            }
        }
    }

    /// One axis' factor of every kernel.
    /// - Returns: a term that all kernels have in common beside it.
    private func add(
        _ axis: Int, at x: Double, _ positions: UnsafePointer<Double>, _ norms: UnsafePointer<Double>,
        to terms: UnsafeMutablePointer<Double>
    ) -> Double {
        let precision = precisions[axis]
        if categoryCounts[axis] > 0 {
            let logChances = logCategoryChances[axis]
            KernelLoops.addMatches(
                terms, positions, count: count, at: x, own: logChances.own, other: logChances.other, absent: logChances.prior)
            return 0
        }
        if isAlwaysActive[axis] {
            KernelLoops.addProducts(terms, positions, count: count, factor: 2 * precision * x)
            return -precision * x * x
        }
        KernelLoops.subtractDistances(terms, positions, norms: norms, count: count, at: x, precision: precision)
        return 0
    }
}
