/// A trial as a person names it: `STUDY/NUMBER`.
package struct TrialReference: Hashable, Sendable, CustomStringConvertible {
    package var study: String
    /// From 0.
    package var number: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let number = Int(parts[1]), number >= 0 else { return nil }
        study = String(parts[0])
        self.number = number
    }

    package var description: String { "\(study)/\(number)" }
}
