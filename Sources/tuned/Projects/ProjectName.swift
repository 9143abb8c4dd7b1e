/// What a person called a new project, and the names that follow from it.
package struct ProjectName: Hashable, Sendable {
    /// As it was typed.
    package let typed: String
    /// The plugin's id, and what its files are called: 1 to 64 of [a-z0-9._-].
    package let id: String
    /// The beginning of the names of types, as `HouseNumbers`.
    package let type: String

    /// Throws a usage error for a name that no id can be made of.
    package init(_ typed: String) throws(CommandError) {
        // The name also stands in comments, so that nothing else may be in it.
        guard typed.utf8.allSatisfy({ Self.isWord($0) || Self.separators.contains($0) }) else {
            throw .usage("\"\(typed)\" is no name of a project: use letters a to z, digits, space, dot, underscore and dash")
        }
        let words = typed.utf8.split { Self.separators.contains($0) }.map { String(decoding: $0, as: UTF8.self) }
        let id = String(decoding: typed.lowercased().utf8.map { $0 == UInt8(ascii: " ") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
        guard let first = id.utf8.first, Self.isWord(first), !words.isEmpty, id.utf8.count <= 64 else {
            throw .usage("\"\(typed)\" is no name of a project: it begins with a letter or digit, and has at most 64 characters")
        }
        let type = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        self.typed = typed
        self.id = id
        // An identifier does not begin with a digit.
        self.type = type.first?.isNumber == true ? "Plugin\(type)" : type
    }

    private static let separators = Set(" ._-".utf8)

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
