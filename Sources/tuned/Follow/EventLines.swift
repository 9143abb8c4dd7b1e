import Synchronization
import TunedSpace

/// Prints a study's events as JSON, one a line, from its first until the study no longer runs. Taken up after a broken connection
/// where it ended, so that no event is missing or printed twice.
struct EventLines {
    let study: String
    let client: DaemonClient

    func follow() async throws(CommandError) {
        let last = Mutex<String?>(nil)
        let isOver = Mutex(false)
        var attempts = 0
        while true {
            do throws(CommandError) {
                let target = Route.study(study) + "/events?until=settled&after=0"
                try await client.events(target, after: last.withLock { $0 }) { event in
                    if event.name == "end" {
                        isOver.withLock { $0 = true }
                        return false
                    }
                    if let id = event.id { last.withLock { $0 = id } }
                    Terminal.output.writeLine(event.data)
                    return true
                }
            } catch {
                guard error.code == "unreachable", attempts < 50 else { throw error }
            }
            if isOver.withLock({ $0 }) { return }
            attempts += 1
            do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
        }
    }
}
