/// A sampler that stands before another one, which it changes only in what it is told or answers.
protocol SamplerOverlay: Sampler {
    var base: any Sampler { get }
}

extension SamplerOverlay {
    var identity: SamplerIdentity { base.identity }
    var explanation: String { base.explanation }
    var size: UInt64? { base.size }
    var learnsFromResults: Bool { base.learnsFromResults }

    func reconsidered(_ effort: SearchEffort) -> SamplerSwitch? { base.reconsidered(effort) }
}
