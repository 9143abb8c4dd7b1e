/// Changes parameters by their gradients, and keeps what it needs from one update to the next.
struct Optimizer {
    enum Rule {
        /// Gradient descent with momentum (Polyak 1964).
        case momentum(Float)
        /// Adam (Kingma and Ba 2015, algorithm 1).
        case adam(beta1: Float, beta2: Float)
    }

    var rule: Rule
    /// The velocity, or the mean of the gradients.
    let first: Matrix
    /// The mean of the squared gradients; empty where the rule has none.
    let second: Matrix
    /// Updates made so far.
    var updates: Int64 = 0

    init(_ rule: Rule, count: Int) {
        self.rule = rule
        first = Matrix(rows: 1, columns: count)
        if case .adam = rule { second = Matrix(rows: 1, columns: count) } else { second = Matrix(rows: 0, columns: 0) }
    }

    /// One update of all parameters of the network. Weight decay is apart from the gradient (Loshchilov and Hutter 2019, algorithm
    /// 2) and spares the biases.
    mutating func update(_ network: Network, rate: Float, weightDecay: Float) {
        updates += 1
        let keep = 1 - rate * weightDecay
        for layer in network.layers {
            for i in layer.weights..<layer.biases { network.parameters.base[i] *= keep }
        }
        let (count, parameters, gradients) = (network.parameterCount, network.parameters.base, network.gradients.base)
        let (first, second) = (first.base, second.base)
        switch rule {
        case .momentum(let momentum):
            for i in 0..<count {
                first[i] = momentum * first[i] - rate * gradients[i]
                parameters[i] += first[i]
            }
        case .adam(let beta1, let beta2):
            // Both corrections of the bias towards 0 in one step size; epsilon as in the paper's section 2.
            let correction1 = 1 - Self.power(beta1, updates), correction2 = 1 - Self.power(beta2, updates)
            let size = rate / Float(correction1), scale = Float(1 / correction2)
            for i in 0..<count {
                let gradient = gradients[i]
                first[i] = beta1 * first[i] + (1 - beta1) * gradient
                second[i] = beta2 * second[i] + (1 - beta2) * gradient * gradient
                parameters[i] -= size * first[i] / ((second[i] * scale).squareRoot() + 1e-8)
            }
        }
    }

    /// By squaring, so that the result is the same wherever a run is taken up.
    private static func power(_ base: Float, _ exponent: Int64) -> Double {
        var (result, square, rest) = (1.0, Double(base), exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
