import TunedSpace

/// Plugins for a person, from the daemon's description of them.
enum PluginText {
    static func loaded(_ plugin: JSONValue) -> String {
        let name = plugin["name"]?.stringValue ?? ""
        var text = "loaded \(title(plugin))\n"
        for trainable in plugin["trainables"]?.arrayValue ?? [] { text += "  \(summary(trainable))\n" }
        for warning in plugin["warnings"]?.arrayValue ?? [] {
            text += "  warning: \((warning.stringValue ?? "").printable)\n"
        }
        return text + "See its parameters: tuned plugins \(name)\nTune it: tuned run \(name)\n"
    }

    static func list(_ plugins: [JSONValue]) -> String {
        if plugins.isEmpty { return "no plugin is loaded; load one with: tuned load FILE.so\n" }
        var table = TextTable([.init("PLUGIN"), .init("VERSION"), .init("HASH"), .init("LOADED"), .init("FROM")])
        for plugin in plugins {
            table.add([
                plugin["name"]?.stringValue ?? "", plugin["version"]?.stringValue ?? "", shortHash(plugin),
                plugin["loaded_at"]?.integerValue.map(Formatting.time(milliseconds:)) ?? "",
                plugin["quarantine"] == nil ? plugin["path"]?.stringValue ?? "" : "in quarantine: \(plugin["path"]?.stringValue ?? "")",
            ])
        }
        return table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
    }

    static func details(_ plugin: JSONValue) -> String {
        var text = "\(title(plugin))\nfrom \((plugin["path"]?.stringValue ?? "").printable)\n"
        if let quarantine = plugin["quarantine"] {
            let crashes = quarantine["crashes"]?.integerValue ?? 0
            text += "in quarantine: \(crashes) attempts in a row crashed; the last: \((quarantine["last"]?.stringValue ?? "").printable)\n"
            text += "Load it again once it is rebuilt, or: tuned plugins \((plugin["name"]?.stringValue ?? "").printable) --release\n"
        }
        for trainable in plugin["trainables"]?.arrayValue ?? [] {
            text += "\n\(summary(trainable))\n"
            let schema = trainable["schema"]
            if let description = schema?["description"]?.stringValue { text += "\(description.printable)\n" }
            text += "\n" + parameters(schema) + "\n" + metrics(schema)
        }
        return text
    }

    private static func title(_ plugin: JSONValue) -> String {
        let words = [plugin["name"]?.stringValue ?? "", plugin["version"]?.stringValue ?? "", "(\(shortHash(plugin)))"]
        return words.filter { !$0.isEmpty }.joined(separator: " ").printable
    }

    private static func shortHash(_ plugin: JSONValue) -> String {
        String((plugin["hash"]?.stringValue ?? "").prefix(12))
    }

    private static func summary(_ trainable: JSONValue) -> String {
        let parameters = trainable["schema"]?["parameters"]?.arrayValue?.count ?? 0
        let metrics = trainable["schema"]?["metrics"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        let text = "\(trainable["id"]?.stringValue ?? ""): \(Formatting.count(parameters, "parameter")); metrics "
        return (text + metrics.joined(separator: ", ")).printable
    }

    private static func parameters(_ schema: JSONValue?) -> String {
        var table = TextTable([.init("PARAMETER"), .init("TYPE"), .init("VALUES"), .init("DEFAULT"), .init("WHEN")])
        for parameter in schema?["parameters"]?.arrayValue ?? [] {
            table.add([
                parameter["name"]?.stringValue ?? "", parameter["type"]?.stringValue ?? "", values(parameter),
                parameter["default"].map(ConfigurationText.value) ?? "",
                conditions(parameter["when"]),
            ])
        }
        return table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
    }

    private static func values(_ parameter: JSONValue) -> String {
        if let choices = parameter["choices"]?.arrayValue {
            return choices.map(ConfigurationText.value).joined(separator: ", ")
        }
        guard let low = parameter["low"], let high = parameter["high"] else { return "" }
        var text = "\(ConfigurationText.value(low)) to \(ConfigurationText.value(high))"
        if parameter["log"]?.booleanValue == true { text += ", logarithmic" }
        if let step = parameter["step"] { text += ", step \(ConfigurationText.value(step))" }
        if parameter["schedule"] != nil { text += ", scheduled" }
        return text
    }

    /// `kernel=poly|sigmoid`
    private static func conditions(_ when: JSONValue?) -> String {
        (when?.objectValue ?? [:]).sorted { $0.key < $1.key }.map { parent, value in
            "\(parent)=\((value.arrayValue ?? [value]).map(ConfigurationText.value).joined(separator: "|"))"
        }.joined(separator: " ")
    }

    private static func metrics(_ schema: JSONValue?) -> String {
        var table = TextTable([.init("METRIC"), .init("GOAL"), .init("MEANING")])
        for metric in schema?["metrics"]?.arrayValue ?? [] {
            table.add([
                metric["name"]?.stringValue ?? "", metric["goal"]?.stringValue ?? "",
                metric["description"]?.stringValue ?? "",
            ])
        }
        return table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
    }
}
