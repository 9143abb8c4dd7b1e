import Testing
import TunedSpace
import TunedTestSupport

/// Data that a plugin cannot use is refused before a study exists.
@Suite(.timeLimit(.minutes(5))) struct BadDataTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// nil: there is no such file.
        var content: String?
        var parts: [String]
        var testDescription: String { name }
    }

    @Test(arguments: [
        Case(name: "missing", content: nil, parts: ["missing.csv", "No such file"]),
        Case(name: "ragged", content: "a,b,y\n1,2,0\n1,2\n3,4,1\n", parts: ["line 3"]),
        Case(name: "empty", content: "", parts: ["empty"]),
        Case(name: "only-header", content: "a,b,y\n", parts: ["row"]),
        Case(name: "one-class", content: "a,b,y\n1,2,0\n2,3,0\n3,4,0\n4,5,0\n5,6,0\n6,7,0\n", parts: ["class"]),
        Case(name: "text-feature", content: "a,b,y\n1,x,0\n2,3,1\n3,4,0\n4,5,1\n", parts: ["line 2", "x"]),
    ])
    func isRefusedWithItsReason(bad: Case) async throws {
        try await Lab.with { lab in
            var path = "\(lab.folder)/\(bad.name).csv"
            if let content = bad.content { path = try lab.file("\(bad.name).csv", content) }
            try await lab.tunedOK("load", TestPlugins.path("svm"))
            let run = try await lab.tuned("run", "svm", "--data", path, "--trials", "2", "--json")
            #expect(run.status != 0)
            let message =
                try #require(try? JSONValue(parsing: run.error), "\(run.error)")["error"]?["message"]?.stringValue ?? ""
            for part in bad.parts {
                #expect(message.lowercased().contains(part.lowercased()), "\"\(message)\" does not name \(part)")
            }
            #expect(try await lab.tunedOK("studies", "--json").json()["studies"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test func aTargetThatIsNoColumn() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("svm"))
            let run = try await lab.tuned(
                "run", "svm", "--data", "\(TestPlugins.root)/data/wine.csv", "--config", "target=kind", "--trials", "2")
            #expect(run.status != 0)
            #expect(run.error.contains("kind"))
        }
    }
}
