import ArgumentParser
import TunedSpace

/// One verb of the command. Its errors are ``CommandError``, so that every one has an exit code.
protocol Verb: AsyncParsableCommand {
    var output: OutputOptions { get }
    func perform() async throws(CommandError)
}

extension Verb {
    mutating func run() async throws { try await perform() }
}

/// How a verb answers; on every one.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON value; errors too, on standard error.")
    var json = false

    /// Prints the JSON value, or what a person wants to read instead.
    func show(_ value: JSONValue, text: () -> String) {
        Terminal.output.write(json ? value.text() + "\n" : text())
    }
}
