import Glibc
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
    /// The same divided by √2 σ for numbers, and as it is for categories.
    private var scaled: [Float] = []
    /// The logarithm of what each kernel has to be divided by along an axis; 0 where the trial did not have the
    /// parameter.
    private var logNorms: [Float] = []
    /// A multiple of ``KernelLoops/lanes``.
    private var stride = 0
    /// Of each axis; of one with categories not used.
    private var shapes: [KernelShape]
    /// Of each axis with categories; see ``categoryChances(_:)``.
    private var logCategoryChances: [(own: Float, other: Float, prior: Float)]
    /// Share of each kernel in the mixture; the prior has the rest.
    private(set) var shares: [Double] = []
    private(set) var logPriorShare = 0.0
    /// Per kernel, the part of its logarithm that does not depend on the point: its share, and the norms of the numbers
    /// that are active in every configuration. -inf beyond the last kernel, up to a multiple of the lanes.
    private var bases: [Float] = []
    // Of the axes, flat: reading them out of the space would retain and release it for each kernel sum.
    private let isAlwaysActive: [Bool]
    private let categoryCounts: [Int]

    package init(_ space: ParzenAxes) {
        self.space = space
        shapes = space.axes.map { KernelShape(width: 1, cells: $0.cells) }
        logCategoryChances = Array(repeating: (0, 0, 0), count: space.axes.count)
        isAlwaysActive = space.axes.map(\.conditions.isEmpty)
        categoryCounts = space.axes.map(\.categories)
    }

    var count: Int { rows.count }

    func position(of kernel: Int, along axis: Int) -> Double { positions[axis * stride + kernel] }

    func width(along axis: Int) -> Double { shapes[axis].width }

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
        let total = weights.reduce(1, +)
        logPriorShare = -log(total)
        shares = weights.map { $0 / total }
        updateBases()
    }

    private mutating func updateBases() {
        var sums = [Double](repeating: -.infinity, count: count + (-count & (KernelLoops.lanes - 1)))
        // Mostly a run of kernels has the same share.
        var (share, logShare) = (1.0, 0.0)
        for kernel in 0..<count {
            if shares[kernel] != share { (share, logShare) = (shares[kernel], log(shares[kernel])) }
            sums[kernel] = logShare
        }
        for axis in space.varyingAxes where isAlwaysActive[axis] && categoryCounts[axis] == 0 {
            let start = axis * stride
            for kernel in 0..<count { sums[kernel] -= Double(logNorms[start + kernel]) }
        }
        bases = sums.map { Float($0) }
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
            Self.move(&scaled, from: start + oldTail, to: start + newTail, count: tail)
            Self.move(&logNorms, from: start + oldTail, to: start + newTail, count: tail)
            let column = space.columns[axis]
            for kernel in head..<newTail {
                positions[start + kernel] = history.coordinates[newRows[kernel] * history.dimensions + column]
            }
            derive(head..<newTail, axis)
        }
        rows = newRows
    }

    /// What follows from the kernels' positions and the axis' width.
    private mutating func derive(_ kernels: Range<Int>, _ axis: Int) {
        let isCategorical = categoryCounts[axis] > 0
        let shape = shapes[axis]
        for index in kernels.lowerBound + axis * stride..<kernels.upperBound + axis * stride {
            let position = positions[index]
            scaled[index] = Float(isCategorical ? position : position * shape.scale)
            logNorms[index] = isCategorical || position.isNaN ? 0 : Float(shape.logNorm(at: position))
        }
    }

    private mutating func reserve(_ kernels: Int) {
        guard kernels > stride else { return }
        // A power of two, and so a multiple of the lanes.
        var wider = max(stride, 16)
        while wider < kernels { wider *= 2 }
        positions = respaced(positions, wider)
        scaled = respaced(scaled, wider)
        logNorms = respaced(logNorms, wider)
        stride = wider
    }

    private func respaced<Number: BinaryFloatingPoint>(_ numbers: [Number], _ wider: Int) -> [Number] {
        var spaced = [Number](repeating: 0, count: wider * space.axes.count)
        for axis in space.axes.indices {
            for kernel in 0..<count { spaced[axis * wider + kernel] = numbers[axis * stride + kernel] }
        }
        return spaced
    }

    private static func move<Number: BinaryFloatingPoint>(
        _ numbers: inout [Number], from source: Int, to target: Int, count: Int
    ) {
        guard count > 0, source != target else { return }
        numbers.withUnsafeMutableBufferPointer { buffer in
            // Both ranges lie within the buffer; memmove allows them to overlap.
            guard let base = buffer.baseAddress else { return }
            memmove(base + target, base + source, count * MemoryLayout<Number>.stride)
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
            guard let width, width != shapes[axis].width else { continue }
            shapes[axis] = KernelShape(width: width, cells: space.axes[axis].cells)
            derive(0..<count, axis)
        }
    }

    private mutating func updateCategoryChances() {
        for axis in space.varyingAxes where categoryCounts[axis] > 0 {
            let chances = categoryChances(categoryCounts[axis])
            logCategoryChances[axis] = (
                Float(log(chances.own)), Float(log(chances.other)), Float(-log(Double(categoryCounts[axis])))
            )
        }
    }

    // MARK: Density

    /// The logarithm of the density at a point, relative to the measure of the cells for countable numbers.
    ///
    /// - Parameter room: for intermediate results; any.
    package func logDensity(at point: [Double], logPrior: Double, room: inout ParzenRoom) -> Double {
        let prior = logPriorShare + logPrior
        guard count > 0 else { return prior }
        room.prepare(kernels: bases.count)
        for axis in space.varyingAxes where isAlwaysActive[axis] && categoryCounts[axis] == 0 {
            room.axes.append(.init(offset: axis * stride, coordinate: Float(point[axis] * shapes[axis].scale)))
        }
        return room.withPointers { terms, axes in
            // Each axis has `stride` numbers, at least as many as `bases`, whose number is that of the terms.
            scaled.withUnsafeBufferPointer { scaled in
                logNorms.withUnsafeBufferPointer { logNorms in
                    bases.withUnsafeBufferPointer { bases in
                        guard let scaled = scaled.baseAddress, let norms = logNorms.baseAddress, let base = bases.baseAddress
                        else { return prior }
                        KernelLoops.subtractDistances(terms, base, scaled, count: bases.count, axes: axes)
                        for axis in space.varyingAxes where !point[axis].isNaN {
                            let start = axis * stride
                            add(axis, at: point[axis], scaled + start, norms + start, to: terms, count: bases.count)
                        }
                        // Kernels without the parameter have the prior's factor, of which the uniform part is in already.
                        for axis in space.believedAxes where !point[axis].isNaN && !(isAlwaysActive[axis] && categoryCounts[axis] == 0) {
                            let belief = Float(space.logBelief(axis, at: point[axis]))
                            for kernel in 0..<count where scaled[axis * stride + kernel].isNaN { terms[kernel] += belief }
                        }
                        return KernelLoops.logSumExp(terms, count: bases.count, first: prior)
                    }
                }
            }
        }
    }

    /// The factor of an axis with categories, or with numbers that are not always active.
    private func add(
        _ axis: Int, at x: Double, _ scaled: UnsafePointer<Float>, _ norms: UnsafePointer<Float>,
        to terms: UnsafeMutablePointer<Float>, count: Int
    ) {
        if categoryCounts[axis] > 0 {
            let chances = logCategoryChances[axis]
            KernelLoops.addMatches(
                terms, scaled, count: count, at: Float(x), own: chances.own, other: chances.other, absent: chances.prior)
        } else if !isAlwaysActive[axis] {
            KernelLoops.subtractDistances(terms, scaled, norms: norms, count: count, at: Float(x * shapes[axis].scale))
        }
    }
}

/// Room for what a density is summed up from, kept from one point to the next.
package struct ParzenRoom {
    private var terms: [Float] = []
    fileprivate var axes: [KernelLoops.ScaledAxis] = []

    package init() {}

    fileprivate mutating func prepare(kernels: Int) {
        if terms.count < kernels { terms = Array(repeating: 0, count: kernels) }
        axes.removeAll(keepingCapacity: true)
    }

    fileprivate mutating func withPointers(
        _ body: (UnsafeMutablePointer<Float>, UnsafeBufferPointer<KernelLoops.ScaledAxis>) -> Double
    ) -> Double {
        terms.withUnsafeMutableBufferPointer { terms in
            axes.withUnsafeBufferPointer { axes in terms.baseAddress.map { body($0, axes) } ?? -.infinity }
        }
    }
}
