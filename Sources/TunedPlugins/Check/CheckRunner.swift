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
        let library = try PluginLibrary(path: request.open.path, host: host.table)
        let seconds = MonotonicTime.seconds(since: start)
        loaded(request.open.path)
        tuned_page_set_phase(page, UInt32(TUNED_PHASE_IDLE))
        switch request.test {
        case "load/entry": return LoadGroup.entry(request, seconds: seconds, library)
        case "structure/tables": return StructureGroup.tables(request, library)
        case "structure/schema": return try StructureGroup.schema(request, library)
        default: break
        }
        let lab = try CheckLab(request, host, library, page: page, tell: tell)
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
