import CTunedPlugin

/// The C functions behind every table: each finds the instance and calls it; no Swift error leaves them.
enum PluginThunks {
    typealias Create =
        @convention(c) (
            UnsafePointer<tuned_host>?, UnsafePointer<tuned_config>?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int32
    typealias Call = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<tuned_trial>?) -> Int32

    /// `create` is not told which trainable it is for, so each place has a function of its own.
    static let createFunctions: [Create] = [
        { create(0, $0, $1, $2) }, { create(1, $0, $1, $2) }, { create(2, $0, $1, $2) }, { create(3, $0, $1, $2) },
        { create(4, $0, $1, $2) }, { create(5, $0, $1, $2) }, { create(6, $0, $1, $2) }, { create(7, $0, $1, $2) },
    ]

    // Not inlined into each of the eight.
    @inline(never) private static func create(
        _ index: Int, _ host: UnsafePointer<tuned_host>?, _ config: UnsafePointer<tuned_config>?,
        _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Int32 {
        guard let host, let out else { return TUNED_FAILED }
        let access = HostAccess(host)
        do {
            let config = Config(config, access)
            let instance = try ExportedTrainables.shared[index].makeInstance(config, access)
            out.pointee = Unmanaged.passRetained(instance).toOpaque()
            return TUNED_OK
        } catch {
            return access.fail(nil, error)
        }
    }

    static let destroy: @convention(c) (UnsafeMutableRawPointer?) -> Void = { instance in
        if let instance { Unmanaged<Instance>.fromOpaque(instance).release() }
    }

    static let train: Call = { call($0, $1) { instance, trial throws in try instance.train(trial) } }
    static let evaluate: Call = { call($0, $1) { instance, trial throws in try instance.evaluate(trial) } }
    static let begin: Call = { call($0, $1) { instance, trial throws in try instance.begin(trial) } }
    static let reconfigure: Call = { call($0, $1) { instance, trial throws in try instance.reconfigure(trial) } }

    static let step: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<tuned_trial>?, Int64) -> Int32 = { instance, trial, step in
        call(instance, trial) { instance, trial throws in try instance.step(trial, Int(step)) }
    }

    static let save: Call = {
        call($0, $1) { instance, trial throws in
            var writer = CheckpointWriter(trial.pointer, instance.host.checkpoint)
            try instance.save(to: &writer)
            try writer.seal()
        }
    }

    static let load: Call = {
        call($0, $1) { instance, trial throws in
            guard let checkpoint = instance.host.checkpoint else { throw TrialError.failed("this host keeps no checkpoints") }
            var reader = CheckpointReader(trial.pointer, checkpoint, step: 0)
            try instance.load(from: &reader)
            try reader.finish()
        }
    }

    static let runBatch:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<UnsafePointer<tuned_trial>?>?, UInt32, UnsafeMutablePointer<Int32>?
        ) -> Int32 = { instance, trials, count, codes in
            guard let instance = find(instance), let trials, let codes else { return TUNED_FAILED }
            do {
                let batch = Batch(UnsafeBufferPointer(start: trials, count: Int(count)), codes, instance)
                try instance.run(batch)
                return TUNED_OK
            } catch {
                return instance.host.fail(trials[0], error)
            }
        }

    static let describe: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<tuned_dataset>?) -> Int32 = { instance, out in
        guard let instance = find(instance), let out else { return TUNED_FAILED }
        return instance.describe(out)
    }

    static let findExtension: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> UnsafeRawPointer? = { instance, id in
        guard let instance = find(instance), let id else { return nil }
        return instance.export.extensions.find(String(cString: id))
    }

    private static func find(_ instance: UnsafeMutableRawPointer?) -> Instance? {
        instance.map { Unmanaged<Instance>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func call(
        _ instance: UnsafeMutableRawPointer?, _ trial: UnsafePointer<tuned_trial>?,
        _ body: (Instance, borrowing Trial) throws -> Void
    ) -> Int32 {
        guard let instance = find(instance) else { return TUNED_FAILED }
        return instance.call(trial) { trial throws in try body(instance, trial) }
    }
}
