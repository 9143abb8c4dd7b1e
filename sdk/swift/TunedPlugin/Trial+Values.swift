import CTunedPlugin

extension Trial {
    /// A parameter's value. One that is inactive reads as 0, false, or its first choice. One that the schema does not list reads
    /// so too, and the run fails with a message that names it.
    public subscript<Value>(parameter: Parameter<Value>) -> Value {
        if let cell = cell(of: parameter) { return parameter.read(cell) }
        return withUnsafePointer(to: tuned_value()) { parameter.read($0) }
    }

    /// Whether the parameter's condition holds.
    public func isActive(_ parameter: any TunableParameter) -> Bool { (cell(of: parameter)?.pointee.active ?? 0) != 0 }

    /// The parameter's value where it is active.
    public func ifActive<Value>(_ parameter: Parameter<Value>) -> Value? { isActive(parameter) ? self[parameter] : nil }

    /// How much of training in full is done after so many steps, whatever the budget of this run is; 0 where the schema declares no
    /// fidelity.
    public func progress(after steps: Int) -> Double {
        instance.layout.schema.fidelity.map { min(1, Double(steps) / $0.range.upperBound) } ?? 0
    }

    /// The value of a scheduled parameter at `progress`, from 0 at the start to 1 at the full budget: ``progress(after:)``. A parameter
    /// without a schedule keeps its value.
    public func value(of parameter: Parameter<Double>, at progress: Double) -> Double {
        scheduled(parameter, progress) ?? self[parameter]
    }

    /// The nearest integer to a scheduled value.
    public func value(of parameter: Parameter<Int>, at progress: Double) -> Int {
        scheduled(parameter, progress).flatMap { Int(exactly: $0.rounded()) } ?? self[parameter]
    }

    private func scheduled(_ parameter: any TunableParameter, _ progress: Double) -> Double? {
        guard let value = instance.host.schedule?.pointee.value, let index = instance.layout.index(of: parameter) else { return nil }
        var result = 0.0
        return value(pointer, UInt32(index), progress, &result) == TUNED_OK ? result : nil
    }

    private func cell(of parameter: any TunableParameter) -> UnsafePointer<tuned_value>? {
        guard let index = instance.layout.index(of: parameter), index < Int(pointer.pointee.value_count) else {
            instance.misuse("the parameter \"\(parameter.declaration.name)\" was read, but the schema does not list it; list the same object")
            return nil
        }
        return tuned_trial_value(pointer, UInt32(index))
    }
}
