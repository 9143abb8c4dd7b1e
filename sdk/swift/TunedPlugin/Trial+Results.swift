import CTunedPlugin

extension Trial {
    /// Tells how a metric goes, at increasing steps: an epoch, a round. Early stopping and the live view go by it; it costs
    /// nanoseconds.
    public func report(_ metric: Metric, step: Int, _ value: Double) {
        guard let index = index(of: metric, "reported") else { return }
        if pointer.pointee.host.pointee.report?(pointer, UInt32(index), Int64(step), value) != TUNED_OK {
            instance.misuse("the host did not take the report of \"\(metric.name)\" at step \(step)")
        }
    }

    /// The final value of a metric. A run that ends without one that the study optimises, or with one that is not finite, has failed.
    public func objective(_ metric: Metric, _ value: Double) {
        guard let index = index(of: metric, "given a value") else { return }
        if pointer.pointee.host.pointee.objective?(pointer, UInt32(index), value) != TUNED_OK {
            instance.misuse("the host did not take the value of \"\(metric.name)\"")
        }
    }

    /// The value of an outcome constraint: feasible where it is 0 or less.
    public func constraint(_ name: String, _ value: Double) {
        if pointer.pointee.host.pointee.constraint?(pointer, name, value) != TUNED_OK {
            instance.misuse("the host did not take the constraint \"\(name)\"")
        }
    }

    /// Keeps a copy of the bytes with the trial, such as its model. False where this host keeps none.
    ///
    /// - Parameter name: 1 to 128 characters of [A-Za-z0-9._-], not beginning with a dot. The same name again replaces.
    @discardableResult
    public func keep(artifact name: String, bytes: [UInt8]) throws(TrialError) -> Bool {
        guard let store = instance.host.artifact?.pointee.store else { return false }
        let code = bytes.withUnsafeBytes { store(pointer, name, $0.baseAddress, UInt64($0.count)) }
        try HostCode.check(code, "the host did not keep the artifact \"\(name)\"")
        return true
    }

    /// Keeps a copy of a file with the trial. False where this host keeps none.
    @discardableResult
    public func keep(artifact name: String, file path: String) throws(TrialError) -> Bool {
        guard let store = instance.host.artifact?.pointee.store_file else { return false }
        try HostCode.check(store(pointer, name, path), "the host did not keep \(path) as the artifact \"\(name)\"")
        return true
    }

    private func index(of metric: Metric, _ what: String) -> Int? {
        if let index = instance.layout.index(of: metric) { return index }
        instance.misuse("the metric \"\(metric.name)\" was \(what), but the schema does not list it; list the same object")
        return nil
    }
}

/// What a host function returned.
enum HostCode {
    static func check(_ code: Int32, _ problem: @autoclosure () -> String) throws(TrialError) {
        guard code != TUNED_OK else { return }
        throw TrialError(TrialError.Code(rawValue: code) ?? .failed, problem())
    }
}
