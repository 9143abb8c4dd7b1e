import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// What the plugin "witness" wrote down: which rows it read, trained on and scored.
struct Testimony {
    struct Line {
        /// `read`, `found`, `search train`, `final score`, ...
        var what: String
        /// As `TRIAL.FOLD.ATTEMPT`; "" of files.
        var run: String
        var ids: [Int]
    }
    var lines: [Line] = []

    init(_ path: String) {
        guard let file = fopen(path, "r") else { return }
        defer { fclose(file) }
        var text: UnsafeMutablePointer<CChar>?
        var room = 0
        defer { free(text) }
        while getline(&text, &room, file) > 0, let text {
            let words = String(cString: text).split(whereSeparator: \.isWhitespace).map(String.init)
            let names = words.prefix { Int($0) == nil && !$0.contains(".") }
            let run = words.dropFirst(names.count).first { $0.contains(".") } ?? ""
            lines.append(Line(what: names.joined(separator: " "), run: run, ids: words.compactMap { Int($0) }))
        }
    }

    func lines(_ what: String) -> [Line] { lines.filter { $0.what == what } }

    /// Everything that the plugin ever came across.
    var seen: Set<Int> { Set(lines.flatMap(\.ids)) }
}

extension Lab {
    /// Rows numbered from 0 with a class of 3, a group of 5 rows each and a time.
    func witnessData(rows: Int = 60, columns: String = "label", name: String = "rows.csv") throws -> String {
        let wanted = columns.split(separator: ",").map(String.init)
        var text = (["id"] + wanted).joined(separator: ",") + "\n"
        for row in 0..<rows {
            let cells = wanted.map { $0 == "label" ? row % 3 : $0 == "group" ? row / 5 : (row * 37) % rows }
            text += ([row] + cells).map(String.init).joined(separator: ",") + "\n"
        }
        return try file(name, text)
    }

    var log: String { "\(folder)/witness.log" }

    var testimony: Testimony { Testimony(log) }

    /// `tuned run witness` with these arguments; the study is named `s`.
    @discardableResult
    func witness(_ arguments: String...) async throws -> Run {
        try await tunedOK("load", TestPlugins.path("witness"))
        return try await finish(try start(["run", "witness", "--config", "log=\(log)", "--sampler", "random", "--study", "s"] + arguments))
    }

    func final(_ study: String = "s") async throws -> JSONValue { try await self.study(study)["final"] ?? .null }
}
