import Testing
import TunedPlugin

@testable import mlp

@Suite struct NetworkTests {
    /// Every gradient against the change of the loss when its parameter is moved a little to both sides.
    @Test(arguments: Space.Activation.allCases, [[5], [6, 4], [9, 5, 3]])
    func gradientsAreThoseOfTheLoss(_ activation: Space.Activation, _ hidden: [Int]) {
        var random = SeededRandom(seed: 11)
        let network = Network(widths: [7] + hidden + [3], activation: activation)
        network.initialize(&random)
        // A rectifier has no derivative at 0: biases keep the units away from it.
        for layer in network.layers.dropLast() {
            for i in 0..<hidden[network.layers.firstIndex { $0 == layer }!] {
                network.parameters.base[layer.biases + i] = Float(i % 2 == 0 ? 0.3 : -0.3)
            }
        }
        let inputs = Matrix(rows: 6, columns: 7)
        for i in 0..<42 { inputs.base[i] = Float(2 * random.uniform() - 1) }
        let labels: [Int32] = [0, 1, 2, 2, 1, 0]
        func loss() -> Double { network.backpropagate(inputs.base, labels, count: 6) / 6 }

        _ = loss()
        let gradients = (0..<network.parameterCount).map { Double(network.gradients.base[$0]) }
        let step: Float = 2e-3
        var worst = 0.0
        for i in 0..<network.parameterCount {
            let value = network.parameters.base[i]
            network.parameters.base[i] = value + step
            let above = loss()
            network.parameters.base[i] = value - step
            let below = loss()
            network.parameters.base[i] = value
            worst = max(worst, abs((above - below) / Double(2 * step) - gradients[i]))
        }
        #expect(worst < 2e-3, "the largest gradient is \(gradients.map(abs).max() ?? 0)")
        #expect(gradients.contains { abs($0) > 0.05 })
    }

    @Test func scoringCountsWrongAnswers() {
        let network = Network(widths: [2, 2], activation: .relu)
        // The identity: the larger feature wins.
        network.parameters.base[0] = 1
        network.parameters.base[3] = 1
        let inputs = Matrix(rows: 4, columns: 2)
        for (place, value) in [2, 1, 1, 3, 5, 0, 1, 1].enumerated() { inputs.base[place] = Float(value) }
        let score = network.score(inputs, [0, 0, 0, 0])
        #expect(score.wrong == 2)  // the second row, and the tie
        #expect(score.loss > 0)
        network.parameters.base[0] = .nan
        #expect(network.score(inputs, [0, 0, 0, 0]).wrong == 4)
    }

    @Test func scoringDoesNotDependOnHowRowsAreCut() {
        var random = SeededRandom(seed: 3)
        let network = Network(widths: [4, 8, 3], activation: .tanh)
        network.initialize(&random)
        let inputs = Matrix(rows: 600, columns: 4)
        for i in 0..<2400 { inputs.base[i] = Float(random.uniform()) }
        let labels = (0..<600).map { Int32($0 % 3) }
        var wrong = 0
        for row in 0..<600 {
            let one = Matrix(rows: 1, columns: 4)
            one.base.update(from: inputs.row(row), count: 4)
            wrong += network.score(one, [labels[row]]).wrong
        }
        #expect(network.score(inputs, labels).wrong == wrong)
    }
}
