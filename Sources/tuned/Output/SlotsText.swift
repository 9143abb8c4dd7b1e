import TunedSpace

/// The machine's slots for a person, from the daemon's description of them.
enum SlotsText {
    static func text(_ slots: JSONValue) -> String {
        var text = "cpus    \(free(slots["cpus"]) { String(Int($0)) })\n"
        text += "memory  \(free(slots["memory"], Formatting.bytes))\n"
        let gpus = slots["gpus"]?.arrayValue ?? []
        if gpus.isEmpty { text += "gpus    none\n" }
        for gpu in gpus { text += "gpu     \(describe(gpu))\n" }
        for warning in slots["warnings"]?.arrayValue ?? [] {
            text += "warning \((warning.stringValue ?? "").printable)\n"
        }
        return text + holders(slots["holders"]?.arrayValue ?? []) + waiters(slots)
    }

    private static func free(_ part: JSONValue?, _ format: (Double) -> String) -> String {
        "\(format(part?["free"]?.doubleValue ?? 0)) of \(format(part?["total"]?.doubleValue ?? 0)) free"
    }

    private static func describe(_ gpu: JSONValue) -> String {
        var text = "\(gpu["uuid"]?.stringValue ?? "") \(gpu["name"]?.stringValue ?? "")"
        text += ", \(Formatting.bytes(gpu["memory"]?.doubleValue ?? 0))"
        text += ", \(gpu["taken"]?.integerValue ?? 0) of \(gpu["shares"]?.integerValue ?? 1) taken"
        if let obstacle = gpu["obstacle"]?.stringValue { text += "; \(obstacle)" }
        return text.printable
    }

    private static func holders(_ holders: [JSONValue]) -> String {
        if holders.isEmpty { return "\nno trial is running\n" }
        var table = TextTable(
            [
                .init("TRIAL"), .init("CPUS"), .init("GPUS"), .init("MEMORY", .right), .init("FOR", .right),
            ], hidesEmpty: true)
        for holder in holders {
            let memory = holder["memory"]?.doubleValue ?? 0
            table.add([
                trial(holder), list(holder["cpus"]), list(holder["gpus"]), memory > 0 ? Formatting.bytes(memory) : "",
                Formatting.duration(holder["held_for"]?.doubleValue ?? 0),
            ])
        }
        return "\n" + table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
    }

    private static func waiters(_ slots: JSONValue) -> String {
        let waiters = slots["waiters"]?.arrayValue ?? []
        if waiters.isEmpty { return "" }
        var table = TextTable([.init("WAITING"), .init("FOR", .right), .init("BECAUSE")])
        for waiter in waiters {
            table.add([
                trial(waiter), Formatting.duration(waiter["waited_for"]?.doubleValue ?? 0),
                waiter["reason"]?.stringValue ?? "",
            ])
        }
        let rest = Int(slots["waiting"]?.integerValue ?? 0) - waiters.count
        return "\n" + table.text(width: Terminal.output.width, unicode: Terminal.output.usesUnicode)
            + (rest > 0 ? "and \(Formatting.count(rest)) more\n" : "")
    }

    private static func trial(_ entry: JSONValue) -> String {
        "\(entry["study"]?.stringValue ?? "?")/\(entry["trial"]?.integerValue ?? 0)"
    }

    private static func list(_ value: JSONValue?) -> String {
        (value?.arrayValue ?? []).map(ConfigurationText.value).joined(separator: ",")
    }
}
