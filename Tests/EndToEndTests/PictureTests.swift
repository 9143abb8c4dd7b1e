import Foundation
import Testing
import TunedSpace
import TunedTestSupport

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Pictures and reports of a study, from the command to the file.
@Suite(.timeLimit(.minutes(5))) struct PictureTests {
    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func isWellFormed(_ svg: String) -> Bool { XMLParser(data: Data(svg.utf8)).parse() }

    @Test func aStudyIsDrawnAndWrittenUp() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK(
                "run", "noop", "--trainable", "noop", "--trials", "40", "--sampler", "random", "--seed", "3", "--study", "drawn")
            let kinds = try await lab.tunedOK("plot", "drawn")
            #expect(kinds.output.contains("history") && kinds.output.contains("not yet: the study has one objective"))

            for kind in ["history", "slice", "parallel", "importance"] {
                let file = "\(lab.folder)/\(kind).svg"
                try await lab.tunedOK("plot", "drawn", "--kind", kind, "-o", file)
                let svg = try text(file)
                #expect(svg.hasPrefix("<svg ") && isWellFormed(svg))
                #expect(try await lab.tunedOK("plot", "drawn", "--kind", kind).output == svg, "the same twice")
            }
            #expect(try await lab.tunedOK("plot", "drawn", "--kind", "history", "--json").json()["svg"]?.stringValue?.hasPrefix("<svg ") == true)

            let html = "\(lab.folder)/report.html"
            try await lab.tunedOK("report", "drawn", "-o", html)
            let report = try text(html)
            #expect(report.hasSuffix("</html>\n") && report.contains("The test set has not been used.") && report.contains("tuned verify drawn"))
            #expect(report.components(separatedBy: "<svg ").count == 5, "history, importance, slice, parallel")
            // Nothing but itself: names of XML are no addresses.
            let links = report.components(separatedBy: "http").dropFirst().filter { !$0.hasPrefix("://www.w3.org/2000/svg") }
            #expect(links.isEmpty && !report.contains("<script"))
            for word in ["src=", "url(", "@import", "<link", "<iframe"] { #expect(!report.contains(word), "\(word)") }
            // Of HTML it uses what is well-formed XML too.
            #expect(isWellFormed(report))
            for part in ["Question", "Search space", "Method", "Results", "Failures", "Environment", "Test set", "How to reproduce it"] {
                #expect(report.contains("<h2>\(part)</h2>"), "\(part)")
            }

            let markdown = "\(lab.folder)/report.md"
            let answer = try await lab.tunedOK("report", "drawn", "-o", markdown, "--json").json()
            let pictures = (answer["pictures"]?.arrayValue ?? []).compactMap(\.stringValue)
            #expect(Set(pictures) == Set(["history", "importance", "slice", "parallel"].map { "\(lab.folder)/report-\($0).svg" }))
            for picture in pictures { #expect(isWellFormed(try text(picture))) }
            #expect(try text(markdown).contains("](<report-history.svg>)"))
            // What was there is replaced.
            try await lab.tunedOK("report", "drawn", "-o", markdown)
        }
    }

    /// The study file of a report is one that the daemon takes, and it asks for the same configurations.
    @Test func theReportsStudyFileRepeatsTheStudy() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let file = try lab.file(
                "first.yaml",
                """
                study: first
                title: "Does it: repeat? #1"
                plugin: noop
                trainable: noop
                sampler: {name: tpe, startup: 5}
                stop: {trials: 15}
                resources: {parallel: 1}
                seed: 11
                """)
            try await lab.tunedOK("run", file)
            try await lab.tunedOK("report", "first", "-o", "\(lab.folder)/first.md")
            let report = try text("\(lab.folder)/first.md")
            let yaml = try #require(report.components(separatedBy: "```yaml\n").last?.components(separatedBy: "```").first)
            let again = try lab.file("again.yaml", yaml.replacingOccurrences(of: "study: first", with: "study: again"))
            try await lab.tunedOK("run", again)
            let (one, other) = (try await lab.tunedOK("export", "first", "--json").json(), try await lab.tunedOK("export", "again", "--json").json())
            let (values, repeated) = ((one.arrayValue ?? []).map { $0["configuration"] }, (other.arrayValue ?? []).map { $0["configuration"] })
            #expect(values.count == 15 && values == repeated)
        }
    }

    @Test func reportsAndOutsideTrialsAreDrawn() async throws {
        try await Lab.with { lab in
            let space = #"{"lr": {"type": "float", "low": 0.001, "high": 1, "log": true}, "opt": {"type": "categorical", "choices": ["sgd", "a<d>&am"]}}"#
            let file = try lab.file("outside.yaml", "study: outside\nobjectives: [{metric: loss}, {metric: cost, goal: maximize}]\nspace: \(space)\n")
            try await lab.tunedOK("run", file, "--detach")
            let none = try await lab.tuned("plot", "outside", "--kind", "history")
            #expect(none.status == 4 && none.error.contains("no trial has ended yet"))
            for number in 0..<3 {
                try await lab.tunedOK("ask", "outside")
                if number == 2 {
                    try await lab.tunedOK("tell", "outside/2", "--failed", "out of <memory>")
                } else {
                    try await lab.tunedOK("tell", "outside/\(number)", "--value", "\(number)", "--value", "\(number * 2)")
                }
            }
            #expect(isWellFormed(try await lab.tunedOK("plot", "outside", "--kind", "pareto").output))
            #expect(try await lab.tunedOK("plot", "outside", "--kind", "history", "--objective", "cost").output.contains("cost, more is better"))
            let report = try await lab.tunedOK("report", "outside").output
            #expect(report.contains("out of &lt;memory&gt;") && report.contains("outside program") && !report.contains("a<d>"))
        }
    }

    @Test func whatCannotBeDrawnIsRefusedWithTheReason() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK("run", "noop", "--trainable", "noop", "--trials", "5", "--study", "few")
            let unknown = try await lab.tuned("plot", "nobody", "--kind", "history")
            #expect(unknown.status == 3 && unknown.error.contains("nobody"))
            let kind = try await lab.tuned("plot", "few", "--kind", "histori")
            #expect(kind.status == 2 && kind.error.contains("did you mean \"history\"?"))
            let importance = try await lab.tuned("plot", "few", "--kind", "importance")
            #expect(importance.status == 4 && importance.error.contains("10"))
            let lineage = try await lab.tuned("plot", "few", "--kind", "lineage")
            #expect(lineage.status == 4 && lineage.error.contains("no population"))
            #expect(try await lab.tuned("plot", "few", "--kind", "history", "--objective", "speed").error.contains("no objective"))
            #expect(try await lab.tuned("plot", "few", "--kind", "history", "-o", "x.png").error.contains(".svg"))
            #expect(try await lab.tuned("plot", "few", "--kind", "history", "-o", "\(lab.folder)/none/x.svg").error.contains("mkdir -p"))
            #expect(try await lab.tuned("plot", "few", "-o", "\(lab.folder)/x.svg").error.contains("--kind"))
            try await lab.shell("mkdir '\(lab.folder)/taken.html'")
            #expect(try await lab.tuned("report", "few", "-o", "\(lab.folder)/taken.html").status == 2)
            #expect(try await lab.tuned("report", "few", "-o", "\(lab.folder)/x.pdf").error.contains(".html or"))
            #expect(try await lab.tuned("report", "nobody", "-o", "\(lab.folder)/x.html").status == 3)
        }
    }
}
