import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// A study from its beginning to its end, as a person sees it.
@Suite(.timeLimit(.minutes(5))) struct StudyTests {
    @Test func aSharedLibraryIsLoadedAndTuned() async throws {
        try await Lab.with { lab in
            let run = try await lab.tunedOK("run", TestPlugins.path("noop"), "--trainable", "noop", "--trials", "40")
            #expect(run.output.contains("noop-1 is completed"))
            #expect(run.output.contains("40 trials"))
            #expect(run.output.contains("best: value "))
            #expect(run.output.contains("tuned verify noop-1"))
            #expect(run.error.contains("noop-1: 40 of 40 trials"))
            #expect(!run.error.contains("\u{1b}"), "a pipe gets no control sequences")
        }
    }

    @Test func theResultAsJSON() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let run = try await lab.tunedOK(
                "run", "noop", "--trainable", "noop", "--trials", "30", "--sampler", "random", "--study", "mine",
                "--json")
            let result = try run.json()
            #expect(result["study"]?.stringValue == "mine")
            #expect(result["state"]?.stringValue == "completed")
            #expect(result["trials"]?.integerValue == 30)
            #expect(result["complete"]?.integerValue == 30)
            #expect(result["failed"]?.integerValue == 0)
            #expect((result["seconds"]?.doubleValue ?? 0) > 0)
            let best = try #require(result["best"])
            let x = try #require(best["configuration"]?["x"]?.doubleValue)
            let y = try #require(best["configuration"]?["y"]?.doubleValue)
            #expect(best["values"]?.arrayValue?.first?.doubleValue == x + y)
        }
    }

    @Test func theSameSeedGivesTheSameTrials() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            var configurations: [[JSONValue?]] = []
            for study in ["a", "b"] {
                try await lab.tunedOK(
                    "run", "noop", "--trainable", "noop", "--trials", "15", "--sampler", "random", "--seed", "7",
                    "--study", study)
                let trials = try await lab.tunedOK("trials", study, "--json").json()["trials"]?.arrayValue ?? []
                configurations.append(trials.map { $0["configuration"] })
            }
            #expect(configurations[0].count == 15)
            #expect(configurations[0] == configurations[1])
        }
    }

    @Test func trialsAreFilteredAndSorted() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK("run", "noop", "--trainable", "noop", "--trials", "25", "--study", "s")
            let sorted = try await lab.tunedOK("trials", "s", "--sort", "-value", "--limit", "10", "--json").json()
            let values = (sorted["trials"]?.arrayValue ?? []).compactMap {
                $0["values"]?.arrayValue?.first?.doubleValue
            }
            #expect(values.count == 10)
            #expect(values == values.sorted(by: >))
            let failed = try await lab.tunedOK("trials", "s", "--state", "failed", "--json").json()
            #expect(failed["trials"]?.arrayValue?.isEmpty == true)
            let best = try await lab.tunedOK("best", "s", "--count", "3", "--json").json()["best"]?.arrayValue ?? []
            #expect(best.count == 3)
        }
    }

    @Test func exportsHaveEveryTrial() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK("run", "noop", "--trainable", "noop", "--trials", "12", "--study", "s")
            let csv = try await lab.tunedOK("export", "s").output
            #expect(csv.utf8.count { $0 == UInt8(ascii: "\n") } == 13)
            #expect(csv.hasPrefix("number,state,value_value,param_x,param_y,"))
            #expect(try await lab.tunedOK("export", "s", "--json").json().arrayValue?.count == 12)
            let lines = try await lab.tunedOK("export", "s", "--format", "jsonl").output.split(separator: "\n")
            #expect(lines.count == 12)
            #expect(lines.allSatisfy { (try? JSONValue(parsing: String($0))) != nil })
        }
    }

    @Test func aGridSaysItsSizeBeforeItStarts() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let arguments = ["--trainable", "noop", "--sampler", "grid", "--setting", "points=4"]
            let first = try await lab.finish(try lab.start(["run", "noop"] + arguments))
            #expect(first.status == 0, "\(first.error)")
            #expect(first.error.hasPrefix("grid of 16 configurations"))
            #expect(first.output.contains("16 trials"))
            let second = try await lab.finish(try lab.start(["run", "noop"] + arguments))
            #expect(second.error.contains("at the pace of noop-1"))
        }
    }

    @Test func interruptingDetachesAndTheStudyGoesOn() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let child = try lab.start(
                ["run", "noop", "--trainable", "sleep", "--config", "ms=20", "--trials", "5000", "--study", "long"])
            try await lab.until("the study runs") { try await lab.tuned("show", "long").status == 0 }
            child.signal(SIGINT)
            let run = try await lab.finish(child)
            #expect(run.status == 130)
            #expect(run.error.contains("tuned show long --follow"))
            let complete = try await lab.count("complete", of: "long")
            try await lab.until("it goes on") { try await lab.count("complete", of: "long") > complete }
            let follower = try lab.start(["show", "long", "--follow"])
            try await lab.tunedOK("stop", "long")
            let followed = try await lab.finish(follower)
            #expect(followed.status == 0)
            #expect(followed.output.contains("stopped"))
        }
    }

    @Test func eventsAreFollowedToTheEnd() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK(
                "run", "noop", "--trainable", "sleep", "--config", "ms=30", "--trials", "20", "--study", "s", "--detach"
            )
            let run = try await lab.tunedOK("show", "s", "--follow", "--json")
            let events = try run.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            let sequences = events.compactMap { $0["sequence"]?.integerValue }
            #expect(sequences == Array(Set(sequences)).sorted(), "in order, none twice")
            #expect(events.first?["type"]?.stringValue == "study_created")
            #expect(events.last?["type"]?.stringValue == "study_state_changed")
            #expect(events.count { $0["type"]?.stringValue == "trial_ended" } == 20)
        }
    }

    @Test func aStudyOfFailuresEndsWithItsReasons() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("misbehave"))
            let run = try await lab.tuned("run", "misbehave", "--set", "how=segfault", "--trials", "4", "--study", "s")
            #expect(run.status == 7)
            #expect(run.output.contains("4 failed:"))
            #expect(run.output.contains("SIGSEGV"))
            #expect(try await lab.tuned("best", "s").status == 7)
        }
    }

    @Test func deletingAsksOrIsTold() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            #expect(try await lab.tuned("delete", "mine").status == 2)
            #expect(try await lab.state("mine") == "running")
            try await lab.tunedOK("delete", "mine", "--yes")
            #expect(try await lab.tuned("show", "mine").status == 3)
            try await lab.external("mine")
        }
    }

    @Test(arguments: [
        ("--target", "0.9", "target"), ("--patience", "5", "no improvement"), ("--time", "1s", "time"),
    ])
    func stoppingRulesEndAStudy(rule: String, value: String, word: String) async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let run = try await lab.tunedOK(
                "run", "noop", "--trainable", "sleep", "--config", "ms=5", "--sampler", "random", rule, value, "--json")
            let result = try run.json()
            #expect(result["state"]?.stringValue == "completed")
            #expect(result["reason"]?.stringValue?.contains(word) == true, "\(run.output)")
        }
    }
}
