package import TunedSpace
import Yams

/// A YAML file as a JSON value, with the place of every key, so that an error about a value can name its line.
///
/// Scalars follow YAML 1.2's core schema, not 1.1's: `no`, `on` and `1:30` are text.
package struct YAMLDocument: Sendable {
    /// From 1, as editors count.
    package struct Mark: Hashable, Sendable {
        package var line: Int
        package var column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    /// Of the file, as errors name it.
    package let name: String
    package let value: JSONValue
    /// Places by path: `sampler.name`, `objectives[1].goal`.
    package let marks: [String: Mark]

    /// Aliases may name a part many times over, so the size of the text bounds nothing.
    private static let nodeLimit = 100_000
    private static let depthLimit = 64

    package init(parsing text: String, name: String) throws(CommandError) {
        self.name = name
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw Self.error(from: error, name: name) }
        guard let root else {
            throw .usage("\(name): the file is empty")
        }
        var reader = Reader(name: name)
        value = try reader.value(of: root, path: "", depth: 0)
        marks = reader.marks
    }

    /// `study.yaml:7:3: message`, at the path or the nearest one around it.
    package func error(at path: String, _ message: String) -> CommandError {
        var place = path
        while !place.isEmpty, marks[place] == nil {
            place = place.lastIndex(where: { $0 == "." || $0 == "[" }).map { String(place[..<$0]) } ?? ""
        }
        var location = name
        if let mark = marks[place] { location += ":\(mark.line):\(mark.column)" }
        return CommandError(.usage, code: "invalid", "\(location): \(message)", path: path.isEmpty ? nil : path)
    }

    private static func error(from error: any Error, name: String) -> CommandError {
        func located(_ mark: Yams.Mark, _ problem: String) -> CommandError {
            CommandError(.usage, code: "invalid", "\(name):\(mark.line):\(mark.column): not YAML: \(problem)")
        }
        return switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            located(mark, problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            CommandError(
                .usage, code: "invalid",
                "\(name):\(context.mark.line):\(context.mark.column): given twice: \(duplicates.joined(separator: ", "))"
            )
        default: CommandError(.usage, code: "invalid", "\(name): not YAML", underlying: "\(error)")
        }
    }
}

extension YAMLDocument {
    private struct Reader {
        let name: String
        var marks: [String: Mark] = [:]
        var nodes = 0

        mutating func value(of node: Node, path: String, depth: Int) throws(CommandError) -> JSONValue {
            nodes += 1
            guard nodes <= nodeLimit else { throw .usage("\(name): more than \(nodeLimit) values, aliases counted") }
            guard depth <= depthLimit else { throw .usage("\(name): nested deeper than \(depthLimit) levels") }
            if marks[path] == nil, let mark = node.mark { marks[path] = Mark(line: mark.line, column: mark.column) }
            switch node {
            case .scalar(let scalar):
                return scalar.style == .plain || scalar.style == .any
                    ? YAMLScalar.value(of: scalar.string) : .string(scalar.string)
            case .sequence(let sequence):
                var items: [JSONValue] = []
                for (index, item) in sequence.enumerated() {
                    items.append(try value(of: item, path: "\(path)[\(index)]", depth: depth + 1))
                }
                return .array(items)
            case .mapping(let mapping):
                var fields: [String: JSONValue] = [:]
                for (key, item) in mapping {
                    guard case .scalar(let scalar) = key else {
                        throw .usage("\(name): the keys at \"\(path)\" must be text")
                    }
                    let place = path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
                    if let mark = key.mark { marks[place] = Mark(line: mark.line, column: mark.column) }
                    fields[scalar.string] = try value(of: item, path: place, depth: depth + 1)
                }
                return .object(fields)
            case .alias:
                throw .usage("\(name): an alias names nothing")
            }
        }
    }
}
