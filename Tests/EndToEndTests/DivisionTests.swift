import Testing
import TunedSpace
import TunedTestSupport

/// Which rows train and which are scored, as a plugin is handed them.
@Suite(.timeLimit(.minutes(10))) struct DivisionTests {
    @Test func groupsAreNeverDividedAndFoldsAreTheSameForAllTrials() async throws {
        try await Lab.with { lab in
            // Nothing is said of the split but the folds: the plugin tells groups and classes.
            let run = try await lab.witness("--data", try lab.witnessData(columns: "label,group"), "--folds", "4", "--trials", "5")
            #expect(run.status == 0, "\(run.error)")
            #expect(try await lab.study("s")["data"]?["by"]?.stringValue == "stratified-groups")
            var folds: [String: Set<[Int]>] = [:]
            for line in lab.testimony.lines("search score") {
                folds[String(line.run.split(separator: ".")[1]), default: []].insert(line.ids)
                #expect(Dictionary(grouping: line.ids, by: { $0 / 5 }).values.allSatisfy { $0.count == 5 }, "whole groups")
            }
            #expect(folds.count == 4 && folds.values.allSatisfy { $0.count == 1 }, "the same rows in every trial")
            for line in lab.testimony.lines("search train") { #expect(line.ids.count == 45) }
        }
    }

    @Test func testRowsByAColumnOfGroups() async throws {
        try await Lab.with { lab in
            let data = try lab.witnessData(columns: "label,group")
            let run = try await lab.witness(
                "--data", data, "--folds", "3", "--test", "0.25", "--trials", "2", "--split", "by=grouped", "--split", "column=group")
            #expect(run.status == 0, "\(run.error)")
            let test = Set(0..<60).subtracting(lab.testimony.seen)
            #expect(test.count == 15 && Dictionary(grouping: test, by: { $0 / 5 }).values.allSatisfy { $0.count == 5 }, "\(test.sorted())")
            try await lab.tunedOK("finalize", "s")
            #expect(lab.testimony.lines("final score").map { Set($0.ids) } == [test])
        }
    }

    @Test func forwardInTimeTheTestRowsAreTheLast() async throws {
        try await Lab.with { lab in
            let data = try lab.witnessData(columns: "label,time")
            let run = try await lab.witness(
                "--data", data, "--folds", "3", "--test", "0.2", "--trials", "2", "--split", "by=time", "--split", "column=time")
            #expect(run.status == 0, "\(run.error)")
            func time(_ id: Int) -> Int { (id * 37) % 60 }
            #expect(Set(Set(0..<60).subtracting(lab.testimony.seen).map(time)) == Set(48..<60))
            let runs = Dictionary(grouping: lab.testimony.lines.filter { $0.what.hasPrefix("search") }, by: \.run)
            #expect(runs.count == 6)
            for lines in runs.values {
                let train = lines.first { $0.what == "search train" }?.ids.map(time).max() ?? .max
                let score = lines.first { $0.what == "search score" }?.ids.map(time).min() ?? .min
                #expect(train < score)
            }
            try await lab.tunedOK("finalize", "s")
        }
    }

    @Test func repeatedFoldsAreRunsOfOneTrial() async throws {
        try await Lab.with { lab in
            let run = try await lab.witness(
                "--data", try lab.witnessData(), "--folds", "3", "--split", "repeats=2", "--trials", "3")
            #expect(run.status == 0, "\(run.error)")
            let trial = try await lab.tunedOK("show", "s/1", "--json").json()
            #expect(trial["attempts"]?.arrayValue?.count == 6)
            #expect(try await lab.study("s")["data"]?["folds"]?.integerValue == 6)
            let scored = lab.testimony.lines("search score").filter { $0.run.hasPrefix("1.") }.flatMap(\.ids)
            #expect(scored.sorted() == (0..<60).flatMap { [$0, $0] }, "each row is scored once in each repeat")
            try await lab.tunedOK("verify", "s")
            #expect(try await lab.tunedOK("replay", "s/1").output.contains("all of its 6 runs"))
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var columns = "label"
        var rows = 60
        var arguments: [String]
        var parts: [String]
        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(arguments: [
        Bad(arguments: ["--folds", "25"], parts: ["at least 25 rows of each class", "smallest has 20"]),
        Bad(columns: "label,group", arguments: ["--folds", "20"], parts: ["at least 20 groups", "has 12"]),
        Bad(columns: "label,group", arguments: ["--folds", "4", "--split", "by=stratified"], parts: ["would divide", "by: grouped"]),
        Bad(columns: "label,group", arguments: ["--test", "0.2"], parts: ["test rows must not divide", "column"]),
        Bad(columns: "group", arguments: ["--split", "by=stratified-groups"], parts: ["no classes to stratify by", "by: grouped"]),
        Bad(columns: "time", arguments: ["--split", "by=stratified"], parts: ["no classes to stratify by", "by: plain"]),
        Bad(arguments: ["--split", "by=time"], parts: ["no times to order its rows by", "split.column"]),
        Bad(arguments: ["--split", "by=grouped"], parts: ["no groups to divide by"]),
        Bad(arguments: ["--split", "by=time", "--split", "column=when"], parts: ["no column \"when\"", "label"]),
        Bad(columns: "label,time", arguments: ["--split", "by=time", "--test", "0.2"], parts: ["which column holds the times"]),
        Bad(rows: 9, arguments: ["--test", "0.01", "--split", "by=plain"], parts: ["leaves one side empty"]),
        Bad(arguments: ["--test", "0.99", "--split", "by=plain", "--folds", "5"], parts: ["at least 5 rows"]),
        Bad(arguments: ["--test", "0.2", "--config", "hidden=1"], parts: ["tells of 47 rows in a file of 48 records"]),
    ])
    func whatCannotBeDividedIsRefused(bad: Bad) async throws {
        try await Lab.with { lab in
            let data = try lab.witnessData(rows: bad.rows, columns: bad.columns)
            try await lab.tunedOK("load", TestPlugins.path("witness"))
            let run = try await lab.finish(
                try lab.start(["run", "witness", "--config", "log=\(lab.log)", "--trials", "2", "--data", data] + bad.arguments))
            #expect(run.status != 0)
            for part in bad.parts { #expect(run.error.contains(part), "\(run.error)") }
            #expect(try await lab.tunedOK("studies", "--json").json()["studies"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test func dataThatChangesBetweenTrialsIsSaidAndRefusedUnlessAllowed() async throws {
        try await Lab.with { lab in
            try await lab.witness("--data", try lab.witnessData(), "--trials", "3")
            let data = try await lab.shell("cd '\(lab.home)/data' && grep -l '^id,' *").output.filter { $0 != "\n" }
            try await lab.shell("cd '\(lab.home)/data' && cp -p \(data) ../kept && chmod 600 \(data) && sed -i 's/^7,1/7,2/' \(data)")
            let refused = try await lab.tuned("resume", "s", "--trials", "5")
            #expect(refused.status == 4)
            #expect(refused.error.contains("changed between trials") && refused.error.contains("--allow-changed-data"), "\(refused.error)")
            // As it was, nothing has to be allowed.
            try await lab.shell("cd '\(lab.home)/data' && cp \(data) ../other && cat ../kept > \(data)")
            try await lab.tunedOK("resume", "s", "--trials", "5")
            try await lab.tunedOK("show", "s", "--follow")
            #expect(try await lab.count("complete", of: "s") == 5)
            // Under way, the study pauses and says why.
            try await lab.tunedOK("resume", "s", "--trials", "100000")
            try await lab.shell("cd '\(lab.home)/data' && cat ../other > \(data)")
            try await lab.until("it pauses") { try await lab.state("s") == "paused" }
            #expect(try await lab.study("s")["reason"]?.stringValue?.contains("changed between trials") == true)
            lab.killDaemon()
            #expect(try await lab.tuned("resume", "s").status == 4, "also after a restart")
            let complete = try await lab.count("complete", of: "s")
            try await lab.tunedOK("resume", "s", "--trials", "\(complete + 4)", "--allow-changed-data")
            try await lab.tunedOK("show", "s", "--follow")
            #expect(try await lab.state("s") == "completed")
            let last = try await lab.tunedOK("show", "s/\(complete + 2)", "--json").json()["attempts"]?.arrayValue?.last
            let first = try await lab.tunedOK("show", "s/0", "--json").json()["attempts"]?.arrayValue?.last
            #expect(last?["environment"]?["data_digest"] != first?["environment"]?["data_digest"], "what they read is in their records")
            try await lab.tunedOK("verify", "s")
        }
    }
}

/// An estimate of what tuning as a whole brings.
@Suite(.timeLimit(.minutes(10))) struct NestedTests {
    @Test func everyRowIsScoredOnceByWhatWasChosenWithoutIt() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("witness"))
            let arguments = [
                "run", "witness", "--config", "log=\(lab.log)", "--sampler", "random", "--study", "n", "--data", try lab.witnessData(), "--folds", "2",
                "--trials", "3", "--nested", "4",
            ]
            let run = try await lab.finish(try lab.start(arguments + ["--json"]))
            #expect(run.status == 0, "\(run.error)")
            let result = try run.json()
            let folds = try #require(result["folds"]?.arrayValue)
            #expect(folds.count == 4)
            let values = folds.compactMap { $0["values"]?.arrayValue?.first?.doubleValue }
            let mean = values.reduce(0, +) / 4
            let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3).squareRoot()
            let told = result["objectives"]?.arrayValue?.first
            #expect(abs((told?["mean"]?.doubleValue ?? 0) - mean) < 1e-12)
            #expect(abs((told?["standard_error"]?.doubleValue ?? 0) - deviation / 2) < 1e-12)
            let scored = lab.testimony.lines("final score").map(\.ids)
            #expect(scored.flatMap { $0 }.sorted() == Array(0..<60), "each row in one outer fold")
            for train in lab.testimony.lines("final train") {
                #expect(scored.contains { Set($0).isDisjoint(with: train.ids) && $0.count + train.ids.count == 60 })
            }
            // The same again makes nothing anew and uses nothing twice.
            let again = try await lab.finish(try lab.start(arguments))
            #expect(again.status == 0 && again.output.contains("of tuning as a whole"), "\(again.error)")
            #expect(try await lab.final("n-1")["uses"]?.arrayValue?.count == 1)
            #expect(lab.testimony.lines("final score").count == 4)
        }
    }

    @Test(arguments: [
        (["--nested", "1", "--study", "n"], "2 to 100"), (["--nested", "3"], "--study NAME"),
        (["--nested", "3", "--study", "n", "--test", "0.2"], "leave out test"),
    ])
    func whatMakesNoSense(arguments: [String], words: String) async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("witness"))
            let run = try await lab.finish(try lab.start(["run", "witness", "--trials", "2", "--data", try lab.witnessData()] + arguments))
            #expect(run.status == 2 && run.error.contains(words), "\(run.error)")
        }
    }
}
