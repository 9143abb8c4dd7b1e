import TunedSpace

extension OpenRequest {
    func encode(into writer: inout BinaryWriter) {
        writer.write(path)
        writer.write(trainable)
        writer.writeVarint(UInt64(parameters.count))
        for parameter in parameters {
            writer.write(parameter.name)
            writer.write(parameter.kind.rawValue)
            writer.writeVarint(UInt64(parameter.categories.count))
            for category in parameter.categories {
                writer.write(category.text)
                writer.write(category.number)
            }
            writer.write(parameter.schedule != nil)
            parameter.schedule?.encode(into: &writer)
        }
        writer.writeVarint(UInt64(metrics))
        writer.write(configJSON)
        writer.writeVarint(UInt64(config.count))
        for pair in config {
            writer.write(pair.key)
            writer.write(pair.value)
        }
        writer.write(dataPath)
        writer.write(describesDataset)
        writer.write(fullBudget)
        resources.encode(into: &writer)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        let path = try reader.readString()
        let trainable = try reader.readString()
        var parameters: [WireParameter] = []
        for _ in 0..<(try reader.readCount()) {
            let name = try reader.readString()
            let raw = try reader.readByte()
            guard let kind = WireParameter.Kind(rawValue: raw) else {
                throw .invalid(offset: 0, what: "parameter kind \(raw)")
            }
            var categories: [WireParameter.Category] = []
            for _ in 0..<(try reader.readCount()) {
                categories.append(.init(text: try reader.readString(), number: try reader.readDouble()))
            }
            let schedule = try reader.readBool() ? try ScheduleLayout(from: &reader) : nil
            parameters.append(WireParameter(name: name, kind: kind, categories: categories, schedule: schedule))
        }
        let metrics = try reader.readCount()
        let configJSON = try reader.readString()
        var config: [Pair] = []
        for _ in 0..<(try reader.readCount()) {
            config.append(Pair(key: try reader.readString(), value: try reader.readString()))
        }
        self.init(
            path: path, trainable: trainable, parameters: parameters, metrics: metrics, configJSON: configJSON,
            config: config, dataPath: try reader.readOptionalString(), describesDataset: try reader.readBool(),
            fullBudget: try reader.readDouble(), resources: try WorkerResources(from: &reader))
    }
}

extension ScheduleLayout {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(UInt64(shapes.count))
        for shape in shapes { writer.write(shape.rawValue) }
        // -1: none.
        writer.writeVarint(shape ?? -1)
        writer.writeVarint(UInt64(settings.count))
        for setting in settings { writer.writeVarint(setting ?? -1) }
        writer.write(range != nil)
        if let range {
            writer.write(range.lowerBound)
            writer.write(range.upperBound)
        }
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        var shapes: [Schedule.Shape] = []
        for _ in 0..<(try reader.readCount()) {
            let name = try reader.readString()
            guard let shape = Schedule.Shape(rawValue: name) else { throw .invalid(offset: 0, what: "shape \(name) of a schedule") }
            shapes.append(shape)
        }
        let shape = try Self.place(&reader)
        var settings: [Int?] = []
        for _ in 0..<(try reader.readCount()) { settings.append(try Self.place(&reader)) }
        var range: ClosedRange<Double>?
        if try reader.readBool() {
            let (low, high) = (try reader.readDouble(), try reader.readDouble())
            guard low <= high else { throw .invalid(offset: 0, what: "a range from \(low) to \(high)") }
            range = low...high
        }
        self.init(shapes: shapes, shape: shape, settings: settings, range: range)
    }

    private static func place(_ reader: inout BinaryReader) throws(BinaryCodingError) -> Int? {
        let place = Int(try reader.readInt32())
        return place < 0 ? nil : place
    }
}

extension WorkerResources {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(UInt64(cpus.count))
        for cpu in cpus { writer.writeVarint(Int64(cpu)) }
        writer.writeVarint(UInt64(gpus.count))
        for gpu in gpus { writer.write(gpu) }
        writer.writeVarint(memory)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        var cpus: [Int32] = []
        for _ in 0..<(try reader.readCount()) { cpus.append(try reader.readInt32()) }
        var gpus: [String] = []
        for _ in 0..<(try reader.readCount()) { gpus.append(try reader.readString()) }
        self.init(cpus: cpus, gpus: gpus, memory: try reader.readUnsigned())
    }
}

extension RunRequest {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(nonce)
        writer.writeVarint(trial)
        writer.writeVarint(Int64(run))
        writer.writeVarint(Int64(attempt))
        writer.write(purpose)
        writer.writeVarint(seed)
        writer.write(budget)
        writer.write(deadline)
        writer.writeVarint(Int64(fold))
        writer.writeVarint(Int64(folds))
        configuration.encode(into: &writer)
        writer.write(folder)
        writer.write(fullBudget)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        self.init(
            nonce: try reader.readUnsigned(), trial: try reader.readInteger(), run: try reader.readInt32(),
            attempt: try reader.readInt32(), purpose: try reader.readByte(), seed: try reader.readUnsigned(),
            budget: try reader.readDouble(), deadline: try reader.readDouble(), fold: try reader.readInt32(),
            folds: try reader.readInt32(), configuration: try Configuration(from: &reader),
            folder: try reader.readOptionalString(), fullBudget: try reader.readDouble())
    }
}

extension RunResult {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(nonce)
        writer.writeVarint(Int64(code))
        writer.write(endedInTrain)
        writer.writeVarint(UInt64(metrics.count))
        for metric in metrics {
            writer.write(metric != nil)
            if let metric { writer.write(metric) }
        }
        writer.writeVarint(UInt64(constraints.count))
        for constraint in constraints {
            writer.write(constraint.name)
            writer.write(constraint.value)
        }
        writer.write(text)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        let nonce = try reader.readUnsigned()
        let code = try reader.readInt32()
        let endedInTrain = try reader.readBool()
        let metricCount = try reader.readCount()
        var metrics: [Double?] = []
        metrics.reserveCapacity(min(metricCount, 64))
        for _ in 0..<metricCount { metrics.append(try reader.readBool() ? try reader.readDouble() : nil) }
        var constraints: [Constraint] = []
        for _ in 0..<(try reader.readCount()) {
            constraints.append(Constraint(name: try reader.readString(), value: try reader.readDouble()))
        }
        self.init(
            nonce: nonce, code: code, endedInTrain: endedInTrain, metrics: metrics, constraints: constraints,
            text: try reader.readString())
    }
}
