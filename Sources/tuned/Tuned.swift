import ArgumentParser
import TunedSpace

/// The command `tuned`: parses, runs one verb, and turns its error into text or JSON on standard error and an exit code.
@main
struct Tuned: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tuned",
        abstract: "Tunes the hyperparameters of code that lives in shared libraries.",
        discussion: """
            A first study:
              tuned load svm.so
              tuned run svm --data digits.csv --folds 5 --trials 100
              tuned best svm-1

            Everything is kept in one data directory: TUNED_HOME, else $XDG_DATA_HOME/tuned-hpo, else \
            ~/.local/share/tuned-hpo. A daemon of your own is started when a verb needs one.

            Exit codes:
            \(ExitStatus.allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n"))
            """,
        version: Version.current,
        groupedSubcommands: [
            CommandGroup(name: "Plugins", subcommands: [New.self, Load.self, Plugins.self, Unload.self, Check.self]),
            CommandGroup(
                name: "Studies",
                subcommands: [
                    Run.self, Studies.self, Show.self, Trials.self, Best.self, Pause.self, Resume.self, Stop.self,
                    Delete.self,
                    Finalize.self, Replay.self, Verify.self, Export.self, Plot.self, Report.self, Importance.self, Narrow.self, Space.self,
                ]),
            CommandGroup(name: "Trials of your own", subcommands: [Enqueue.self, Ask.self, Tell.self]),
            CommandGroup(name: "The daemon", subcommands: [Status.self, Slots.self, Serve.self, Completion.self]),
            CommandGroup(name: "Measuring", subcommands: [ProbeGPUs.self, BenchSuggest.self, BenchWorker.self, BenchBatch.self]),
        ])

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try parseAsRoot(arguments)
            if let verb = command as? any Verb {
                try await verb.perform()
            } else if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            report(error, asJSON: arguments.contains("--json")).exit()
        }
    }

    /// Prints an error, or the help that the parser throws as one.
    private static func report(_ error: any Error, asJSON: Bool) -> ExitStatus {
        let failure: CommandError
        if let error = error as? CommandError {
            failure = error
        } else if exitCode(for: error) == .success {
            Terminal.output.writeLine(fullMessage(for: error))
            return .success
        } else if asJSON {
            failure = .usage(message(for: error))
        } else {
            Terminal.error.writeLine(fullMessage(for: error))
            return .usage
        }
        Terminal.error.writeLine(asJSON ? failure.json.text() : failure.text)
        return failure.status
    }
}
