/// What no point of a front dominates, below a reference point and without a lower end, cut into boxes that do not overlap. All
/// objectives are minimised.
///
/// The points come in the order of the last objective. Each is cut out of the boxes that reach above it: what lies below it in the last
/// objective is finished, and pieces of the rest that lie side by side become one again. That leaves n + 1 boxes of two objectives and
/// at most 2 n + 1 of three, as few as there can be (R. Lacour, K. Klamroth and C. M. Fonseca 2017; K. Yang et al. 2019, section 4); of
/// more objectives their number grows with the power m / 2 of the points'.
struct NondominatedBoxes: Sendable {
    /// By objective: -inf, the coordinates of the points ascending, and the reference's.
    let levels: [[Double]]
    /// Box by box: the levels between which it lies, by objective.
    let boxes: [Box]

    struct Box: Hashable, Sendable {
        /// Indices of ``NondominatedBoxes/levels``.
        var lower: [Int]
        var upper: [Int]
    }

    /// - Parameters:
    ///   - points: those that are dominated, or not below the reference in all objectives, change nothing.
    ///   - reference: one coordinate an objective, at least one.
    init(of points: [[Double]], reference: [Double]) {
        let points = points.filter { zip($0, reference).allSatisfy { $0 < $1 && $0.isFinite } }
        let levels = reference.indices.map { objective in
            var levels = [-Double.infinity]
            for value in points.map({ $0[objective] }).sorted() where value > levels[levels.count - 1] { levels.append(value) }
            return levels + [reference[objective]]
        }
        let places = points.map { point in zip(point, levels).map { value, levels in levels.firstIndex(of: value) ?? 0 } }
        self.levels = levels
        var open = [Box(lower: reference.map { _ in 0 }, upper: levels.map { $0.count - 1 })]
        var finished: [Box] = []
        for place in places.sorted(by: { $0.reversed().lexicographicallyPrecedes($1.reversed()) }) {
            var (untouched, pieces) = ([Box](), [Box]())
            for box in open {
                guard zip(place, box.upper).allSatisfy(<) else {
                    untouched.append(box)
                    continue
                }
                var rest = box
                for objective in place.indices.reversed() where rest.lower[objective] < place[objective] {
                    var piece = rest
                    piece.upper[objective] = place[objective]
                    if objective == place.count - 1 { finished.append(piece) } else { pieces.append(piece) }
                    rest.lower[objective] = place[objective]
                }
            }
            open = untouched + Self.joined(pieces)
        }
        boxes = finished + open
    }

    private static func joined(_ pieces: [Box]) -> [Box] {
        var result: [Box] = []
        for var piece in pieces {
            while let index = result.firstIndex(where: { isJoinable($0, piece) }) {
                let other = result.remove(at: index)
                piece = Box(lower: zip(piece.lower, other.lower).map(min), upper: zip(piece.upper, other.upper).map(max))
            }
            result.append(piece)
        }
        return result
    }

    /// Whether two boxes touch in one objective and agree in all others.
    private static func isJoinable(_ a: Box, _ b: Box) -> Bool {
        var touching = 0
        for objective in a.lower.indices where a.lower[objective] != b.lower[objective] || a.upper[objective] != b.upper[objective] {
            guard a.upper[objective] == b.lower[objective] || b.upper[objective] == a.lower[objective] else { return false }
            touching += 1
        }
        return touching == 1
    }
}
