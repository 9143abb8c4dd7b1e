import TunedSpace

/// The space of a study for a person, from the daemon's description of it.
enum SpaceText {
    static func space(_ reply: JSONValue) -> String {
        let declared = reply["declared"]?.arrayValue ?? []
        var table = TextTable([.init("PARAMETER"), .init("SEARCHED"), .init("DECLARED")], hidesEmpty: true)
        for parameter in reply["parameters"]?.arrayValue ?? [] {
            let name = parameter["name"]?.stringValue ?? ""
            let (now, whole) = (domain(parameter), declared.first { $0["name"] == parameter["name"] }.map(domain) ?? "")
            table.add([name, now, now == whole ? "" : whole])
        }
        var text = table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
        for rule in reply["rules"]?.arrayValue ?? [] { text += "rule: \((rule.stringValue ?? rule.text()).printable)\n" }
        for change in reply["changes"]?.arrayValue ?? [] { text += "changed \(self.change(change))\n" }
        return text
    }

    static func changed(_ reply: JSONValue) -> String {
        let study = reply["study"]?.stringValue ?? ""
        var text = "study \(study) searches another space now: \(reply["summary"]?.stringValue ?? "")\n"
        for remark in reply["withdrawn"]?.arrayValue ?? [] { text += "note: \((remark.stringValue ?? "").printable)\n" }
        if let state = reply["state"]?.stringValue, state != "running" {
            text += "The study is \(state). Go on with it: tuned resume \(study)\(state == "completed" ? " --trials N" : "")\n"
        }
        return text + "\n" + space(reply)
    }

    /// When and why.
    static func change(_ change: JSONValue) -> String {
        let reason = change["reason"]?.stringValue ?? ""
        let time = change["time"]?.integerValue.map(Formatting.time(milliseconds:)) ?? ""
        return time + (reason.isEmpty ? "" : ": \(reason.printable)")
    }

    private static func domain(_ parameter: JSONValue) -> String {
        if let value = parameter["value"] { return "\(ConfigurationText.value(value)), fixed" }
        if let choices = parameter["choices"]?.arrayValue { return choices.map(ConfigurationText.value).joined(separator: ", ") }
        if let items = parameter["of"]?.arrayValue { return "an order of \(items.map(ConfigurationText.value).joined(separator: ", "))" }
        guard let low = parameter["low"], let high = parameter["high"] else { return "true or false" }
        var text = "\(ConfigurationText.value(low)) to \(ConfigurationText.value(high))"
        if let step = parameter["step"], step != .integer(1) { text += " in steps of \(ConfigurationText.value(step))" }
        if parameter["log"] == .boolean(true) { text += ", logarithmic" }
        if parameter["schedule"] != nil { text += ", scheduled" }
        return text
    }
}
