import TunedNumerics

/// Regression trees over rows of numbers and categories (L. Breiman 2001: Random forests), each grown on a bootstrap
/// sample; the mean and the variance of their answers are the model's (F. Hutter et al. 2011: Sequential model-based
/// optimization for general algorithm configuration, section 4.1).
///
/// All trees lie in one array of nodes, the two children of a node beside each other, so that an answer costs one walk
/// of neighbouring memory a tree.
struct RandomForest: Sendable {
    struct Settings: Sendable {
        var trees = 10
        /// The share of the columns that each split may choose from.
        var columnShare = 1.0
        /// Rows, counted as often as the sample has them, that a leaf has at least.
        var leafSize = 1
        /// Rows of the bootstrap sample; nil for as many as there are. Beyond it the cost of growing is bounded.
        var sampleLimit: Int?
        var isBootstrapped = true
    }

    /// A leaf has column ``leaf``, the number of its rows as `child`, and its mean as `value`. A split on a number
    /// sends those up to `value` to `child`, the others to the one after; one on categories, those whose bit is set.
    struct Node: Sendable {
        static let leaf: Int32 = -1
        /// The column; of a split on categories its complement, less one.
        var column: Int32
        var child: Int32
        var value: Double

        static func categorical(_ column: Int) -> Int32 { Int32(-2 - column) }
        var categoricalColumn: Int { Int(-2 - column) }
    }

    let columns: ForestColumns
    let nodes: [Node]
    let roots: [Int32]
    /// Sets of categories, 64 a word; a categorical node's `value` is the place of its first word.
    let sets: [UInt64]

    /// - Parameters:
    ///   - rows: row by row, in the coding of `columns`.
    ///   - targets: finite, one a row, at least one.
    ///   - random: the numbers of a tree.
    init(
        _ columns: ForestColumns, rows: [Double], targets: [Double], settings: Settings, random: (Int) -> CounterRandom
    ) {
        var grower = ForestGrower(columns, rows: rows, targets: targets, settings: settings)
        var roots: [Int32] = []
        for tree in 0..<settings.trees {
            var numbers = random(tree)
            roots.append(grower.growTree(&numbers))
        }
        self.roots = roots
        self.columns = columns
        nodes = grower.nodes
        sets = grower.sets
    }

    /// The leaf of one tree that a row falls into.
    @inline(__always)
    private func leaf(of row: UnsafePointer<Double>, tree: Int, _ nodes: UnsafePointer<Node>) -> Node {
        var node = nodes[Int(roots[tree])]
        while node.column != Node.leaf {
            let isFirst: Bool
            if node.column >= 0 {
                isFirst = row[Int(node.column)] <= node.value
            } else {
                let category = Int(row[node.categoricalColumn])
                isFirst = sets[Int(node.value) + category >> 6] >> UInt64(category & 63) & 1 == 1
            }
            node = nodes[Int(node.child) + (isFirst ? 0 : 1)]
        }
        return node
    }

    /// Mean and variance over the trees, of every row.
    func predict(_ rows: [Double], count: Int, _ each: (Int, _ mean: Double, _ variance: Double) -> Void) {
        let width = columns.count
        withAddresses(rows) { rows, nodes in
            for row in 0..<count {
                var (sum, squares) = (0.0, 0.0)
                for tree in roots.indices {
                    let value = leaf(of: rows + row * width, tree: tree, nodes).value
                    sum += value
                    squares += value * value
                }
                let mean = sum / Double(roots.count)
                each(row, mean, max(0, squares / Double(roots.count) - mean * mean))
            }
        }
    }

    func means(of rows: [Double], count: Int) -> [Double] {
        var means = [Double](repeating: 0, count: count)
        predict(rows, count: count) { index, mean, _ in means[index] = mean }
        return means
    }

    func predict(_ row: [Double]) -> (mean: Double, variance: Double) {
        var result = (mean: 0.0, variance: 0.0)
        predict(row, count: 1) { result = ($1, $2) }
        return result
    }

    /// The mean over the trees of the leaves' means, and of their numbers of rows, of every row.
    func leaves(_ rows: [Double], count: Int, _ each: (Int, _ mean: Double, _ size: Double) -> Void) {
        let width = columns.count
        withAddresses(rows) { rows, nodes in
            for row in 0..<count {
                var (sum, size) = (0.0, 0.0)
                for tree in roots.indices {
                    let leaf = leaf(of: rows + row * width, tree: tree, nodes)
                    sum += leaf.value
                    size += Double(leaf.child)
                }
                each(row, sum / Double(roots.count), size / Double(roots.count))
            }
        }
    }

    private func withAddresses(_ rows: [Double], _ body: (UnsafePointer<Double>, UnsafePointer<Node>) -> Void) {
        nodes.withUnsafeBufferPointer { nodes in
            rows.withUnsafeBufferPointer { rows in
                // A space without columns has rows without an address.
                withUnsafePointer(to: 0.0) { empty in
                    if let nodes = nodes.baseAddress { body(rows.baseAddress ?? empty, nodes) }
                }
            }
        }
    }
}
