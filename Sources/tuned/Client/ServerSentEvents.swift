/// Splits a stream of bytes into server-sent events, by the grammar of the HTML standard, section 9.2.6.
package struct ServerSentEventParser: Sendable {
    package struct Event: Hashable, Sendable {
        /// `message` where the stream names none.
        package var name: String
        package var data: String
        /// The last id that the stream had named by then.
        package var id: String?
    }

    private var line: [UInt8] = []
    private var endedWithReturn = false
    private var name = ""
    private var data: [String] = []
    private var id: String?

    package init() {}

    /// Events that these bytes complete.
    package mutating func parse(_ bytes: some Sequence<UInt8>) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            // A line ends with CR, LF or CR LF.
            if byte == UInt8(ascii: "\n") && endedWithReturn {
                endedWithReturn = false
                continue
            }
            endedWithReturn = byte == UInt8(ascii: "\r")
            if endedWithReturn || byte == UInt8(ascii: "\n") {
                if let event = take(String(decoding: line, as: UTF8.self)) { events.append(event) }
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(byte)
            }
        }
        return events
    }

    private mutating func take(_ line: String) -> Event? {
        if line.isEmpty {
            defer {
                name = ""
                data = []
            }
            return data.isEmpty && name.isEmpty
                ? nil : Event(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"), id: id)
        }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count == 2 ? parts[1] : ""
        if value.hasPrefix(" ") { value = value.dropFirst() }
        switch parts[0] {
        case "event": name = String(value)
        case "data": data.append(String(value))
        case "id": id = String(value)
        default: break  // A comment (the heartbeat), or a field that later versions may add.
        }
        return nil
    }
}
