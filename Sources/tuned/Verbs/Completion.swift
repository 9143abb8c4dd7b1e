import ArgumentParser
import TunedSpace

struct Completion: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Print a completion script for a shell.",
        discussion: """
            Examples:
              tuned completion bash > ~/.local/share/bash-completion/completions/tuned
              tuned completion zsh > ~/.zfunc/_tuned
              tuned completion fish > ~/.config/fish/completions/tuned.fish
            """)

    @Argument(help: "bash, zsh or fish.", completion: .list(["bash", "zsh", "fish"]))
    var shell: String

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard let kind = CompletionShell(rawValue: shell) else {
            throw .usage("\"\(shell)\" is no shell that has completions: use bash, zsh or fish")
        }
        let script = Tuned.completionScript(for: kind)
        output.show(.object(["shell": .string(shell), "script": .string(script)])) { script + "\n" }
    }
}
