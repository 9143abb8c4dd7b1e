import TunedSpace
import UnixSignals

/// Waits for something that a study runs beside its search: asks until it has ended, or until Ctrl-C.
struct OutsideFollower {
    private let client: DaemonClient
    /// How to see it later.
    private let later: String
    /// How long a daemon may be away, as when it is restarted, before following is given up.
    private let patience = Duration.seconds(10)

    init(directory: DataDirectory, later: String) throws(CommandError) {
        client = try DaemonClient(.fail, directory: directory)
        self.later = later
    }

    /// - Parameter ask: nil until it has ended.
    /// - Returns: what `ask` returned; nil where the person went away.
    func follow(
        _ what: String, _ ask: @escaping @Sendable (DaemonClient) async throws(CommandError) -> JSONValue?
    ) async throws(CommandError) -> JSONValue? {
        let result = await withTaskGroup(of: Result<JSONValue?, CommandError>.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint) { return .success(nil) }
                return .success(nil)
            }
            group.addTask {
                do throws(CommandError) { return .success(try await watch(what, ask)) } catch { return .failure(error) }
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(nil)
        }
        if case .success(nil) = result { Terminal.error.writeLine("\nIt goes on without this command. See it: \(later)") }
        return try result.get()
    }

    private func watch(
        _ what: String, _ ask: @Sendable (DaemonClient) async throws(CommandError) -> JSONValue?
    ) async throws(CommandError) -> JSONValue {
        let start = ContinuousClock.now
        var lost: ContinuousClock.Instant?
        let isTerminal = Terminal.error.width != nil
        if !isTerminal { Terminal.error.writeLine(what) }
        while true {
            let age = start.duration(to: .now)
            do throws(CommandError) {
                let end = try await ask(client)
                lost = nil
                if let end {
                    if isTerminal { Terminal.error.write("\r\u{1b}[K") }
                    return end
                }
                let seconds = Double(age.components.seconds)
                if isTerminal { Terminal.error.write("\r\u{1b}[K" + "\(what)  \(Formatting.duration(seconds))".cut(to: (Terminal.error.width ?? 80) - 1, unicode: Terminal.error.usesUnicode)) }
            } catch {
                guard error.code == "unreachable", !Task.isCancelled else { throw error }
                if lost == nil { Terminal.error.writeLine("the daemon went away; waiting for it") }
                let since = lost ?? .now
                lost = since
                guard since.duration(to: .now) < patience else {
                    throw .unreachable("the daemon is gone; this goes on by itself once a daemon runs. See it: \(later)", underlying: error.message)
                }
            }
            let pause = min(max(age / 10, .milliseconds(10)), .milliseconds(200))
            do { try await Task.sleep(for: pause) } catch { throw .failure("waiting was interrupted") }
        }
    }
}
