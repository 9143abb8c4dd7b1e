import ArgumentParser
import TunedSpace

struct Replay: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Run a trial again and compare.",
        discussion: """
            All runs of the trial that came to their end are made again, with its seeds, its rows, its budget, its data and the plugin \
            that ran it, and are no part of the search. Values are compared bit for bit; what the replay ran on that the trial did not is named. Exit code 11 where the result differs.

            Examples:
              tuned replay svm-1/17
              tuned replay svm-1/17 --current-plugin     # with the plugin as it is loaded now
              tuned replay svm-1/17 --json
            """)

    @Argument(help: ArgumentHelp("A trial as STUDY/NUMBER.", valueName: "study/number"))
    var trial: String

    @Flag(help: "Run the plugin as it is loaded now, not the one that ran the trial.")
    var currentPlugin = false

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard let reference = TrialReference(trial) else {
            throw .usage("\"\(trial)\" names no trial: write STUDY/NUMBER, such as svm-1/17")
        }
        let client = try DaemonClient()
        let begun = try await client.post(Route.trial(reference) + "/replay", .object(["current_plugin": .boolean(currentPlugin)]), within: 600)
        let follower = try OutsideFollower(directory: client.directory, later: "tuned show \(reference)")
        let end = try await follower.follow("replay \(reference)") { client throws(CommandError) in
            let replays = try await client.get(Route.replays(reference.study))["replays"]?.arrayValue ?? []
            return replays.first { $0["replay"] == begun["replay"] && $0["state"]?.stringValue == "ended" }
        }
        guard let end else { ExitStatus.detached.exit() }
        output.show(end) { ReplayText.result(end, trial: reference) }
        if end["equal"]?.booleanValue != true { ExitStatus.replayDiffers.exit() }
    }
}
