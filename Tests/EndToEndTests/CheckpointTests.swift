import Testing
import TunedSpace
import TunedTestSupport

/// A run that was interrupted goes on from its checkpoint, in another worker of another daemon.
@Suite(.timeLimit(.minutes(5))) struct CheckpointTests {
    @Test func aRunGoesOnFromItsCheckpointAfterThePowerFailed() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("keeper"))
            try await lab.tunedOK(
                "run", "keeper", "--trainable", "stepper", "--space", "rate=1", "--config", "ms=5000", "--trials", "1", "--study", "s",
                "--detach")
            try await lab.until("a checkpoint") {
                try await lab.shell("test -f \(lab.home)/runs/*/0-0/checkpoint").status == 0
            }
            lab.killDaemon()
            try await lab.tunedOK("studies")
            try await lab.until("the study's end") { try await lab.state("s") == "completed" }
            let trial = try await lab.tunedOK("show", "s/0", "--json").json()
            #expect(trial["values"]?.arrayValue == [.number(210)])
            let attempts = try #require(trial["attempts"]?.arrayValue)
            #expect(attempts.count == 2)
            #expect(attempts.last?["log"]?.stringValue?.contains("goes on from the checkpoint of step") == true)
            let steps = try #require(attempts.last?["outcome"]?["metrics"]?["steps"], "\(attempts)")
            #expect(steps != .number(20))
            #expect(try await lab.shell("test -e \(lab.home)/runs/*/0-0/checkpoint").status != 0)
        }
    }

    @Test func artifactsAreShownAndGoWithTheirStudy() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("keeper"))
            try await lab.tunedOK("run", "keeper", "--trainable", "keeper", "--trials", "2", "--study", "s", "--space", "stop_at=-1")
            let trial = try await lab.tunedOK("show", "s/1", "--json").json()
            let path = try #require(trial["artifacts"]?.arrayValue?.first?["path"]?.stringValue)
            #expect(try await lab.shell("cat '\(path)'").output == "fifty-five")
            #expect(try await lab.tunedOK("show", "s/1").output.contains(path))
            try await lab.tunedOK("delete", "s", "--yes")
            try await lab.until("the file is gone") { try await lab.shell("test -e '\(path)'").status != 0 }
        }
    }
}
