/// The kernel's notation for sets of CPUs: `0-3,8,10-11`.
package enum CPUList {
    /// The numbers, ascending; empty for an empty text, nil for one that is no list.
    package static func parse(_ text: String) -> [Int]? {
        var cpus: [Int] = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil,
                ends.count <= 2, 0 <= first, first <= last, last < 1 << 16
            else { return nil }
            cpus.append(contentsOf: first...last)
        }
        return cpus.sorted()
    }

    /// `[0, 1, 2, 3, 8]` is `0-3,8`.
    package static func format(_ cpus: [Int]) -> String {
        var parts: [String] = []
        var rest = cpus.sorted()[...]
        while let first = rest.popFirst() {
            var last = first
            while let next = rest.first, next <= last + 1 {
                last = next
                rest.removeFirst()
            }
            parts.append(first == last ? "\(first)" : "\(first)-\(last)")
        }
        return parts.joined(separator: ",")
    }
}
