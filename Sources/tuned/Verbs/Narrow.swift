import ArgumentParser
import TunedSpace

struct Narrow: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Propose a tighter space from a study's trials, and go on in it.",
        discussion: """
            Shows, for each parameter, the range or the choices that the good trials leave, and why; and which best values lie on a \
            bound. Ranges never pass what the plugin declares. It takes at least 20 complete trials.

            With --apply a new study begins in that space, which knows the trials of the old one; with --apply --here the study itself \
            goes on in it (`tuned space` shows and widens it again).

            Examples:
              tuned narrow svm-1
              tuned narrow svm-1 --apply --trials 100
              tuned narrow svm-1 --apply --study svm-closer
              tuned narrow svm-1 --apply --here
            """)

    @Argument(help: "The study's name.")
    var study: String

    @Flag(help: "Start a study in the proposed space.")
    var apply = false

    @Flag(help: "Change the space of this study, instead of starting another.")
    var here = false

    @Option(name: .customLong("study"), help: ArgumentHelp("The new study's name.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Trials of the new study; as many as the old one was to have where not given.", valueName: "n"))
    var trials: Int?

    @OptionGroup var output: OutputOptions

    func perform() async throws(CommandError) {
        guard apply || (name == nil && trials == nil) else { throw .usage("--study and --trials are those of the new study: add --apply") }
        guard !here || (apply && name == nil && trials == nil) else {
            throw .usage(apply ? "--study and --trials are those of a new study: leave out --here" : "--here says what --apply does: add --apply")
        }
        let client = try DaemonClient()
        let proposal = try await client.get(Route.study(study) + "/narrowing")
        guard apply else {
            let command = "tuned narrow \(study) --apply"
            return output.show(proposal) { Self.text(proposal) + "\nStart a study in this space, which knows these trials: \(command)\nOr let this one go on in it: \(command) --here\n" }
        }
        if here {
            let change: [String: JSONValue] = ["space": proposal["space"] ?? .object([:]), "reason": .string("narrowed by its own trials")]
            return try await Space.change(study, change, client, output, heading: Self.text(proposal) + "\n")
        }
        let details = try await client.get(Route.study(study))
        guard case .object(var specification)? = details["specification"] else {
            throw CommandError.failure("the daemon's answer has no specification of \(study)")
        }
        specification["study"] = .string(name ?? Self.successor(of: study))
        specification["space"] = specification["plugin"] == nil ? Self.declaration(specification["space"], proposal["space"]) : proposal["space"]
        specification["warm_start"] = .string(study)
        if let trials {
            var stop = specification["stop"]?.objectValue ?? [:]
            stop["trials"] = .integer(Int64(trials))
            specification["stop"] = .object(stop)
        }
        let created = try await client.post(Route.studies, .object(specification), within: 3600)
        let slug = created["study"]?.stringValue ?? ""
        output.show(created) {
            Self.text(proposal) + "\nStudy \(slug) has begun in this space. Follow it: tuned show \(slug)\n"
        }
    }

    /// What a study without a plugin declares, with the proposed ranges and choices: there is no declaration beneath it to narrow.
    private static func declaration(_ declared: JSONValue?, _ proposed: JSONValue?) -> JSONValue {
        guard case .object(var parameters)? = declared, case .object(let narrower)? = proposed else { return declared ?? .object([:]) }
        for (name, entry) in narrower {
            guard case .object(var fields)? = parameters[name], case .object(let bounds) = entry else { continue }
            for (key, value) in bounds where fields[key] != nil { fields[key] = value }
            // It may lie outside now.
            fields["default"] = nil
            parameters[name] = .object(fields)
        }
        return .object(parameters)
    }

    private static func text(_ proposal: JSONValue) -> String {
        var table = TextTable([.init("PARAMETER"), .init("SEARCH NEXT"), .init("WHY")])
        for item in proposal["proposals"]?.arrayValue ?? [] {
            let parameter = item["parameter"]?.stringValue ?? ""
            let range = item["action"]?.stringValue == "keep" ? "as it is" : shown(proposal["space"]?[parameter])
            table.add([parameter, range, item["reason"]?.stringValue ?? ""])
        }
        let warnings = (proposal["warnings"]?.arrayValue ?? []).compactMap { $0["message"]?.stringValue }
        return table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode) + warnings.map { "warning: \($0.printable)\n" }.joined()
    }

    private static func shown(_ fields: JSONValue?) -> String {
        if let choices = fields?["choices"]?.arrayValue { return choices.map(ConfigurationText.value).joined(separator: ", ") }
        guard let low = fields?["low"], let high = fields?["high"] else { return "" }
        return "\(ConfigurationText.value(low)) to \(ConfigurationText.value(high))"
    }

    /// `svm-1` goes on as `svm-1.2`, that as `svm-1.3`.
    private static func successor(of study: String) -> String {
        guard let dot = study.lastIndex(of: "."), let number = Int(study[study.index(after: dot)...]) else { return "\(study).2" }
        return "\(study[..<dot]).\(number + 1)"
    }
}
