import CTunedPlugin
import CTunedWorker
import TunedSpace
import TunedWire

/// One instance of a trainable that is a plain function: its prepared call, and what its results and callbacks mean.
final class FunctionHost: TrainableHost {
    /// Room for a metric that the function writes.
    private struct Output {
        var metric: Int
        var scalar: CScalar
        var place: UnsafeMutableRawPointer
    }

    private let declaration: FunctionDeclaration
    private let call: FunctionCall
    private let arguments: FunctionArguments
    private let page: OpaquePointer
    private let folds: [FoldsLayout.Rows]
    private let dataPath: String?
    private var outputs: [Output] = []
    private var callbacks: [FunctionCallbackRing] = []
    private var runs = 0

    /// A NaN that no computation makes: a function that left its output alone is told from one that wrote a NaN.
    private static let untouched = (double: Double(bitPattern: 0x7FF8_7475_6E65_6400), float: Float(bitPattern: 0x7FC0_7475))

    init(
        _ declaration: FunctionDeclaration, symbol: UnsafeMutableRawPointer, _ request: OpenRequest, sink: HostSink,
        folds: [FoldsLayout.Rows]
    ) throws(PluginError) {
        let names = declaration.schema.space.parameters.map(\.name)
        guard request.parameters.map(\.name) == names, request.metrics == declaration.schema.metrics.count else {
            throw PluginError(
                .malformed, "the study's parameters or metrics are not those of \(request.trainable)'s schema (\(names.joined(separator: ", ")))")
        }
        self.declaration = declaration
        self.folds = folds
        page = sink.page
        dataPath = request.dataPath
        call = try FunctionCall(symbol, declaration.signature)
        arguments = try FunctionArguments(call, declaration, request)
        for (place, role) in declaration.roles.enumerated() { try prepare(place, role, sink) }
    }

    deinit {
        for output in outputs { output.place.deallocate() }
    }

    private func prepare(_ place: Int, _ role: FunctionRole, _ sink: HostSink) throws(PluginError) {
        switch (role, declaration.signature.arguments[place].type) {
        case (.metric(let metric), .pointer(let scalar, _)):
            let room = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
            outputs.append(Output(metric: metric, scalar: scalar, place: room))
            call.setPointer(room, argument: place)
        case (.report(let metric), .function(let returns, let types)):
            guard types.count == 2, let step = types[0].scalar, let value = types[1].scalar else { return }
            callbacks.append(
                try FunctionCallbackRing(
                    argument: place, .report(metric: UInt32(metric), step: step, value: value), returns: returns, arguments: types, sink: sink))
        case (.shouldStop, .function(let returns, let types)):
            callbacks.append(try FunctionCallbackRing(argument: place, .shouldStop, returns: returns, arguments: types, sink: sink))
        default: break
        }
    }

    func dataset() throws(PluginError) -> DatasetDescription? {
        switch declaration.rows {
        case nil: return nil
        case .fixed(let rows): return DatasetDescription(rows: rows)
        case .lines:
            guard let dataPath else { return nil }
            return DatasetDescription(rows: try RecordCount.records(of: dataPath))
        }
    }

    // MARK: Runs

    func run(_ request: RunRequest) -> RunResult {
        let fold = Int(request.fold)
        guard request.folds == 0 || folds.indices.contains(fold) else {
            return failure(request, "the host sent fold \(fold) of \(folds.count) folds")
        }
        if let problem = arguments.fill(request, request.folds == 0 ? nil : folds[fold]) { return failure(request, problem) }
        for output in outputs { Self.markUntouched(output) }
        runs &+= 1
        for ring in callbacks {
            let callback = ring.callback(ofRun: runs)
            callback.open()
            call.setPointer(callback.code, argument: ring.argument)
        }
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_EVALUATING))
        let returned = call.make()
        var wasToldToStop = false
        for ring in callbacks where ring.callback(ofRun: runs).close() { wasToldToStop = true }
        return result(request, returned, wasToldToStop)
    }

    private func result(_ request: RunRequest, _ returned: UnsafeRawPointer, _ wasToldToStop: Bool) -> RunResult {
        var metrics = [Double?](repeating: nil, count: declaration.schema.metrics.count)
        for output in outputs where Self.isTouched(output) { metrics[output.metric] = output.scalar.number(at: output.place) }
        let scalar = declaration.signature.returns.scalar ?? .unsigned64
        // A function without a status that was told to stop has stopped: its value is not that of the whole run.
        var code = wasToldToStop ? TUNED_STOPPED : TUNED_OK
        var text = ""
        switch declaration.returns {
        case .metric(let metric): metrics[metric] = scalar.number(at: returned)
        case .status:
            let status = scalar.integer(at: returned)
            code = Int32(clamping: status)
            if status < TUNED_OK || status > TUNED_INFEASIBLE { text = "\(declaration.signature.name) returned \(status)" }
        case .none: break
        }
        return RunResult(nonce: request.nonce, code: code, endedInTrain: false, metrics: metrics, constraints: [], text: text)
    }

    private func failure(_ request: RunRequest, _ text: String) -> RunResult {
        RunResult(
            nonce: request.nonce, code: TUNED_FAILED, endedInTrain: false,
            metrics: [Double?](repeating: nil, count: declaration.schema.metrics.count), constraints: [], text: text)
    }

    private static func markUntouched(_ output: Output) {
        if output.scalar == .float {
            output.place.storeBytes(of: untouched.float, as: Float.self)
        } else {
            output.place.storeBytes(of: untouched.double, as: Double.self)
        }
    }

    private static func isTouched(_ output: Output) -> Bool {
        output.scalar == .float
            ? output.place.load(as: UInt32.self) != untouched.float.bitPattern
            : output.place.load(as: UInt64.self) != untouched.double.bitPattern
    }
}
