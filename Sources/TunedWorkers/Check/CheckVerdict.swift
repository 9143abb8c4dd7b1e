import Glibc
import TunedPlugins
import TunedRecords
import TunedWire

/// Turns the end of a test's process into findings.
enum CheckVerdict {
    private static let logLines = 12

    static func findings(_ ending: CheckSession.Ending, _ test: CheckTest, deadline: Double) -> [CheckFinding] {
        switch ending {
        case .answered(let answer): return answer.findings
        case .refused(let error): return [refused(error, test)]
        case .timedOut(let about, let log):
            return [
                CheckFinding(
                    .error, test: test.id, name: "hang", "it did not come back within \(Int(deadline)) s from: \(about)",
                    advice: test.hangAdvice, detail: tail(log))
            ]
        case .ended(let failure, _, let about, let log):
            let name = failure.kind == .exited ? "exited" : "crashed"
            let detail = [failure.detail, tail(log)].filter { !$0.isEmpty }.joined(separator: "\n")
            return [
                CheckFinding(
                    crashSeverity(test), test: test.id, name: name, "\(failure.message); under way: \(about)",
                    advice: crashAdvice(test, failure), detail: detail)
            ]
        }
    }

    private static func refused(_ error: PluginError, _ test: CheckTest) -> CheckFinding {
        let (name, advice) =
            switch error.code {
            case .create:
                ("create-failed", "Give what it needs: --data FILE, --config KEY=VALUE; --trainable checks one of several alone.")
            case .undefinedSymbol: ("undefined-symbol", "Link with the library that defines it (-l…), and with -Wl,-z,defs.")
            case .malformed: ("malformed", "Correct the table or the schema; sdk/README.md describes both.")
            case .storage, .spawn: ("check-failed", "This is no fault of the plugin's: see to the machine and check again.")
            default: (error.name, "Build the plugin again, as sdk/README.md shows.")
            }
        return CheckFinding(.error, test: test.id, name: name, error.message, advice: advice, detail: error.detail)
    }

    /// No host was ever released that lacks `extension`.
    private static func crashSeverity(_ test: CheckTest) -> CheckFinding.Severity {
        test.id == "compatibility/shorter-host" ? .warning : .error
    }

    private static func crashAdvice(_ test: CheckTest, _ failure: Failure) -> String {
        switch test.id {
        case "compatibility/older-host", "compatibility/shorter-host":
            "Use a field of the host's table only where TUNED_HAS(host, field) says that it is there."
        case "compatibility/newer-host":
            "Read values by tuned_trial_value (or tuned_f64, tuned_i64, tuned_str): their distance is trial->value_size."
        case "compatibility/bare-host":
            "Use an extension only where host->extension gave one: tuned_find_extension gives NULL where there is none."
        case "compatibility/parallel":
            "Keep all state in the instance that create makes; or take TUNED_THREAD_SAFE out of flags."
        case "behaviour/truncated", "behaviour/random":
            "Check a checkpoint before you use it: its length, a magic number, every count and index within it."
        default:
            failure.kind == .exited
                ? "Return a code in place of exit or pthread_exit: the process is the host's."
                : "Build with -g and -fsanitize=address,undefined and run this test again; the place is an offset for addr2line."
        }
    }

    private static func tail(_ log: String) -> String {
        log.split(separator: "\n").suffix(logLines).map { String($0.prefix(300)) }.joined(separator: "\n")
    }
}
