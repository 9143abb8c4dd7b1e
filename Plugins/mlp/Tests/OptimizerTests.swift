import Foundation
import Testing
import TunedPlugin

@testable import mlp

@Suite struct OptimizerTests {
    /// Gradients that do not depend on the parameters, so that the expected course can be written down.
    private func course(_ rule: Optimizer.Rule, rate: Float, decay: Float, updates: Int) -> [Double] {
        let network = Network(widths: [1, 1], activation: .relu)
        network.parameters.base[0] = 1  // the weight
        network.parameters.base[1] = 1  // the bias
        var optimizer = Optimizer(rule, count: 2)
        for update in 1...updates {
            for i in 0..<2 { network.gradients.base[i] = Float(update % 3) - 0.5 }
            optimizer.update(network, rate: rate, weightDecay: decay)
        }
        return (0..<2).map { Double(network.parameters.base[$0]) }
    }

    @Test func momentumFollowsItsRule() {
        var (weight, bias, velocity) = (1.0, 1.0, 0.0)
        for update in 1...20 {
            velocity = 0.8 * velocity - 0.1 * (Double(update % 3) - 0.5)
            weight = weight * (1 - 0.1 * 0.05) + velocity
            bias += velocity
        }
        let found = course(.momentum(0.8), rate: 0.1, decay: 0.05, updates: 20)
        #expect(abs(found[0] - weight) < 1e-4)
        #expect(abs(found[1] - bias) < 1e-4)
    }

    @Test func adamFollowsItsPaper() {
        var (weight, bias, mean, square) = (1.0, 1.0, 0.0, 0.0)
        for update in 1...20 {
            let gradient = Double(update % 3) - 0.5
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.99 * square + 0.01 * gradient * gradient
            let corrected = (mean / (1 - pow(0.9, Double(update))), square / (1 - pow(0.99, Double(update))))
            let change = 0.01 * corrected.0 / (corrected.1.squareRoot() + 1e-8)
            weight = weight * (1 - 0.01 * 0.1) - change
            bias -= change
        }
        let found = course(.adam(beta1: 0.9, beta2: 0.99), rate: 0.01, decay: 0.1, updates: 20)
        #expect(abs(found[0] - weight) < 1e-4)
        #expect(abs(found[1] - bias) < 1e-4)
    }
}
