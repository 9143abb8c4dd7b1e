import TunedSpace

/// Points of a space as a kernel sees them, one column a parameter: a number's place on its unit scale (a countable one's the middle
/// of its cell), a category's index, an order's items' places (``PermutationAxis``). An inactive number stands at the middle and an inactive category at an index of its own, so that
/// two configurations in which a parameter is inactive do not differ in it. Numbers are bent by the warp of a process, if it has one.
struct KernelPoints: Sendable {
    let isCategorical: [Bool]
    private(set) var warp = KumaraswamyWarp()
    private(set) var columns: [[Double]]
    private(set) var count = 0
    private let numericAxes: [Int]
    private let permutations: [PermutationAxis?]
    /// Of permutations, by parameter: a column an item.
    private var places: [[[Double]]]

    init(_ axes: ParzenAxes) {
        isCategorical = axes.axes.map(\.isCategorical)
        numericAxes = axes.numericAxes
        columns = Array(repeating: [], count: isCategorical.count)
        permutations = axes.space.parameters.map(PermutationAxis.init)
        places = permutations.map { Array(repeating: [], count: $0?.items ?? 0) }
    }

    /// - Parameter point: coordinates; NaN where a parameter is inactive.
    mutating func append(_ point: some Sequence<Double>) {
        let place = warp.warped(zip(point, isCategorical).map { Self.imputed($0, $1) })
        for (index, coordinate) in place.enumerated() {
            columns[index].append(coordinate)
            guard let permutation = permutations[index] else { continue }
            for (item, place) in permutation.places(at: coordinate).enumerated() { places[index][item].append(place) }
        }
        count += 1
    }

    /// Points that are not bent, as a warp bends them.
    func warped(by warp: KumaraswamyWarp) -> KernelPoints {
        var result = self
        for (number, column) in warp.columns.enumerated() {
            for row in 0..<count { result.columns[column][row] = warp.bend(number, columns[column][row]).place }
        }
        result.warp = warp
        return result
    }

    /// A warp that is the identity yet, of all numbers.
    var evenWarp: KumaraswamyWarp { KumaraswamyWarp(columns: numericAxes) }

    static func imputed(_ point: [Double], _ axes: ParzenAxes) -> [Double] {
        zip(point, axes.axes).map { imputed($0, $1.isCategorical) }
    }

    private static func imputed(_ coordinate: Double, _ isCategorical: Bool) -> Double {
        coordinate.isNaN ? (isCategorical ? -1 : 0.5) : coordinate
    }

    /// The squared distances, weighted by parameter, of a point that is bent from the rows `first...`; categories are at distance 1.
    func squaredDistances(
        of point: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>, from first: Int = 0,
        into distances: UnsafeMutableBufferPointer<Double>
    ) {
        let rows = count - first
        for row in 0..<rows { distances[row] = 0 }
        for index in columns.indices {
            let (x, weight) = (point[index], weights[index])
            if let permutation = permutations[index] {
                for (column, place) in zip(places[index], permutation.places(at: x)) {
                    for row in 0..<rows {
                        let difference = column[first + row] - place
                        distances[row] += weight * difference * difference
                    }
                }
                continue
            }
            columns[index].withUnsafeBufferPointer { column in
                if isCategorical[index] {
                    for row in 0..<rows where column[first + row] != x { distances[row] += weight }
                } else {
                    for row in 0..<rows {
                        let difference = column[first + row] - x
                        distances[row] += weight * difference * difference
                    }
                }
            }
        }
    }

    /// Over the rows below one: what is given times the squared distance in one parameter.
    func sum(ofSquaresIn index: Int, below column: Int, times weights: UnsafeBufferPointer<Double>) -> Double {
        guard permutations[index] == nil else {
            return places[index].reduce(0) { $0 + Self.sum(of: $1, below: column, times: weights, isCategorical: false) }
        }
        return Self.sum(of: columns[index], below: column, times: weights, isCategorical: isCategorical[index])
    }

    /// Over the rows below one: what is given times the difference in one number and the difference of its derivatives.
    func sum(
        ofProductsIn index: Int, and derivatives: [Double], below column: Int, times weights: UnsafeBufferPointer<Double>
    ) -> Double {
        let (x, own, ofOwn) = (columns[index], columns[index][column], derivatives[column])
        var sum = 0.0
        for row in column + 1..<max(count, column + 1) { sum += weights[row] * (x[row] - own) * (derivatives[row] - ofOwn) }
        return sum
    }

    private static func sum(
        of values: [Double], below column: Int, times weights: UnsafeBufferPointer<Double>, isCategorical: Bool
    ) -> Double {
        values.withUnsafeBufferPointer { x in
            let own = x[column]
            var sum = 0.0
            if isCategorical {
                for row in column + 1..<max(x.count, column + 1) where x[row] != own { sum += weights[row] }
            } else {
                for row in column + 1..<max(x.count, column + 1) {
                    let difference = x[row] - own
                    sum += weights[row] * difference * difference
                }
            }
            return sum
        }
    }

    /// The lower triangle of the points' covariances, `count` × `count` column by column, with the noise on its diagonal; and where asked
    /// for the kernel's slopes (``MaternKernel/slope(_:)``) in the same order.
    func fillCovariances(
        weights: [Double], noise: Double, into kernel: inout [Double], slopes: UnsafeMutableBufferPointer<Double>? = nil
    ) {
        var point = [Double](repeating: 0, count: columns.count)
        kernel.withUnsafeMutableBufferPointer { kernel in
            for column in 0..<count {
                for index in columns.indices { point[index] = columns[index][column] }
                let start = column * count + column
                let below = UnsafeMutableBufferPointer(rebasing: kernel[start..<start + count - column])
                point.withUnsafeBufferPointer { point in
                    weights.withUnsafeBufferPointer { squaredDistances(of: point, weights: $0, from: column, into: below) }
                }
                if let slopes {
                    for row in below.indices { (below[row], slopes[start + row]) = MaternKernel.both(below[row]) }
                } else {
                    for row in below.indices { below[row] = MaternKernel.value(below[row]) }
                }
                below[0] += noise
            }
        }
    }
}
