/// Judges trials by what they report: the part of a pruner that differs from method to method. ``ReportPruner`` makes a pruner of it.
protocol ReportJudge: Sendable {
    var identity: PrunerIdentity { get }
    var explanation: String { get }
    /// Whether a trial that it has pruned may be given another chance at the end of the study because it could still be the best. Else it
    /// is taken up again only where it would not be pruned any more.
    var sparesTheBest: Bool { get }
    /// - Parameter field: with the observation in it. Of a complete trial that begins again it tells how it stood before.
    mutating func observe(_ observation: PrunerObservation, _ field: ReportField)
    /// Why a trial is to end; nil where it is not. Asked of running trials and of pruned ones, of these far more often than it is said: the
    /// words are made when they are called for.
    func objection(to trial: Int, _ field: ReportField) -> Objection?
}

typealias Objection = () -> String

extension ReportJudge {
    var sparesTheBest: Bool { true }
    mutating func observe(_ observation: PrunerObservation, _ field: ReportField) {}
}
