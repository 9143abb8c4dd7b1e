import Glibc
import TunedNumerics
import TunedSpace

/// Looks for the points of a space at which an acquisition function is highest: quasi-random points over the whole of it and points near
/// the best ones known; the best of these are refined, the continuous coordinates by L-BFGS, the countable ones step by step.
struct AcquisitionSearch: Sendable {
    let moves: PointMoves
    /// The models whose expected gains are averaged.
    let models: [any AcquisitionModel]
    let feasibility: Feasibility?
    var constraints: ConstraintModel?
    /// What a person believes, as a term of the logarithm.
    let belief: (@Sendable (_ point: [Double]) -> Double)?
    /// Points of each kind.
    let candidates: Int
    /// What the search keeps to; nil for the whole space.
    var box: SearchBox?

    /// Points that all models look at: the best by the first, most probable one. What it thinks little of hardly ever leads their mean,
    /// and a look at one model costs a fraction of one at all.
    private static let screened = 100
    private static let refined = 4
    private static let evaluations = 20
    private static let rounds = 4

    struct Proposal: Sendable {
        var point: [Double]
        var score: Double
    }

    /// Proposals, the best first; behind those that all models looked at the others, by the first model alone.
    ///
    /// - Parameter incumbents: points to search around.
    func proposals(around incumbents: [[Double]], _ sequence: SobolSequence, _ random: inout CounterRandom) -> [Proposal] {
        var points = spread(sequence, &random)
        for number in 0..<candidates where !incumbents.isEmpty {
            let deviation = pow(10, -0.4 - 1.8 * random.uniform())
            let share = pow(random.uniform(), 2)
            let neighbour = moves.neighbour(of: incumbents[number % incumbents.count], deviation: deviation, share: share, &random)
            let point = box?.clamped(neighbour, moves.axes) ?? neighbour
            if moves.isLegal(point) { points.append(point) }
        }
        var others: [Proposal] = []
        if models.count > 1 {
            var screened = proposals(points, of: models.prefix(1))
            others = Array(screened.dropFirst(Self.screened))
            screened.removeLast(others.count)
            points = screened.map(\.point)
        }
        var best = proposals(points, of: models[...])
        let starts = best.prefix(Self.refined)
        best += starts.map { refine($0, &random) }
        Self.sort(&best)
        return best + others
    }

    private func proposals(_ points: [[Double]], of models: ArraySlice<any AcquisitionModel>) -> [Proposal] {
        var proposals = zip(points, scores(points, of: models)).map { Proposal(point: $0, score: $1) }
        Self.sort(&proposals)
        return proposals
    }

    /// Quasi-random points.
    private func spread(_ sequence: SobolSequence, _ random: inout CounterRandom) -> [[Double]] {
        guard let box else { return (0..<candidates).map { moves.legalPoint(at: place(sequence, UInt32($0), &random), &random) } }
        return (0..<candidates).map { box.point(at: place(sequence, UInt32($0), &random), moves, &random) }.filter(moves.isLegal)
    }

    /// Beyond the sequence's dimensions the coordinates are independent.
    private func place(_ sequence: SobolSequence, _ index: UInt32, _ random: inout CounterRandom) -> [Double] {
        let place = sequence.point(index)
        return place + (place.count..<max(moves.axes.space.count, place.count)).map { _ in random.uniform() }
    }

    /// Best first; equal ones in the order in which they were made.
    private static func sort(_ proposals: inout [Proposal]) {
        let order = proposals.indices.sorted { (proposals[$1].score, $0) < (proposals[$0].score, $1) }
        proposals = order.map { proposals[$0] }
    }

    private func scores(_ points: [[Double]]) -> [Double] { scores(points, of: models[...]) }

    private func scores(_ points: [[Double]], of models: ArraySlice<any AcquisitionModel>) -> [Double] {
        let places = points.map(moves.imputed)
        let logarithms = models.map { $0.logarithms(at: places) }
        let chances = constraints?.logChances(at: places)
        return places.indices.map { index in
            let score =
                logMeanExp(logarithms.map { $0[index] }) + (feasibility?.logChance(at: places[index]) ?? 0) + (chances?[index] ?? 0)
                + (belief?(points[index]) ?? 0)
            return score.isNaN ? -.infinity : score
        }
    }

    private func refine(_ start: Proposal, _ random: inout CounterRandom) -> Proposal {
        var best = climbed(start)
        for _ in 0..<Self.rounds {
            let steps = moves.singleSteps(from: best.point, &random).filter { moves.isLegal($0) && box?.contains($0) ?? true }
            let scores = scores(steps)
            guard let index = scores.indices.max(by: { scores[$0] < scores[$1] }), scores[index] > best.score else { break }
            best = climbed(Proposal(point: steps[index], score: scores[index]))
        }
        return best
    }

    /// After L-BFGS over the continuous coordinates.
    private func climbed(_ start: Proposal) -> Proposal {
        let free = moves.axes.varyingAxes.filter { moves.axes.axes[$0].scale.cellCount == nil && !start.point[$0].isNaN }
        guard !free.isEmpty else { return start }
        var place = moves.imputed(start.point)
        var logarithms = [Double](repeating: 0, count: models.count)
        var gradients = [Double](repeating: 0, count: models.count * free.count)
        let minimum = BoundedMinimizer.minimize(
            from: free.map { place[$0] }, lower: free.map { box?.lower[$0] ?? 0 }, upper: free.map { box?.upper[$0] ?? 1 }, evaluations: Self.evaluations,
            tolerance: 1e-6
        ) { coordinates, gradient in
            for (number, index) in free.enumerated() { place[index] = coordinates[number] }
            for (number, model) in models.enumerated() {
                let width = number * free.count..<(number + 1) * free.count
                logarithms[number] = place.withUnsafeBufferPointer { place in
                    gradients.withUnsafeMutableBufferPointer {
                        model.logarithm(at: place, over: free, gradient: UnsafeMutableBufferPointer(rebasing: $0[width]))
                    }
                }
            }
            let value = logMeanExp(logarithms)
            var ofChance = [Double](repeating: 0, count: free.count)
            let chance = ofChance.withUnsafeMutableBufferPointer { ofChance in
                place.withUnsafeBufferPointer { constraints?.logChance(at: $0, over: free, addingTo: ofChance) ?? 0 }
            }
            if let gradient {
                for index in free.indices {
                    gradient[index] = models.indices.reduce(0) { sum, number in
                        let share = exp(logarithms[number] - value) / Double(models.count)
                        return sum - share * gradients[number * free.count + index]
                    }
                    gradient[index] -= ofChance[index]
                }
            }
            return -(value + chance)
        }
        var point = start.point
        for (number, index) in free.enumerated() { point[index] = min(max(minimum.point[number], 0), 1) }
        guard moves.isLegal(point) else { return start }
        let score = scores([point])[0]
        return score > start.score ? Proposal(point: point, score: score) : start
    }
}
