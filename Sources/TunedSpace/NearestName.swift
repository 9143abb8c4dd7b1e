/// The known name that a misspelt one was most likely meant to be; nil where none is near.
///
/// Near means at most a third of the longer name's characters, and at least one, in edit distance: insertions,
/// deletions, substitutions and swaps of neighbours count one each (Damerau 1964, optimal string alignment); case does
/// not count. Among equally near names the first wins.
public func nearest(to name: String, among known: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(128))
    var best: (name: String, distance: Int)?
    for candidate in known {
        let scalars = Array(candidate.lowercased().unicodeScalars.prefix(128))
        let allowed = max(1, max(wanted.count, scalars.count) / 3)
        guard abs(wanted.count - scalars.count) <= allowed else { continue }
        let distance = editDistance(wanted, scalars)
        // A distance as long as the name itself says nothing: every letter differs.
        guard distance <= allowed, distance < max(wanted.count, 1), distance < (best?.distance ?? Int.max) else { continue }
        best = (candidate, distance)
    }
    return best?.name
}

private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        row.reserveCapacity(b.count + 1)
        for j in 0..<b.count {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
