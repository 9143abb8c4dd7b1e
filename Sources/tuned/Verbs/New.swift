import ArgumentParser
import TunedSpace

struct New: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Write a small project for a plugin: source, build file, README and study.",
        discussion: """
            The project builds and tunes as it is: put your model in place of the one in it. It is written to a folder of its own, \
            which must not exist or be empty.

            Examples:
              tuned new digits --language cpp
              tuned new "House prices" --language swift --directory ~/prices
            """)

    @Argument(help: "What the project is called: letters, digits, space, dot, underscore and dash.")
    var name: String

    @Option(help: "c, cpp or swift.")
    var language: ProjectTemplate.Language

    @Option(help: "The folder to write to; otherwise one with the plugin's id, here.", completion: .directory)
    var directory: String?

    @Option(name: .customLong("sdk"), help: "The folder of tuned's SDK; otherwise the one that belongs to this program.", completion: .directory)
    var sdkPath: String?

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        let name = try ProjectName(name)
        let sdk = try SDKFolder(chosen: sdkPath, executable: Executables.own())
        let template = ProjectTemplate(language, name: name, sdk: sdk)
        let target = directory ?? name.id
        if language == .swift { try Self.check(target, besides: sdk) }
        let folder = try ProjectFolder(making: target)
        try folder.write(template.files)

        let next = [
            "cd \(target)", template.build, "tuned load \(template.library)", "tuned run study.yaml",
        ]
        let value = JSONValue.object([
            "name": .string(name.typed), "id": .string(name.id), "language": .string(language.rawValue),
            "directory": .string(folder.path), "sdk": .string(sdk.path), "library": .string(template.library),
            "files": .array(template.files.map { .string($0.path) }), "next": .array(next.map(JSONValue.string)),
        ])
        output.show(value) {
            """
            wrote \(folder.path):
            \(template.files.map { "  \($0.path)" }.joined(separator: "\n"))

            Next:
            \(next.map { "  \($0)" }.joined(separator: "\n"))

            """
        }
    }
}

extension New {
    /// SwiftPM tells packages apart by the names of their folders, and both are packages.
    private static func check(_ target: String, besides sdk: SDKFolder) throws(CommandError) {
        let names = [FileText.absolute(target), sdk.path].map { path in
            path.split(separator: "/").last { $0 != "." }?.lowercased() ?? ""
        }
        guard names[0] != names[1] else {
            throw .usage("SwiftPM cannot tell a project in a folder \(names[0]) from tuned's SDK: choose another one with --directory")
        }
    }
}

extension ProjectTemplate.Language: ExpressibleByArgument {}
