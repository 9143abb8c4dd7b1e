import TunedPlugin

/// The values of one trial, as the network and its training take them.
struct Settings {
    var hidden: [Int]
    var activation: Space.Activation
    var batch: Int
    var rule: Optimizer.Rule
    var weightDecay: Float

    init(_ trial: borrowing Trial) {
        let layers = trial[Space.layers]
        hidden = [trial[Space.width1], trial[Space.width2], trial[Space.width3]].prefix(layers).map { max(1, $0) }
        activation = trial[Space.activation]
        batch = trial[Space.batch]
        rule =
            switch trial[Space.optimizer] {
            case .momentum: .momentum(Float(trial[Space.momentum]))
            case .adam: .adam(beta1: Float(trial[Space.beta1]), beta2: Float(trial[Space.beta2]))
            }
        weightDecay = Float(trial[Space.weightDecay])
    }
}
