import Glibc
import TunedSpace
import UnixSignals

/// Watches a study until it no longer runs, or until Ctrl-C.
struct StudyFollower {
    enum End {
        /// The study is in a state other than running. The reply is the daemon's last word on it.
        case settled(JSONValue)
        /// The person went away; the study goes on.
        case detached
    }

    private let client: DaemonClient
    private let slug: String
    /// How long a daemon may be away, as when it is restarted, before following is given up.
    private let patience = Duration.seconds(10)

    /// A daemon that goes away is not started again from here: whoever ended it may have meant it.
    init(_ slug: String, directory: DataDirectory) throws(CommandError) {
        self.slug = slug
        client = try DaemonClient(.fail, directory: directory)
    }

    func follow() async throws(CommandError) -> End {
        let result = await withTaskGroup(of: Result<End, CommandError>.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint) { return .success(.detached) }
                return .success(.detached)
            }
            group.addTask {
                do throws(CommandError) { return .success(.settled(try await watch())) } catch {
                    return .failure(error)
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(.detached)
        }
        if case .success(.detached) = result {
            Terminal.error.writeLine(
                "\n\(slug) goes on without this command. Follow it again: tuned show \(slug) --follow")
            Terminal.error.writeLine("End it: tuned stop \(slug)")
        }
        return try result.get()
    }

    /// Asks rather than listens to events: a study may end thousands of trials a second, and a picture of ten a second
    /// needs none of their events. The pauses grow with the study's age, so that a short one is not waited for.
    private func watch() async throws(CommandError) -> JSONValue {
        var display = ProgressDisplay()
        let start = ContinuousClock.now
        var lost: ContinuousClock.Instant?
        var stall = StallDetector(limit: .seconds(3))
        while true {
            do throws(CommandError) {
                let reply = try await client.get(Route.study(slug))
                let study = StudySnapshot(reply)
                if lost != nil { display.note("the daemon is back") }
                lost = nil
                guard study.isRunning else {
                    display.end(study)
                    return reply
                }
                display.show(study)
                if stall.isDue(ended: study.ended), let trouble = try await storageTrouble() {
                    display.note("\(slug) does not get on: \(trouble)")
                }
            } catch {
                guard error.code == "unreachable", !Task.isCancelled else { throw error }
                if lost == nil { display.note("the daemon went away; waiting for it") }
                let since = lost ?? .now
                lost = since
                guard since.duration(to: .now) < patience else { throw Self.gone(slug, error) }
            }
            let age = start.duration(to: .now)
            let pause = min(max(age / 10, .milliseconds(10)), .milliseconds(200))
            do { try await Task.sleep(for: pause) } catch { throw .failure("following \(slug) was interrupted") }
        }
    }

    private func storageTrouble() async throws(CommandError) -> String? {
        try await client.get(Route.status)["storage"]?["trouble"]?.stringValue?.printable
    }

    private static func gone(_ slug: String, _ error: CommandError) -> CommandError {
        .unreachable(
            """
            the daemon is gone. \(slug) and its results are stored; it goes on by itself once a daemon runs. Start \
            one and follow: tuned show \(slug) --follow
            """,
            underlying: error.message)
    }
}
