/// The end of what an attempt printed, however much it was.
struct AttemptLog {
    private let limit: Int
    private var bytes: [UInt8] = []
    /// All that was ever appended.
    private(set) var total = 0

    init(limit: Int) { self.limit = limit }

    mutating func append(_ new: UnsafeRawBufferPointer) {
        total += new.count
        bytes.append(contentsOf: new.suffix(limit))
        // Cut only now and then: moving the tail down for each line would cost as much as the log is long.
        if bytes.count > 2 * limit { bytes.removeFirst(bytes.count - limit) }
    }

    mutating func reset() {
        guard total > 0 else { return }
        bytes = []
        total = 0
    }

    /// The last bytes as text, with a note in front that says how many are missing.
    var text: String {
        guard total > 0 else { return "" }
        let tail = bytes.suffix(limit)
        let text = String(decoding: tail, as: UTF8.self)
        return total > tail.count ? "… \(total - tail.count) bytes left out\n" + text : text
    }
}
