package import TunedSpace

/// `NAME=VALUE` from the command line. The value is YAML, so a number, a flag, text, a list or a map:
/// `lr=0.01`, `shrinking=true`, `kernel=rbf`, `C={low: 0.1}`.
package struct Assignment: Hashable, Sendable {
    package var name: String
    package var value: JSONValue

    package init(_ text: String) throws(CommandError) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw .usage("\"\(text)\" is no assignment: write NAME=VALUE, such as lr=0.01")
        }
        name = String(text[..<equals])
        let right = String(text[text.index(after: equals)...])
        // Flow collections alone need a parser; a bare text must not become a block mapping because it holds ": ".
        if right.hasPrefix("{") || right.hasPrefix("[") || right.hasPrefix("\"") || right.hasPrefix("'") {
            value = try YAMLDocument(parsing: right, name: "\(name)=").value
        } else {
            value = right.isEmpty ? .string("") : YAMLScalar.value(of: right)
        }
    }

    /// A map of the assignments; a name given twice is an error.
    package static func map(_ texts: [String]) throws(CommandError) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        for text in texts {
            let assignment = try Assignment(text)
            guard fields.updateValue(assignment.value, forKey: assignment.name) == nil else {
                throw .usage("\(assignment.name) is given twice")
            }
        }
        return fields
    }
}
