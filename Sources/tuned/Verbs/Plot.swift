import ArgumentParser
import TunedSpace

struct Plot: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Draw a study as an SVG picture.",
        discussion: """
            Without --kind, says which pictures there are and which of them the study has something for. Pictures follow the reader's light \
            or dark setting, and can be told apart without colour.

            Examples:
              tuned plot svm-1
              tuned plot svm-1 --kind history -o history.svg
              tuned plot svm-1 --kind slice --objective seconds > slice.svg
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Option(help: ArgumentHelp("history, intermediate, parallel, slice, importance, rungs, lineage or pareto.", valueName: "name"))
    var kind: String?

    @Option(help: ArgumentHelp("Of which objective; the first where not given.", valueName: "metric"))
    var objective: String?

    @Option(name: [.customShort("o"), .customLong("output")], help: ArgumentHelp("A file that ends in .svg; standard output where not given, or -.", valueName: "file"))
    var path: String?

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let file = path == "-" ? nil : path
        if let file { try OutputFile.check(file, endings: ["svg"]) }
        if file != nil, kind == nil { throw .usage("say what to draw: --kind history, or another one of those that `tuned plot \(study)` lists") }
        let client = try DaemonClient()
        let address = Route.study(study) + "/plot" + Route.query(["kind": kind, "objective": objective])
        guard let kind else { return list(try await client.get(address)) }
        let bytes = try await client.bytes(address, within: 600)
        if let file {
            try OutputFile.write(bytes, to: file)
            output.show(OutputFile.json(file, bytes, ["study": .string(study), "kind": .string(kind)])) { "" }
        } else if output.json {
            output.show(.object(["study": .string(study), "kind": .string(kind), "svg": .string(String(decoding: bytes, as: UTF8.self))])) { "" }
        } else {
            Terminal.output.write(String(decoding: bytes, as: UTF8.self))
        }
    }

    private func list(_ reply: JSONValue) {
        output.show(reply) {
            (reply["kinds"]?.arrayValue ?? []).map { kind in
                let name = kind["kind"]?.stringValue ?? ""
                let reason = kind["reason"]?.stringValue.map { "\n              not yet: \($0.printable)" } ?? ""
                return "\(name)\(String(repeating: " ", count: max(1, 14 - name.count)))\(kind["explanation"]?.stringValue ?? "")\(reason)\n"
            }.joined()
        }
    }
}
