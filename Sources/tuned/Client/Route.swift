/// Addresses of the daemon's API.
package enum Route {
    package static let status = "/v1/status"
    package static let slots = "/v1/slots"
    package static let plugins = "/v1/plugins"
    package static let studies = "/v1/studies"

    package static func plugin(_ name: String) -> String { "\(plugins)/\(segment(name))" }

    package static func release(_ plugin: String) -> String { "\(self.plugin(plugin))/release" }

    package static func study(_ slug: String) -> String { "\(studies)/\(segment(slug))" }

    package static func finalize(_ slug: String) -> String { "\(study(slug))/finalize" }

    package static func replays(_ slug: String) -> String { "\(study(slug))/replays" }

    package static func trial(_ reference: TrialReference) -> String {
        "\(study(reference.study))/trials/\(reference.number)"
    }

    /// Percent-encodes all but RFC 3986's unreserved characters, so that a name cannot become a path or a query. A name
    /// of dots alone is encoded too: `..` would be taken for the folder above.
    package static func segment(_ name: String) -> String {
        let onlyDots = name.allSatisfy { $0 == "." }
        var text = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where !onlyDots: text.append(".")
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count == 1 ? "0" + digits : digits)
            }
        }
        return text
    }

    /// `?a=1&b=2`; nothing where there are no fields.
    package static func query(_ fields: KeyValuePairs<String, String?>) -> String {
        let present = fields.compactMap { name, value in value.map { "\(name)=\(segment($0))" } }
        return present.isEmpty ? "" : "?" + present.joined(separator: "&")
    }
}
