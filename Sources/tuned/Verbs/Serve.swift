import ArgumentParser
import TunedSpace

struct Serve: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Run the daemon in the foreground, or end a running one.",
        discussion: """
            Other verbs start a daemon of your own when they need one; a lab runs this under systemd. SIGTERM and Ctrl-C end \
            it cleanly: running trials are cancelled, and made again by the next daemon.

            The file config.yaml in the data directory, whole:
              slots: {cpus: 4, memory: 16GiB, gpus: auto, slots_per_gpu: 1}
              listen: {host: 127.0.0.1, port: 7878, token_file: /etc/tuned-hpo/token}
              grace: 5s

            Examples:
              tuned serve
              tuned serve --stop
            """)

    @Flag(help: "End the running daemon, and wait until it is gone.")
    var stop = false

    @Flag(help: .private)
    var backgroundChild = false

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let directory = try DataDirectory()
        if stop {
            let pid = try await RunningDaemon(directory).stop()
            output.show(.object(["stopped": .integer(Int64(pid))])) { "the daemon (process \(pid)) has ended\n" }
        } else {
            try await Daemon(directory, isBackground: backgroundChild).run()
        }
    }
}
