import CTunedPlugin
import Glibc
import Synchronization

/// The functions behind ``TestHost``'s tables.
enum TestHostFunctions {
    private static let lock = Mutex(())
    /// The host whose create is under way, and what it offers. Guarded by `lock`: both are used while a create runs only, and so is
    /// what the plugin under test keeps for its process.
    private nonisolated(unsafe) static var creating: TestHost?
    private nonisolated(unsafe) static var offer: TestHost.Offer = .all

    static func whileCreating<Failure>(
        _ host: TestHost, _ offer: TestHost.Offer, _ body: () throws(Failure) -> Void
    ) throws(Failure) {
        try lock.withLock { _ throws(Failure) in
            creating = host
            self.offer = offer
            defer { creating = nil }
            try body()
        }
    }

    private static func host(_ trial: UnsafePointer<tuned_trial>?) -> TestHost? {
        guard let trial else { return creating }
        return UnsafeRawPointer(trial).assumingMemoryBound(to: TestHostMemory.self).pointee.host?.takeUnretainedValue()
    }

    static let objective: @convention(c) (UnsafePointer<tuned_trial>?, UInt32, Double) -> Int32 = { trial, metric, value in
        host(trial)?.objectives[metric] = value
        return TUNED_OK
    }

    static let constraint: @convention(c) (UnsafePointer<tuned_trial>?, UnsafePointer<CChar>?, Double) -> Int32 = { trial, name, value in
        host(trial)?.constraints[String(cString: name!)] = value
        return TUNED_OK
    }

    static let report: @convention(c) (UnsafePointer<tuned_trial>?, UInt32, Int64, Double) -> Int32 = { trial, metric, step, value in
        host(trial)?.reports.append(.init(metric: metric, step: step, value: value))
        return TUNED_OK
    }

    static let shouldStop: @convention(c) (UnsafePointer<tuned_trial>?) -> Int32 = { trial in
        guard let host = host(trial) else { return 1 }
        return host.reports.count >= host.stopAfterReports ? 1 : 0
    }

    static let log: @convention(c) (UnsafePointer<tuned_trial>?, Int32, UnsafePointer<CChar>?) -> Void = { trial, level, text in
        host(trial)?.log.append("\(level) \(String(cString: text!))")
    }

    static let fail: @convention(c) (UnsafePointer<tuned_trial>?, Int32, UnsafePointer<CChar>?) -> Int32 = { trial, code, text in
        host(trial)?.failures.append(String(cString: text!))
        return code
    }

    static let findExtension: @convention(c) (UnsafePointer<CChar>?) -> UnsafeRawPointer? = { id in
        switch String(cString: id!) {
        case TUNED_DATA: find(.data, data)
        case TUNED_CHECKPOINT: find(.checkpoint, checkpoint)
        case TUNED_ARTIFACT: find(.artifact, artifact)
        case TUNED_RESOURCES: find(.resources, resources)
        case TUNED_SCHEDULE: find(.schedule, schedule)
        default: nil
        }
    }

    private static func find<Table>(_ part: TestHost.Offer, _ table: UnsafeMutablePointer<Table>) -> UnsafeRawPointer? {
        offer.contains(part) ? UnsafeRawPointer(table) : nil
    }

    private static func immortal<Table>(_ table: Table) -> UnsafeMutablePointer<Table> {
        let memory = UnsafeMutablePointer<Table>.allocate(capacity: 1)
        memory.initialize(to: table)
        return memory
    }

    // The tables never change.
    private nonisolated(unsafe) static let data = immortal(
        tuned_data_extension(size: 16, reserved: 0) { trial, part, indices, count in
            guard let host = host(trial) else { return TUNED_FAILED }
            let rows = part == TUNED_ROWS_TRAIN ? host.trainingRows : host.evaluationRows
            indices?.pointee = host.atFixedAddress(rows)
            count?.pointee = UInt64(rows.count)
            return TUNED_OK
        })

    private nonisolated(unsafe) static let checkpoint = immortal(
        tuned_checkpoint_extension(
            size: UInt32(MemoryLayout<tuned_checkpoint_extension>.size), reserved: 0,
            begin: { trial, step in
                host(trial)?.written = .init(step: step, bytes: [])
                return TUNED_OK
            },
            write: { trial, bytes, count in
                host(trial)?.written?.bytes += UnsafeRawBufferPointer(start: bytes, count: Int(count))
                return TUNED_OK
            },
            commit: { trial in
                guard let host = host(trial), let written = host.written else { return TUNED_FAILED }
                host.checkpoint = written
                host.written = nil
                host.commits += 1
                return TUNED_OK
            },
            restore: { trial, step in
                guard let host = host(trial), let checkpoint = host.checkpoint else { return TUNED_ABSENT }
                host.readPosition = 0
                step?.pointee = checkpoint.step
                return TUNED_OK
            },
            read: { trial, bytes, count in
                guard let host = host(trial), let checkpoint = host.checkpoint else { return -1 }
                let rest = checkpoint.bytes[host.readPosition...].prefix(min(Int(count), host.readLimit))
                rest.withUnsafeBytes { if let from = $0.baseAddress { memcpy(bytes!, from, $0.count) } }
                host.readPosition += rest.count
                return Int64(rest.count)
            }))

    private nonisolated(unsafe) static let artifact = immortal(
        tuned_artifact_extension(
            size: UInt32(MemoryLayout<tuned_artifact_extension>.size), reserved: 0,
            store: { trial, name, bytes, count in
                let name = String(cString: name!)
                guard !name.hasPrefix(".") else { return TUNED_FAILED }
                host(trial)?.artifacts[name] = Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
                return TUNED_OK
            },
            store_file: { trial, name, path in
                host(trial)?.artifacts[String(cString: name!)] = Array(String(cString: path!).utf8)
                return TUNED_OK
            }))

    private nonisolated(unsafe) static let cpus: UnsafeMutablePointer<Int32> = {
        let memory = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
        memory.initialize(from: [4, 6], count: 2)
        return memory
    }()

    private nonisolated(unsafe) static let resources = immortal(
        tuned_resources_extension(size: 16, reserved: 0) { out in
            out?.pointee.cpus = UnsafePointer(cpus)
            out?.pointee.cpu_count = 2
            out?.pointee.memory = 1 << 30
            return TUNED_OK
        })

    /// Halves the parameter's value by the end.
    private nonisolated(unsafe) static let schedule = immortal(
        tuned_schedule_extension(size: 16, reserved: 0) { trial, parameter, progress, value in
            host(trial)?.progress.append(progress)
            value?.pointee = tuned_f64(trial!, parameter) * (1 - progress / 2)
            return TUNED_OK
        })
}
