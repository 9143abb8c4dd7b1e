/// Elements in ascending order, in chunks, so that inserting into a list of n costs about the square root of n.
package struct OrderedList<Element: Comparable & Sendable>: Sendable {
    /// Half of it remains on each side when a chunk is split.
    private static var chunkLimit: Int { 512 }

    private var chunks: [[Element]] = []
    package private(set) var count = 0

    package init() {}

    package init(_ elements: [Element]) {
        let sorted = elements.sorted()
        count = sorted.count
        chunks = stride(from: 0, to: count, by: Self.chunkLimit / 2).map { start in
            Array(sorted[start..<min(start + Self.chunkLimit / 2, sorted.count)])
        }
    }

    package mutating func insert(_ element: Element) {
        count += 1
        guard !chunks.isEmpty else {
            chunks.append([element])
            return
        }
        let chunk = min(self.chunk(of: element), chunks.count - 1)
        chunks[chunk].insert(element, at: Self.place(of: element, in: chunks[chunk]))
        if chunks[chunk].count > Self.chunkLimit {
            let upper = Array(chunks[chunk][(Self.chunkLimit / 2)...])
            chunks[chunk].removeSubrange((Self.chunkLimit / 2)...)
            chunks.insert(upper, at: chunk + 1)
        }
    }

    /// Removes an element that is in the list.
    package mutating func remove(_ element: Element) {
        let chunk = self.chunk(of: element)
        guard chunk < chunks.count else { return }
        let place = Self.place(of: element, in: chunks[chunk])
        guard place < chunks[chunk].count, chunks[chunk][place] == element else { return }
        chunks[chunk].remove(at: place)
        if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
        count -= 1
    }

    /// The first elements that pass, at most so many, in ascending order.
    package func first(_ limit: Int, where passes: (Element) -> Bool = { _ in true }) -> [Element] {
        var found: [Element] = []
        found.reserveCapacity(min(limit, count))
        for chunk in chunks {
            for element in chunk {
                if found.count == limit { return found }
                if passes(element) { found.append(element) }
            }
        }
        return found
    }

    /// How many elements are below one, which need not be in the list.
    package func count(below element: Element) -> Int {
        let chunk = self.chunk(of: element)
        let before = chunks[..<chunk].reduce(0) { $0 + $1.count }
        return chunk < chunks.count ? before + Self.place(of: element, in: chunks[chunk]) : before
    }

    /// - Precondition: `0..<count` has the place.
    package subscript(place: Int) -> Element {
        var rest = place
        for chunk in chunks {
            if rest < chunk.count { return chunk[rest] }
            rest -= chunk.count
        }
        preconditionFailure("a place beyond the list")
    }

    package var first: Element? { chunks.first?.first }

    /// The first chunk whose last element is not below the given one.
    private func chunk(of element: Element) -> Int {
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if let last = chunks[middle].last, last < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func place(of element: Element, in chunk: [Element]) -> Int {
        var (low, high) = (0, chunk.count)
        while low < high {
            let middle = (low + high) / 2
            if chunk[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
