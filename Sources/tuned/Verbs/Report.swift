import ArgumentParser
import TunedSpace

struct Report: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Write a study up: one document for a paper or a lab notebook.",
        discussion: """
            Question, results with their uncertainty, space and importance, method and why, failures, environment, whether the test set was \
            used, and how to reproduce it. HTML is one file with all pictures in it that needs no network. Markdown has its pictures \
            beside it, named after it (report-history.svg), since hosts of Markdown show files and drop what is embedded.

            Examples:
              tuned report svm-1 -o svm-1.html
              tuned report svm-1 -o notebook/svm-1.md
              tuned report svm-1 > svm-1.html
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Option(name: [.customShort("o"), .customLong("output")], help: ArgumentHelp("A file that ends in .html or .md; HTML on standard output where not given, or -.", valueName: "file"))
    var path: String?

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let file = path == "-" ? nil : path
        if let file { try OutputFile.check(file, endings: ["html", "htm", "md", "markdown"]) }
        let client = try DaemonClient()
        let isMarkdown = file.map { ["md", "markdown"].contains(OutputFile.ending(of: $0)) } ?? false
        let stem = file.map { OutputFile.stem(of: $0) } ?? ""
        let query = Route.query(["format": isMarkdown ? "md" : "html", "pictures": isMarkdown ? stem + "-" : nil])
        let bytes = try await client.bytes(Route.study(study) + "/report" + query, within: 600)
        guard let file else {
            let text = String(decoding: bytes, as: UTF8.self)
            return output.show(.object(["study": .string(study), "html": .string(text)])) { text }
        }
        var pictures: [JSONValue] = []
        if isMarkdown {
            // Those that the document names; it comes last, so that it never names one that is not there.
            let text = String(decoding: bytes, as: UTF8.self)
            let folder = FileText.folder(of: file)
            for piece in text.split(separator: "](<\(stem)-").dropFirst() {
                guard let kind = piece.firstRange(of: ".svg>)").map({ String(piece[..<$0.lowerBound]) }) else { continue }
                let picture = "\(folder)/\(stem)-\(kind).svg"
                try OutputFile.write(try await client.bytes(Route.study(study) + "/plot" + Route.query(["kind": kind]), within: 600), to: picture)
                pictures.append(.string(FileText.absolute(picture)))
            }
        }
        try OutputFile.write(bytes, to: file)
        output.show(OutputFile.json(file, bytes, ["study": .string(study), "pictures": .array(pictures)])) { "" }
    }
}
