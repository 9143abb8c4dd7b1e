import TunedPlugin

/// A network in training: its state is all that the next epoch depends on, so that a run that goes on from a checkpoint goes the
/// same way, bit for bit.
final class Training {
    private(set) var settings: Settings
    let network: Network
    private var optimizer: Optimizer
    private var random: SeededRandom

    /// Rows of a mini-batch, gathered from where they lie.
    private let batch: Matrix
    private var batchLabels: [Int32]

    init(_ settings: Settings, inputs: Int, classes: Int, seed: UInt64) {
        self.settings = settings
        network = Network(widths: [inputs] + settings.hidden + [classes], activation: settings.activation)
        optimizer = Optimizer(settings.rule, count: network.parameterCount)
        random = SeededRandom(seed: seed)
        network.initialize(&random)
        batch = Matrix(rows: settings.batch, columns: inputs)
        batchLabels = Array(repeating: 0, count: settings.batch)
    }

    /// Trains on every row once, in an order of its own.
    ///
    /// - Parameters:
    ///   - rate: the learning rate of this epoch.
    ///   - pause: called now and then; what it throws ends the epoch.
    /// - Returns: the mean loss over the rows.
    func epoch(_ rows: Matrix, _ labels: [Int32], rate: Double, pause: () throws -> Void) rethrows -> Double {
        var order = Array(0..<rows.rows)
        for i in order.indices.dropLast() { order.swapAt(i, i + random.index(below: order.count - i)) }
        var loss = 0.0
        for (number, start) in stride(from: 0, to: order.count, by: settings.batch).enumerated() {
            let count = min(settings.batch, order.count - start)
            for place in 0..<count {
                let row = order[start + place]
                batch.row(place).update(from: rows.row(row), count: rows.columns)
                batchLabels[place] = labels[row]
            }
            loss += batchLabels.withUnsafeBufferPointer { network.backpropagate(batch.base, $0.baseAddress!, count: count) }
            optimizer.update(network, rate: Float(rate), weightDecay: settings.weightDecay)
            if number % 256 == 255 { try pause() }
        }
        return loss / Double(max(1, order.count))
    }

    /// Takes over values that leave the state as it is; false where it is of another shape.
    func reconfigure(_ new: Settings) -> Bool {
        switch (settings.rule, new.rule) {
        case (.momentum, .momentum), (.adam, .adam): break
        default: return false
        }
        guard new.hidden == settings.hidden, new.activation == settings.activation, new.batch == settings.batch else { return false }
        settings = new
        optimizer.rule = new.rule
        return true
    }
}

extension Training {
    func save(to checkpoint: inout CheckpointWriter) throws {
        for width in network.widths { try checkpoint.write(Int32(width)) }
        try checkpoint.write(optimizer.updates)
        try checkpoint.write(random.state)
        for matrix in [network.parameters, optimizer.first, optimizer.second] {
            try checkpoint.write(UnsafeBufferPointer(start: matrix.base, count: matrix.rows * matrix.columns))
        }
    }

    /// Refuses the state of a network of other widths.
    func load(from checkpoint: inout CheckpointReader) throws {
        for width in network.widths {
            let found = try checkpoint.read(Int32.self)
            guard found == width else {
                throw TrialError.failed("the checkpoint is of another network: a layer has \(found) units where this one has \(width)")
            }
        }
        optimizer.updates = try checkpoint.read(Int64.self)
        random.state = try checkpoint.read(UInt64.self)
        for matrix in [network.parameters, optimizer.first, optimizer.second] {
            try checkpoint.read(into: UnsafeMutableBufferPointer(start: matrix.base, count: matrix.rows * matrix.columns))
        }
    }
}
