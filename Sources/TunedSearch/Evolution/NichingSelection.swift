package import TunedNumerics

/// By fronts, and within the one that does not fit whole by niches: those go first that lie at reference points which
/// have few others (K. Deb and H. Jain 2014: An evolutionary many-objective optimization algorithm using
/// reference-point-based nondominated sorting approach, part I: NSGA-III, algorithms 1 to 4).
package struct NichingSelection: SurvivorSelection {
    let references: [[Double]]
    /// The best value of each objective among all trials so far.
    private var ideal: [Double] = []

    package init(references: [[Double]]) {
        self.references = references
    }

    package mutating func survivors(of pool: Contestants, count: Int, _ random: inout CounterRandom) -> [Survivor] {
        var survivors: [Survivor] = []
        var feasible: [Int] = []
        updateIdeal(pool)
        for (place, front) in pool.fronts().enumerated() {
            let isFeasible = front.first.map { pool.levels[$0].kind == .feasible } ?? false
            let room = count - survivors.count
            var members = front
            if front.count > room {
                members = isFeasible ? niched(front, feasible, room, pool, &random) : Array(front.prefix(room))
            }
            survivors += members.map { Survivor(row: pool.rows[$0], place: place) }
            if isFeasible { feasible += members }
            if survivors.count == count { break }
        }
        return survivors
    }

    private mutating func updateIdeal(_ pool: Contestants) {
        if ideal.isEmpty { ideal = Array(repeating: .infinity, count: pool.objectives) }
        for member in 0..<pool.count where pool.levels[member].kind == .feasible {
            for objective in ideal.indices { ideal[objective] = min(ideal[objective], pool.value(member, objective)) }
        }
    }

    // MARK: Niches

    /// Algorithm 4: of the last front as many as there is room for.
    private func niched(
        _ front: [Int], _ chosen: [Int], _ room: Int, _ pool: Contestants, _ random: inout CounterRandom
    ) -> [Int] {
        let scale = ObjectiveScale(of: chosen + front, best: chosen.isEmpty ? front : chosen, pool, ideal: ideal)
        var counts = [Int](repeating: 0, count: references.count)
        for member in chosen { counts[nearest(scale.normalized(member, pool)).reference] += 1 }
        var candidates = [[(member: Int, distance: Double)]](repeating: [], count: references.count)
        for member in front {
            let (reference, distance) = nearest(scale.normalized(member, pool))
            candidates[reference].append((member, distance))
        }
        var open = references.indices.filter { !candidates[$0].isEmpty }
        var members: [Int] = []
        while members.count < room, let fewest = open.map({ counts[$0] }).min() {
            let least = open.filter { counts[$0] == fewest }
            let reference = least[random.index(below: least.count)]
            let niche = candidates[reference]
            let closest = niche.indices.min { niche[$0].distance < niche[$1].distance } ?? 0
            let index = fewest == 0 ? closest : random.index(below: niche.count)
            members.append(candidates[reference].remove(at: index).member)
            counts[reference] += 1
            if candidates[reference].isEmpty { open.removeAll { $0 == reference } }
        }
        return members
    }

    /// Algorithm 3: the reference line that a normalised point is nearest to, and its squared distance from it.
    private func nearest(_ point: [Double]) -> (reference: Int, distance: Double) {
        var best = (reference: 0, distance: Double.infinity)
        for (index, direction) in references.enumerated() {
            var (along, length) = (0.0, 0.0)
            for objective in point.indices {
                along += point[objective] * direction[objective]
                length += direction[objective] * direction[objective]
            }
            let foot = along / length
            var distance = 0.0
            for objective in point.indices {
                let gap = point[objective] - foot * direction[objective]
                distance += gap * gap
            }
            if distance < best.distance { best = (index, distance) }
        }
        return best
    }
}

/// Algorithm 2 of NSGA-III: maps the objectives so that the ideal point becomes the origin and the hyperplane through the
/// extreme points meets each axis at 1.
struct ObjectiveScale: Sendable {
    private let ideal: [Double]
    /// Where the hyperplane meets the axes, from the ideal point, in halves.
    private let intercepts: [Double]

    /// - Parameters:
    ///   - members: all that compete, feasible.
    ///   - best: those of the first fronts, whose worst values stand in where the extreme points span no hyperplane.
    init(of members: [Int], best: [Int], _ pool: Contestants, ideal: [Double]) {
        self.ideal = ideal
        let axes = 0..<pool.objectives
        // Halves, so that the difference of two large numbers stays finite.
        func gap(_ member: Int, _ axis: Int) -> Double { pool.value(member, axis) / 2 - ideal[axis] / 2 }
        func worst(_ group: [Int], _ axis: Int) -> Double { group.map { gap($0, axis) }.max() ?? 0 }
        /// Equation 4, with the weight 1 along the axis and 1e-6 along the others.
        func achievement(_ member: Int, _ axis: Int) -> Double {
            axes.map { $0 == axis ? gap(member, $0) : gap(member, $0) * 1e6 }.max() ?? 0
        }
        let extremes = axes.map { axis in
            members.map { (value: achievement($0, axis), member: $0) }.min { $0.value < $1.value }?.member ?? 0
        }
        // Each axis by its own scale, so that objectives of different size are solved for equally well.
        let scales = axes.map { worst(members, $0) }.map { $0 > 0 ? $0 : 1 }
        let matrix = axes.flatMap { axis in extremes.map { gap($0, axis) / scales[axis] } }
        let plane = matrix.allSatisfy(\.isFinite) ? LinearSystem.solve(matrix, axes.map { _ in 1 }) : nil
        let found = plane?.map { 1 / $0 }
        let spans = found?.allSatisfy { $0 > 1e-6 && $0.isFinite } ?? false
        intercepts = axes.map { axis in
            if spans, let found { return found[axis] * scales[axis] }
            let worst = worst(best, axis)
            return worst > 0 ? worst : scales[axis]
        }
    }

    func normalized(_ member: Int, _ pool: Contestants) -> [Double] {
        intercepts.indices.map { (pool.value(member, $0) / 2 - ideal[$0] / 2) / intercepts[$0] }
    }
}
