import Glibc
import TunedPlugin

/// A fully connected network that ends in a softmax over the classes. All parameters lie in one list, layer after layer: the
/// weights, input after input, then the biases; so do their gradients, and an optimizer need not know of layers.
final class Network {
    /// Inputs, hidden units layer by layer, classes.
    let widths: [Int]
    let activation: Space.Activation
    let parameterCount: Int
    let parameters: Matrix
    let gradients: Matrix
    /// Where each layer's weights and biases begin.
    let layers: [(weights: Int, biases: Int)]

    /// What each layer gives for the rows of a batch, the inputs first; and the loss's derivative by it.
    private var outputs: [Matrix] = []
    private var deltas: [Matrix] = []
    private let transposed: Matrix

    init(widths: [Int], activation: Space.Activation) {
        self.widths = widths
        self.activation = activation
        var layers: [(weights: Int, biases: Int)] = []
        var count = 0
        for (input, output) in zip(widths, widths.dropFirst()) {
            layers.append((count, count + input * output))
            count += (input + 1) * output
        }
        self.layers = layers
        parameterCount = count
        parameters = Matrix(rows: 1, columns: count)
        gradients = Matrix(rows: 1, columns: count)
        transposed = Matrix(rows: 1, columns: zip(widths, widths.dropFirst()).map { $0 * $1 }.max() ?? 0)
    }

    /// Uniform weights of variance 2/inputs for rectifiers (He et al. 2015, equation 10) and 1/inputs for tanh; biases of 0.
    func initialize(_ random: inout SeededRandom) {
        for (layer, place) in layers.enumerated() {
            let variance = (activation == .tanh ? 1.0 : 2.0) / Double(widths[layer])
            let bound = (3 * variance).squareRoot()
            for i in place.weights..<place.biases { parameters.base[i] = Float(bound * (2 * random.uniform() - 1)) }
            for i in 0..<widths[layer + 1] { parameters.base[place.biases + i] = 0 }
        }
    }

    /// Sets the gradients to those of the mean loss over the rows, and returns the sum of the losses.
    ///
    /// - Parameter inputs: `count` rows of features.
    func backpropagate(_ inputs: UnsafePointer<Float>, _ labels: UnsafePointer<Int32>, count: Int) -> Double {
        reserve(count)
        forward(inputs, count: count)
        let loss = lossAndDelta(labels, count: count)
        gradients.base.update(repeating: 0, count: parameterCount)
        for layer in layers.indices.reversed() {
            let (input, output) = (widths[layer], widths[layer + 1])
            let source = layer == 0 ? inputs : UnsafePointer(outputs[layer].base)
            let delta = UnsafePointer(deltas[layer + 1].base)
            Kernels.addProduct(
                gradients.base + layers[layer].weights, source, step: 1, innerStep: input, delta, rows: input, inner: count,
                columns: output)
            let biases = gradients.base + layers[layer].biases
            for row in 0..<count {
                for j in 0..<output { biases[j] += delta[row &* output &+ j] }
            }
            guard layer > 0 else { break }
            Kernels.transpose(transposed.base, parameters.base + layers[layer].weights, rows: input, columns: output)
            let below = deltas[layer].base
            below.update(repeating: 0, count: count * input)
            Kernels.addProduct(below, delta, step: output, innerStep: 1, transposed.base, rows: count, inner: output, columns: input)
            multiplyByDerivative(below, source, count: count * input)
        }
        return loss
    }

    /// The number of wrong answers and the sum of the losses. Ties and numbers that are not finite count as wrong.
    func score(_ inputs: Matrix, _ labels: [Int32]) -> (wrong: Int, loss: Double) {
        let chunk = 256, classes = widths[widths.count - 1]
        var wrong = 0, loss = 0.0
        for start in stride(from: 0, to: inputs.rows, by: chunk) {
            let count = min(chunk, inputs.rows - start)
            reserve(count)
            forward(inputs.row(start), count: count)
            let scores = outputs[outputs.count - 1].base
            for row in 0..<count {
                let label = Int(labels[start + row]), own = scores[row * classes + label]
                if !(0..<classes).allSatisfy({ $0 == label || scores[row * classes + $0] < own }) { wrong += 1 }
            }
            labels.withUnsafeBufferPointer { loss += lossAndDelta($0.baseAddress! + start, count: count) }
        }
        return (wrong, loss)
    }

    private func reserve(_ count: Int) {
        guard outputs.isEmpty || outputs[0].rows < count else { return }
        // The inputs stay where they are.
        outputs = widths.indices.map { Matrix(rows: count, columns: $0 == 0 ? 0 : widths[$0]) }
        deltas = widths.indices.map { Matrix(rows: count, columns: $0 == 0 ? 0 : widths[$0]) }
    }

    private func forward(_ inputs: UnsafePointer<Float>, count: Int) {
        for layer in layers.indices {
            let (input, output) = (widths[layer], widths[layer + 1])
            let source = layer == 0 ? inputs : UnsafePointer(outputs[layer].base)
            let out = outputs[layer + 1].base
            for row in 0..<count { (out + row * output).update(from: parameters.base + layers[layer].biases, count: output) }
            Kernels.addProduct(
                out, source, step: input, innerStep: 1, parameters.base + layers[layer].weights, rows: count, inner: input,
                columns: output)
            if layer < layers.count - 1 { activate(out, count: count * output) }
        }
    }

    private func activate(_ values: UnsafeMutablePointer<Float>, count: Int) {
        switch activation {
        case .relu: for i in 0..<count { values[i] = max(values[i], 0) }
        case .leaky_relu: for i in 0..<count { values[i] = values[i] > 0 ? values[i] : 0.01 * values[i] }
        case .tanh: for i in 0..<count { values[i] = tanhf(values[i]) }
        }
    }

    /// - Parameter outputs: of the activation, by which the derivatives are known.
    private func multiplyByDerivative(_ deltas: UnsafeMutablePointer<Float>, _ outputs: UnsafePointer<Float>, count: Int) {
        switch activation {
        case .relu: for i in 0..<count { deltas[i] = outputs[i] > 0 ? deltas[i] : 0 }
        case .leaky_relu: for i in 0..<count { deltas[i] *= outputs[i] > 0 ? 1 : 0.01 }
        case .tanh: for i in 0..<count { deltas[i] *= 1 - outputs[i] * outputs[i] }
        }
    }

    /// Softmax and cross-entropy of the last layer's outputs.
    private func lossAndDelta(_ labels: UnsafePointer<Int32>, count: Int) -> Double {
        let classes = widths[widths.count - 1]
        let scores = outputs[outputs.count - 1].base, delta = deltas[deltas.count - 1].base
        var loss = 0.0
        for row in 0..<count {
            let score = scores + row * classes, slope = delta + row * classes
            var largest = score[0]
            for j in 1..<classes { largest = max(largest, score[j]) }
            var sum: Float = 0
            for j in 0..<classes {
                slope[j] = expf(score[j] - largest)
                sum += slope[j]
            }
            let label = Int(labels[row])
            loss += Double(logf(sum) + largest - score[label])
            for j in 0..<classes { slope[j] /= sum * Float(count) }
            slope[label] -= 1 / Float(count)
        }
        return loss
    }
}
