import Glibc

/// What the command's exit code says. Scripts may rely on these numbers.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case success = 0
    /// Something failed that no other number names.
    case failure = 1
    /// The command line, a study file or the configuration file is wrong; nothing was done.
    case usage = 2
    /// There is no such study, trial or plugin.
    case notFound = 3
    /// The name is taken, or the state does not allow it: a trial told twice, a second daemon on one data directory.
    case conflict = 4
    /// No daemon is running and none could be started, or it is of another version.
    case unreachable = 5
    /// `tuned verify` found a suggestion that the log does not explain.
    case verification = 6
    /// The study ended without a complete trial.
    case noResult = 7
    /// `tuned check` found errors.
    case checkErrors = 8
    /// `tuned check --strict` found warnings, and no errors.
    case checkWarnings = 9
    /// `tuned finalize`: the test rows were used already.
    case testUsed = 10
    /// `tuned replay` brought another result.
    case replayDiffers = 11
    /// Ctrl-C took the command away from a study that goes on.
    case detached = 130

    /// Ends the process with this code.
    package func exit() -> Never { Glibc.exit(rawValue) }

    /// One line each, for `tuned --help` and the documentation.
    package var meaning: String {
        switch self {
        case .success: "done"
        case .failure: "failed"
        case .usage: "wrong command line, study file or configuration; nothing was done"
        case .notFound: "no such study, trial or plugin"
        case .conflict: "the name is taken, or the present state does not allow it"
        case .unreachable: "no daemon answers, or it is of another version"
        case .verification: "verify found a suggestion that the log does not explain"
        case .noResult: "the study ended without a complete trial"
        case .checkErrors: "check found errors in a plugin"
        case .checkWarnings: "check --strict found warnings in a plugin, and no errors"
        case .testUsed: "finalize: the test rows were used already, and --again was not given"
        case .replayDiffers: "replay brought another result than the trial"
        case .detached: "Ctrl-C: the study goes on without this command"
        }
    }
}
