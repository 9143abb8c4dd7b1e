import TunedNumerics

/// Grows regression trees by the largest reduction of the squared error.
///
/// Each column is sorted once for all trees; a node's rows are a range of every column's order, which a split divides
/// without sorting again, so that a level costs one pass. A threshold is drawn between the two values that the best
/// split lies between: the mean over trees then changes steadily from one to the other. Categories are split by the
/// order of their means, which finds the best of all divisions in two (W. D. Fisher 1958: On grouping for maximum
/// homogeneity); those that a node never saw go to a random side, so that the trees disagree about them.
struct ForestGrower {
    private(set) var nodes: [RandomForest.Node] = []
    private(set) var sets: [UInt64] = []

    private let columns: ForestColumns
    private let settings: RandomForest.Settings
    private let rows: [Double]
    private let targets: [Double]
    /// Column by column the numbers of all rows, by value.
    private let sorted: [Int32]
    private let columnsTried: Int

    /// Of the tree being grown: how often each row is in its sample.
    private var weights: [Double]
    /// `sorted` without the rows that are not in the sample.
    private var order: [Int32]
    private var isFirst: [Bool]
    private var room: [Int32]
    private var sampleCount = 0
    private var columnOrder: [Int]
    private var groups: [Group] = []

    private struct Group {
        let category: Int
        var weight: Double
        var sum: Double
    }

    private struct Split {
        var score = -Double.infinity
        var column = -1
        /// Of a number.
        var threshold = 0.0
        /// Of categories: those of the first child.
        var first: [Int] = []
        /// Of categories: those that the node saw.
        var seen: [Int] = []
    }

    init(_ columns: ForestColumns, rows: [Double], targets: [Double], settings: RandomForest.Settings) {
        self.columns = columns
        self.settings = settings
        self.rows = rows
        self.targets = targets
        let (width, count) = (columns.count, targets.count)
        var sorted: [Int32] = []
        sorted.reserveCapacity(width * count)
        for column in 0..<width {
            let values = (0..<count).map { rows[$0 * width + column] }
            values.withUnsafeBufferPointer { values in
                sorted += (0..<Int32(count)).sorted { a, b in
                    let (first, second) = (values[Int(a)], values[Int(b)])
                    return first != second ? first < second : a < b
                }
            }
        }
        self.sorted = sorted
        columnsTried = max(1, Int((settings.columnShare * Double(width)).rounded(.up)))
        weights = Array(repeating: 1, count: count)
        order = sorted
        isFirst = Array(repeating: false, count: count)
        room = Array(repeating: 0, count: count)
        columnOrder = Array(0..<width)
    }

    /// - Returns: the place of its root.
    mutating func growTree(_ random: inout CounterRandom) -> Int32 {
        drawSample(&random)
        let root = nodes.count
        nodes.append(RandomForest.Node(column: RandomForest.Node.leaf, child: 0, value: 0))
        var open = [(node: root, range: 0..<sampleCount)]
        while let (node, range) = open.popLast() {
            guard let division = divide(node, range, &random) else { continue }
            open.append((Int(nodes[node].child) + 1, division..<range.upperBound))
            open.append((Int(nodes[node].child), range.lowerBound..<division))
        }
        return Int32(root)
    }

    private mutating func drawSample(_ random: inout CounterRandom) {
        let count = targets.count
        let size = min(count, settings.sampleLimit ?? count)
        for row in 0..<count { weights[row] = settings.isBootstrapped || size < count ? 0 : 1 }
        if settings.isBootstrapped || size < count {
            for _ in 0..<size { weights[random.index(below: count)] += 1 }
        }
        sampleCount = weights.count { $0 > 0 }
        for column in 0..<columns.count {
            var place = column * sampleCount
            for index in column * count..<(column + 1) * count where weights[Int(sorted[index])] > 0 {
                order[place] = sorted[index]
                place += 1
            }
        }
        if columns.count == 0 { order = (0..<Int32(count)).filter { weights[Int($0)] > 0 } }
    }

    /// Makes the node a leaf, or splits it.
    /// - Returns: the end of the first child's rows; nil for a leaf.
    private mutating func divide(_ node: Int, _ range: Range<Int>, _ random: inout CounterRandom) -> Int? {
        var (weight, sum) = (0.0, 0.0)
        var (low, high) = (Double.infinity, -Double.infinity)
        for place in range {
            let row = Int(order[place])
            weight += weights[row]
            sum += weights[row] * targets[row]
            low = min(low, targets[row])
            high = max(high, targets[row])
        }
        nodes[node].value = sum / weight
        nodes[node].child = Int32(weight)
        guard low < high, weight >= Double(2 * settings.leafSize) else { return nil }
        let split = bestSplit(range, weight, sum, &random)
        guard split.column >= 0 else { return nil }

        let firstCount = mark(split, range)
        for column in 0..<columns.count {
            let base = column * sampleCount
            Self.partition(&order, &room, isFirst, base + range.lowerBound..<base + range.upperBound)
        }
        nodes[node].child = Int32(nodes.count)
        if columns.categories[split.column] > 0 {
            nodes[node].column = RandomForest.Node.categorical(split.column)
            nodes[node].value = Double(sets.count)
            append(split, &random)
        } else {
            nodes[node].column = Int32(split.column)
            nodes[node].value = split.threshold
        }
        let leaf = RandomForest.Node(column: RandomForest.Node.leaf, child: 0, value: 0)
        nodes.append(leaf)
        nodes.append(leaf)
        return range.lowerBound + firstCount
    }

    private mutating func append(_ split: Split, _ random: inout CounterRandom) {
        let start = sets.count
        for _ in 0...(columns.categories[split.column] - 1) >> 6 { sets.append(random.next()) }
        for category in split.seen { sets[start + category >> 6] &= ~(1 << UInt64(category & 63)) }
        for category in split.first { sets[start + category >> 6] |= 1 << UInt64(category & 63) }
    }

    // MARK: Rows

    private mutating func mark(_ split: Split, _ range: Range<Int>) -> Int {
        let (width, base) = (columns.count, split.column * sampleCount)
        var count = 0
        if columns.categories[split.column] > 0 {
            for place in range { isFirst[Int(order[base + place])] = false }
            var members = [Bool](repeating: false, count: columns.categories[split.column])
            for category in split.first { members[category] = true }
            for place in range {
                let row = Int(order[base + place])
                isFirst[row] = members[Int(rows[row * width + split.column])]
                if isFirst[row] { count += 1 }
            }
            return count
        }
        for place in range {
            let row = Int(order[base + place])
            isFirst[row] = rows[row * width + split.column] <= split.threshold
            if isFirst[row] { count += 1 }
        }
        return count
    }

    /// Brings the rows of the first child before the others, each in their order.
    private static func partition(
        _ order: inout [Int32], _ room: inout [Int32], _ isFirst: [Bool], _ range: Range<Int>
    ) {
        order.withUnsafeMutableBufferPointer { order in
            room.withUnsafeMutableBufferPointer { room in
                isFirst.withUnsafeBufferPointer { isFirst in
                    var (first, other) = (range.lowerBound, 0)
                    for place in range {
                        let row = order[place]
                        if isFirst[Int(row)] {
                            order[first] = row
                            first += 1
                        } else {
                            room[other] = row
                            other += 1
                        }
                    }
                    for index in 0..<other { order[first + index] = room[index] }
                }
            }
        }
    }

    // MARK: Splits

    private mutating func bestSplit(
        _ range: Range<Int>, _ weight: Double, _ sum: Double, _ random: inout CounterRandom
    ) -> Split {
        var best = Split()
        for index in columnOrder.indices {
            // Past the share only until some column can be split at all.
            if index >= columnsTried, best.column >= 0 { break }
            if columnsTried < columnOrder.count {
                columnOrder.swapAt(index, index + random.index(below: columnOrder.count - index))
            }
            let column = columnOrder[index]
            if columns.categories[column] > 0 {
                splitCategories(column, range, weight, sum, &best)
            } else {
                splitNumbers(column, range, weight, sum, &best)
            }
        }
        if best.column >= 0, columns.categories[best.column] == 0 {
            let (lower, upper) = (best.threshold, next(after: best.threshold, best.column, range))
            let threshold = lower + random.uniform() * (upper - lower)
            // Rounding may meet the upper end, which belongs to the other side.
            best.threshold = lower < 0 ? ForestColumns.inactiveThreshold : threshold < upper ? threshold : lower
        }
        return best
    }

    private func next(after value: Double, _ column: Int, _ range: Range<Int>) -> Double {
        let base = column * sampleCount
        for place in range {
            let other = rows[Int(order[base + place]) * columns.count + column]
            if other > value { return other }
        }
        return value
    }

    /// The squared error falls by Σ² / W of both sides, less that of the whole, which is the same for every split.
    private func splitNumbers(
        _ column: Int, _ range: Range<Int>, _ weight: Double, _ sum: Double, _ best: inout Split
    ) {
        let (width, base, least) = (columns.count, column * sampleCount, Double(settings.leafSize))
        order.withUnsafeBufferPointer { order in
            rows.withUnsafeBufferPointer { rows in
                weights.withUnsafeBufferPointer { weights in
                    targets.withUnsafeBufferPointer { targets in
                        var (left, leftSum) = (0.0, 0.0)
                        var value = rows[Int(order[base + range.lowerBound]) * width + column]
                        // A column of one value.
                        if rows[Int(order[base + range.upperBound - 1]) * width + column] == value { return }
                        for place in range {
                            let row = Int(order[base + place])
                            let next = rows[row * width + column]
                            if next > value {
                                if left >= least, weight - left >= least {
                                    let right = sum - leftSum
                                    let score = leftSum * leftSum / left + right * right / (weight - left)
                                    if score > best.score {
                                        best.score = score
                                        best.column = column
                                        best.threshold = value
                                    }
                                }
                                value = next
                            }
                            left += weights[row]
                            leftSum += weights[row] * targets[row]
                        }
                    }
                }
            }
        }
    }

    private mutating func splitCategories(
        _ column: Int, _ range: Range<Int>, _ weight: Double, _ sum: Double, _ best: inout Split
    ) {
        let (width, base, least) = (columns.count, column * sampleCount, Double(settings.leafSize))
        groups.removeAll(keepingCapacity: true)
        for place in range {
            let row = Int(order[base + place])
            let category = Int(rows[row * width + column])
            if groups.last?.category != category { groups.append(Group(category: category, weight: 0, sum: 0)) }
            groups[groups.count - 1].weight += weights[row]
            groups[groups.count - 1].sum += weights[row] * targets[row]
        }
        guard groups.count > 1 else { return }
        groups.sort { ($0.sum / $0.weight, $0.category) < ($1.sum / $1.weight, $1.category) }
        var (left, leftSum) = (0.0, 0.0)
        var end = 0
        for index in 0..<groups.count - 1 {
            left += groups[index].weight
            leftSum += groups[index].sum
            guard left >= least, weight - left >= least else { continue }
            let right = sum - leftSum
            let score = leftSum * leftSum / left + right * right / (weight - left)
            if score > best.score {
                best.score = score
                best.column = column
                end = index + 1
            }
        }
        guard end > 0 else { return }
        best.seen = groups.map(\.category)
        best.first = groups[..<end].map(\.category)
    }
}
