/// The mean of one tree over all columns but some: its leaves are boxes, and the mean over a box's other sides is a
/// product of lengths (F. Hutter et al. 2014, section 3).
struct TreeMarginals {
    /// A column cut where the tree splits it: in each segment the tree looks the same along it.
    private struct Axis {
        /// What share of the space each segment is.
        var weights: [Double] = []
        /// Whether the segment is that of the inactive values.
        var isInactive: [Bool] = []
    }

    private struct Leaf {
        var value: Double
        /// Of each column the segments that it covers.
        var segments: [[Int]]
        /// Of each column the share that it covers.
        var sizes: [Double]
    }

    private let axes: [Axis]
    private let leaves: [Leaf]
    private let mean: Double
    /// The tree's variance over the whole space.
    let variance: Double

    /// - Parameter active: of each column, how often it has a value.
    init(_ forest: RandomForest, tree: Int, active: [Double]) {
        let width = forest.columns.count
        var thresholds = [[Double]](repeating: [], count: width)
        var open = [Int(forest.roots[tree])]
        while let index = open.popLast() {
            let node = forest.nodes[index]
            if node.column == RandomForest.Node.leaf { continue }
            if node.column >= 0 { thresholds[Int(node.column)].append(node.value) }
            open += [Int(node.child), Int(node.child) + 1]
        }
        // The ends of the segments of a number; the first one is of the inactive values.
        let ends = thresholds.map { Array(Set($0.filter { $0 >= 0 && $0 < 1 })).sorted() + [1] }
        let axes = (0..<width).map { column in
            let categories = forest.columns.categories[column]
            let inactive = 1 - active[column]
            var axis = Axis()
            if categories > 0 {
                axis.weights = Array(repeating: active[column] / Double(categories - 1), count: categories - 1) + [inactive]
                axis.isInactive = Array(repeating: false, count: categories - 1) + [true]
            } else {
                let lengths = ends[column].indices.map { $0 == 0 ? ends[column][0] : ends[column][$0] - ends[column][$0 - 1] }
                axis.weights = [inactive] + lengths.map { $0 * active[column] }
                axis.isInactive = [true] + lengths.map { _ in false }
            }
            return axis
        }

        var leaves: [Leaf] = []
        var boxes: [(node: Int, segments: [[Int]])] = [(Int(forest.roots[tree]), axes.map { Array($0.weights.indices) })]
        while let (index, segments) = boxes.popLast() {
            let node = forest.nodes[index]
            if node.column == RandomForest.Node.leaf {
                let sizes = axes.indices.map { column in segments[column].reduce(0) { $0 + axes[column].weights[$1] } }
                leaves.append(Leaf(value: node.value, segments: segments, sizes: sizes))
                continue
            }
            let column = node.column >= 0 ? Int(node.column) : node.categoricalColumn
            var (first, other) = (segments, segments)
            func isFirst(_ segment: Int) -> Bool {
                if node.column < 0 {
                    return forest.sets[Int(node.value) + segment >> 6] >> UInt64(segment & 63) & 1 == 1
                }
                return segment == 0 || ends[column][segment - 1] <= node.value
            }
            first[column] = segments[column].filter(isFirst)
            other[column] = segments[column].filter { !isFirst($0) }
            boxes.append((Int(node.child), first))
            boxes.append((Int(node.child) + 1, other))
        }
        var (sum, squares) = (0.0, 0.0)
        for leaf in leaves {
            let volume = leaf.sizes.reduce(1, *)
            sum += volume * leaf.value
            squares += volume * leaf.value * leaf.value
        }
        self.axes = axes
        self.leaves = leaves
        mean = sum
        variance = max(0, squares - sum * sum)
    }

    /// The variance over the column's active values of the mean over all other columns.
    func mainEffect(of column: Int) -> Double {
        let means = marginal(column)
        let axis = axes[column]
        var (weight, sum, squares) = (0.0, 0.0, 0.0)
        for segment in means.indices where !axis.isInactive[segment] {
            weight += axis.weights[segment]
            sum += axis.weights[segment] * means[segment]
            squares += axis.weights[segment] * means[segment] * means[segment]
        }
        return weight > 0 ? max(0, squares - sum * sum / weight) : 0
    }

    /// The variance of the mean over all columns but two, beyond what each of the two accounts for.
    func interaction(_ a: Int, _ b: Int) -> Double {
        let width = axes[b].weights.count
        var means = [Double](repeating: 0, count: axes[a].weights.count * width)
        for leaf in leaves {
            var share = leaf.value
            for column in leaf.sizes.indices where column != a && column != b { share *= leaf.sizes[column] }
            for segment in leaf.segments[a] { for other in leaf.segments[b] { means[segment * width + other] += share } }
        }
        var squares = 0.0
        for segment in axes[a].weights.indices {
            for other in 0..<width {
                let value = means[segment * width + other] - mean
                squares += axes[a].weights[segment] * axes[b].weights[other] * value * value
            }
        }
        return max(0, squares - variance(along: a) - variance(along: b))
    }

    private func variance(along column: Int) -> Double {
        let means = marginal(column)
        return means.indices.reduce(0) { sum, segment in
            sum + axes[column].weights[segment] * (means[segment] - mean) * (means[segment] - mean)
        }
    }

    private func marginal(_ column: Int) -> [Double] {
        var means = [Double](repeating: 0, count: axes[column].weights.count)
        for leaf in leaves {
            var share = leaf.value
            for other in leaf.sizes.indices where other != column { share *= leaf.sizes[other] }
            for segment in leaf.segments[column] { means[segment] += share }
        }
        return means
    }
}
