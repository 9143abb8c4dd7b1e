import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// The test rows of a study: seen by nobody during the search, used once, and counted.
@Suite(.timeLimit(.minutes(10))) struct FinalizeTests {
    @Test func noTestRowIsSeenBeforeAndEachOnceThen() async throws {
        try await Lab.with { lab in
            let data = try lab.witnessData()
            let run = try await lab.witness(
                "--data", data, "--config", "target=label", "--folds", "3", "--test", "0.25", "--trials", "6")
            #expect(run.status == 0, "\(run.error)")
            let search = lab.testimony
            // The plugin read each file that it was given and all that lie beside it.
            #expect(!search.lines("read").isEmpty && !search.lines("found").isEmpty)
            let test = Set(0..<60).subtracting(search.seen)
            #expect(test.count == 15, "\(search.seen.count) of 60 rows were seen")
            for label in 0..<3 { #expect(test.count { $0 % 3 == label } == 5, "of each class") }
            #expect(search.lines("search score").count == 18)

            let finalized = try await lab.tunedOK("finalize", "s")
            #expect(finalized.output.contains("scored on 15 rows that no run was given before"))
            #expect(finalized.output.contains("used once"))
            let all = lab.testimony
            let score = all.lines("final score")
            #expect(score.map(\.ids.count) == [15])
            #expect(Set(score.first?.ids ?? []) == test)
            #expect(all.lines("final train").map { Set($0.ids) } == [Set(0..<60).subtracting(test)])

            let final = try await lab.final()
            #expect(final["state"]?.stringValue == "complete")
            #expect(final["metrics"]?["scored"]?.doubleValue == 15)
            #expect(final["metrics"]?["trained"]?.doubleValue == 45)
            #expect(final["uses"]?.arrayValue?.count == 1)
            #expect(try await lab.study("s")["best"]?["trial"] == final["trial"])
            let artifact = try #require(final["artifacts"]?.arrayValue?.first)
            #expect(try await lab.shell("cat '\(artifact["path"]?.stringValue ?? "")'").output == "a model")
            #expect(artifact["sha256"]?.stringValue?.count == 64)
            // What the worker read is put away again.
            #expect(try await lab.shell("ls '\(lab.home)/held' | grep -c final").output == "0\n")
            try await lab.tunedOK("verify", "s")
        }
    }

    @Test func aSecondUseIsRefusedOrCounted() async throws {
        try await Lab.with { lab in
            try await lab.witness("--data", try lab.witnessData(), "--test", "0.25", "--trials", "4")
            let first = try await lab.tunedOK("finalize", "s", "--trial", "2", "--json").json()["final"]
            let refused = try await lab.tuned("finalize", "s")
            #expect(refused.status == 10)
            for part in ["used already", "trial 2", "value \(first?["values"]?.arrayValue?.first?.doubleValue ?? 0)", "--again"] {
                #expect(refused.error.contains(part), "\(refused.error)")
            }
            #expect(try await lab.tuned("finalize", "s", "--again").status == 2)
            #expect(try await lab.final()["uses"]?.arrayValue?.count == 1)
            try await lab.tunedOK("finalize", "s", "--again", "--reason", "another question", "--trial", "2")
            let final = try await lab.final()
            #expect(final["values"] == first?["values"], "the same trial scores the same")
            let uses = try #require(final["uses"]?.arrayValue)
            #expect(uses.map { $0["reason"]?.stringValue } == ["", "another question"])
            #expect(uses.allSatisfy { ($0["at"]?.integerValue ?? 0) > 0 && $0["trial"]?.integerValue == 2 })
            let shown = try await lab.tunedOK("show", "s").output
            #expect(shown.contains("used 2 times") && shown.contains("another question"))
            let again = try await lab.tuned("finalize", "s", "--json")
            #expect(again.status == 10)
            #expect(try JSONValue(parsing: again.error)["error"]?["code"]?.stringValue == "testUsed")
        }
    }

    @Test func refusalsSayHow() async throws {
        try await Lab.with { lab in
            let data = try lab.witnessData()
            func expect(_ status: Int32, _ parts: String..., of arguments: [String]) async throws {
                let run = try await lab.finish(try lab.start(["finalize"] + arguments))
                #expect(run.status == status, "\(run.error)")
                for part in parts { #expect(run.error.contains(part), "\(run.error)") }
            }
            try await expect(3, "no study", of: ["nothing"])
            try await lab.external("outside")
            try await expect(2, "outside program", of: ["outside"])
            try await lab.witness("--data", data, "--trials", "2")
            try await expect(2, "--test 0.2", of: ["s"])
            try await lab.tunedOK("delete", "s", "--yes")
            try await lab.witness("--data", data, "--test", "0.2", "--trials", "100000", "--detach")
            try await expect(4, "is running", "tuned stop s", of: ["s"])
            try await lab.tunedOK("pause", "s")
            try await expect(4, "is paused", of: ["s"])
            try await lab.until("a trial is complete") { try await lab.count("complete", of: "s") > 0 }
            try await lab.tunedOK("stop", "s")
            try await expect(3, "no trial 999999", of: ["s", "--trial", "999999"])
            try await expect(2, "--again", of: ["s", "--reason", "why not"])
            #expect(try await lab.final() == .null, "what is refused is no use")
        }
    }

    @Test func dataThatChangedIsSaid() async throws {
        try await Lab.with { lab in
            let data = try lab.witnessData()
            try await lab.witness("--data", data, "--test", "0.25", "--trials", "3")
            let test = Set(0..<60).subtracting(lab.testimony.seen)
            _ = try lab.witnessData(rows: 61)
            let refused = try await lab.tuned("finalize", "s")
            #expect(refused.status == 4)
            #expect(refused.error.contains("has changed") && refused.error.contains("--allow-changed-data"), "\(refused.error)")
            #expect(try await lab.final() == .null)
            let allowed = try await lab.tunedOK("finalize", "s", "--allow-changed-data")
            #expect(allowed.output.contains("had changed"))
            #expect(lab.testimony.lines("final score").map { Set($0.ids) } == [test], "the rows are those that the study kept")
        }
    }

    @Test(arguments: [("final", "fails as asked"), ("crash", "SIGABRT")])
    func aFinalRunThatFailsIsAUse(how: String, words: String) async throws {
        try await Lab.with { lab in
            try await lab.witness("--data", try lab.witnessData(), "--test", "0.25", "--trials", "2", "--config", "fails=\(how)")
            let run = try await lab.tuned("finalize", "s")
            #expect(run.status == 7)
            #expect(run.error.contains(words), "\(run.error)")
            let final = try await lab.final()
            #expect(final["state"]?.stringValue == "failed")
            #expect(final["uses"]?.arrayValue?.count == 1)
            let again = try await lab.tuned("finalize", "s")
            #expect(again.status == 10 && again.error.contains("which failed"), "\(again.error)")
        }
    }

    @Test func rowsWithoutAFileAreKeptBackByIndex() async throws {
        try await Lab.with { lab in
            let run = try await lab.witness("--config", "rows=50", "--folds", "2", "--test", "0.2", "--trials", "4")
            #expect(run.status == 0, "\(run.error)")
            let search = lab.testimony
            #expect(search.seen.count == 40)
            #expect(try await lab.study("s")["data"]?["test_isolation"]?.stringValue == "indices")
            #expect(try await lab.tunedOK("show", "s").output.contains("only their indices are kept back"))
            try await lab.tunedOK("finalize", "s")
            #expect(lab.testimony.lines("final score").map { Set($0.ids) } == [Set(0..<50).subtracting(search.seen)])
            #expect(lab.testimony.lines("final train").map { Set($0.ids) } == [search.seen])
        }
    }

    @Test func aStudyInsideTheDaemonIsFinalizedInAWorker() async throws {
        try await Lab.with { lab in
            try lab.allowInProcess()
            for (plugin, trainable) in [("witness", "witness"), ("noop", "noop-batch")] {
                try await lab.tunedOK("load", TestPlugins.path(plugin))
                try await lab.check(plugin, trainable: trainable, isFit: true)
            }
            let run = try await lab.witness("--data", try lab.witnessData(), "--test", "0.25", "--trials", "4", "--isolation", "inprocess")
            #expect(run.status == 0, "\(run.error)")
            let test = Set(0..<60).subtracting(lab.testimony.seen)
            #expect(test.count == 15)
            try await lab.tunedOK("finalize", "s")
            #expect(lab.testimony.lines("final score").map { Set($0.ids) } == [test])
            #expect(try await lab.tunedOK("replay", "s/2").output.contains("equal bit for bit"))
            // Trials of a batch have no attempts of their own in the log, and are run again all the same.
            try await lab.tunedOK(
                "run", "noop", "--trainable", "noop-batch", "--trials", "300", "--sampler", "random", "--isolation", "inprocess", "--study", "n")
            #expect(try await lab.tunedOK("replay", "n/250").output.contains("equal bit for bit"))
            for study in ["s", "n"] { try await lab.tunedOK("verify", study) }
        }
    }

    @Test func aPersonMayEndTheFinalRun() async throws {
        try await Lab.with { lab in
            try await lab.witness("--data", try lab.witnessData(), "--test", "0.25", "--trials", "2", "--config", "ms=900000")
            let child = try lab.start(["finalize", "s"])
            try await lab.until("it trains") { !lab.testimony.lines("final train").isEmpty }
            #expect(try await lab.tuned("finalize", "s", "--again", "--reason", "two at once").error.contains("being finalized"))
            #expect(try await lab.tuned("resume", "s", "--trials", "4").status == 4)
            try await lab.tunedOK("stop", "s")
            let ended = try await lab.finish(child)
            #expect(ended.status == 7 && ended.error.contains("ended by a person"), "\(ended.error)")
            #expect(try await lab.final()["uses"]?.arrayValue?.count == 1)
        }
    }
}
