import CTunedWorker
import CTunedPlugin
import Glibc
package import TunedWire

/// Makes one test of `tuned check`, or one stage of it, in this process, which does nothing else in its life.
package struct CheckRunner {
    private let page: OpaquePointer
    private let tell: (String) -> Void
    private let loaded: (String) -> Void

    /// - Parameters:
    ///   - page: the shared `tuned_page`.
    ///   - tell: says what is about to be done, for the report of a crash.
    ///   - loaded: called with the library's path once it is loaded.
    package init(page: OpaquePointer, tell: @escaping (String) -> Void, loaded: @escaping (String) -> Void) {
        self.page = page
        self.tell = tell
        self.loaded = loaded
    }

    package func run(_ request: CheckRequest) throws(PluginError) -> CheckAnswer {
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_LOADING))
        defer { tuned_page_set_phase(page, UInt32(TUNED_PHASE_IDLE)) }
        switch request.test {
        case "load/file": return try LoadGroup.file(request)
        case "load/libraries": return try LoadGroup.libraries(request)
        case "load/symbols": return try LoadGroup.symbols(request)
        default: return try runLoaded(request)
        }
    }

    private func runLoaded(_ request: CheckRequest) throws(PluginError) -> CheckAnswer {
        let host = try CheckHost(Self.shape(for: request))
        host.install()
        tell("loading the library")
        let before = ProcessState.now()
        let start = MonotonicTime.now()
        let code = try Self.load(request.open.path, host)
        let seconds = MonotonicTime.seconds(since: start)
        loaded(request.open.path)
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_IDLE))
        switch request.test {
        case "load/entry": return LoadGroup.entry(request, seconds: seconds, code.plugin)
        case "structure/tables":
            guard let library = code as? PluginLibrary else { return CheckAnswer(inapplicable: "plain functions have no tables") }
            return StructureGroup.tables(request, library)
        case "structure/schema": return try StructureGroup.schema(request, code.plugin)
        default: break
        }
        if code is FunctionLibrary, let reason = Self.reasonForFunctions(request.test) { return CheckAnswer(inapplicable: reason) }
        let lab = try CheckLab(request, host, code, page: page, tell: tell)
        switch request.test {
        case "structure/extensions": return try StructureGroup.extensions(lab)
        case "run/create": return try RunGroup.create(lab)
        case "run/defaults": return try RunGroup.defaults(lab)
        case "run/corners": return try RunGroup.corners(lab)
        case "run/branches": return try RunGroup.branches(lab)
        case "run/random": return try RunGroup.random(lab)
        case "behaviour/determinism": return try BehaviourGroup.determinism(lab)
        case "behaviour/stop": return try BehaviourGroup.stop(lab)
        case "behaviour/budget": return try BehaviourGroup.budget(lab)
        case "behaviour/deadline": return try BehaviourGroup.deadline(lab)
        case "behaviour/restore": return try CheckpointTests.restore(lab)
        case "behaviour/truncated": return try CheckpointTests.truncated(lab)
        case "behaviour/random": return try CheckpointTests.random(lab)
        case "behaviour/bytes": return try CheckpointTests.bytes(lab)
        case "hygiene/state": return try HygieneGroup.state(lab, before: before)
        case "hygiene/descriptors": return try HygieneGroup.descriptors(lab)
        case "hygiene/threads": return try HygieneGroup.threads(lab)
        case "hygiene/memory": return try HygieneGroup.memory(lab)
        case "compatibility/older-host", "compatibility/newer-host": return try CompatibilityGroup.whole(lab)
        case "compatibility/shorter-host", "compatibility/bare-host": return try CompatibilityGroup.lacking(lab)
        case "compatibility/parallel": return try CompatibilityGroup.parallel(lab)
        case "compatibility/batch": return try CompatibilityGroup.batch(lab)
        case "inprocess/evaluations": return try InprocessGroup.evaluations(lab)
        default: throw PluginError(.protocolViolation, "there is no test \"\(request.test)\"")
        }
    }

    /// With the check's own host, where the library sees a host at all.
    private static func load(_ path: String, _ host: CheckHost) throws(PluginError) -> any PluginCode {
        if let sidecar = try Sidecar(beside: path), sidecar.kind == .functions { return try FunctionLibrary(path: path, sidecar: sidecar) }
        return try PluginLibrary(path: path, host: host.table)
    }

    /// Why a test says nothing of plain functions; nil where it does.
    private static func reasonForFunctions(_ test: String) -> String? {
        switch test {
        case "structure/extensions": "a plain function has no extensions"
        case "behaviour/restore", "behaviour/truncated", "behaviour/random", "behaviour/bytes": "a plain function keeps no checkpoints"
        case "compatibility/batch": "a plain function takes one trial at a time"
        case "compatibility/older-host", "compatibility/shorter-host", "compatibility/newer-host", "compatibility/bare-host":
            "a plain function sees no host"
        default: nil
        }
    }

    private static func shape(for request: CheckRequest) -> CheckHost.Shape {
        switch (request.test, request.stage) {
        // Stage 0 finds out what this program's own host gives.
        case ("compatibility/older-host", 1): .older
        case ("compatibility/newer-host", 1): .newer
        case ("compatibility/shorter-host", _): .shorter
        case ("compatibility/bare-host", _): .bare
        default: .ordinary
        }
    }
}
