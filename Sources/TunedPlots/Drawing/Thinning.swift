/// Which of many things are drawn, so that a picture of 10,000 trials is no larger than a browser likes.
enum Thinning {
    /// All where they are no more than `limit`; else the first `kept` of them, and of the rest as many as there is room for, evenly spread.
    static func indices(_ count: Int, limit: Int, keeping kept: Int = 0) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        let kept = min(kept, limit)
        let (rest, room) = (count - kept, limit - kept)
        return Array(0..<kept) + (0..<room).map { kept + $0 * rest / room }
    }
}
