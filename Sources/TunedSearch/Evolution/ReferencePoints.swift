/// Points on the simplex that a front is spread over: coordinates from 0, with the sum 1.
package enum ReferencePoints {
    /// All points whose coordinates are multiples of 1 / divisions (I. Das and J. E. Dennis 1998: Normal-boundary
    /// intersection), in lexicographic order: (objectives + divisions - 1) choose divisions of them.
    package static func lattice(objectives: Int, divisions: Int) -> [[Double]] {
        guard objectives > 0 else { return [] }
        var points: [[Double]] = []
        var parts: [Int] = []
        func add(_ left: Int) {
            if parts.count == objectives - 1 {
                points.append((parts + [left]).map { Double($0) / Double(divisions) })
                return
            }
            for part in 0...left {
                parts.append(part)
                add(left - part)
                parts.removeLast()
            }
        }
        add(divisions)
        return points
    }

    /// Number of points of ``lattice(objectives:divisions:)``; nil beyond `limit`.
    package static func size(objectives: Int, divisions: Int, limit: Int) -> Int? {
        var size = 1
        // After each step (objectives - 1 + step) choose step, so every division is exact.
        for step in 0..<divisions {
            let (product, overflow) = size.multipliedReportingOverflow(by: objectives + step)
            guard !overflow else { return nil }
            size = product / (step + 1)
            if size > limit { return nil }
        }
        return size
    }

    /// At most `limit` points, but never fewer than one an objective: the finest lattice, and where that has no point
    /// inside, as with many objectives, a second one of half its size within (K. Deb and H. Jain 2014: NSGA-III,
    /// section V-A and figure 4).
    package static func covering(objectives: Int, limit: Int) -> [[Double]] {
        guard objectives > 1 else { return lattice(objectives: objectives, divisions: 1) }
        let divisions = finest(objectives, limit)
        let outer = lattice(objectives: objectives, divisions: divisions)
        guard divisions < objectives, let inner = finer(objectives, limit - outer.count, below: divisions) else { return outer }
        let centre = 1 / Double(objectives)
        return outer + lattice(objectives: objectives, divisions: inner).map { $0.map { ($0 + centre) / 2 } }
    }

    private static func finest(_ objectives: Int, _ limit: Int) -> Int {
        var divisions = 1
        while size(objectives: objectives, divisions: divisions + 1, limit: limit) != nil { divisions += 1 }
        return divisions
    }

    /// The finest lattice that fits, no finer than the outer one.
    private static func finer(_ objectives: Int, _ limit: Int, below divisions: Int) -> Int? {
        guard size(objectives: objectives, divisions: 1, limit: limit) != nil else { return nil }
        return min(divisions, finest(objectives, limit))
    }
}
