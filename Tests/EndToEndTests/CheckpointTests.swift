import Testing
import TunedSpace
import TunedTestSupport

/// A run that was interrupted goes on from its checkpoint, in another worker of another daemon.
@Suite(.timeLimit(.minutes(5))) struct CheckpointTests {
    /// A run of the study s that has saved a checkpoint when the power fails.
    private func failBehindACheckpoint(_ lab: Lab) async throws {
        try await lab.tunedOK("load", TestPlugins.path("keeper"))
        try await lab.tunedOK(
            "run", "keeper", "--trainable", "stepper", "--space", "rate=1", "--config", "ms=5000", "--trials", "1", "--study", "s",
            "--detach")
        try await lab.until("a checkpoint") {
            try await lab.shell("test -f \(lab.home)/runs/*/0-0/checkpoint").status == 0
        }
        lab.killDaemon()
    }

    @Test func aRunGoesOnFromItsCheckpointAfterThePowerFailed() async throws {
        try await Lab.with { lab in
            try await failBehindACheckpoint(lab)
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

    /// A daemon that was killed just after a study's end leaves what the next one removes; artifacts stay.
    @Test func whatAnEndedStudyLeftGoesAtTheNextStart() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("keeper"))
            try await lab.tunedOK("run", "keeper", "--trainable", "keeper", "--trials", "1", "--study", "s", "--space", "stop_at=-1")
            lab.killDaemon()
            let left = "\(lab.home)/runs/*/0-0"
            #expect(try await lab.shell("for name in checkpoint checkpoint-3.0; do echo left > $(echo \(left))/$name || exit 1; done").status == 0)
            try await lab.tunedOK("studies")
            try await lab.until("no checkpoint") { try await lab.shell("ls \(left) | grep -q checkpoint").status != 0 }
            #expect(try await lab.shell("test -s \(left)/artifacts/*").status == 0)
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

    enum Damage: String, CaseIterable, Sendable { case truncated, otherVersion }

    /// What cannot be used is said in the trial's log, and costs the time that it had saved: nothing else.
    @Test(arguments: Damage.allCases) func aCheckpointThatCannotBeUsedIsSaid(damage: Damage) async throws {
        try await Lab.with { lab in
            try await failBehindACheckpoint(lab)
            switch damage {
            case .truncated: try await lab.shell("truncate -s -5 \(lab.home)/runs/*/0-0/checkpoint")
            // The file begins with 20 bytes, then comes the hash of the plugin that wrote it.
            case .otherVersion: try await lab.shell("printf '~~~~' | dd of=$(echo \(lab.home)/runs/*/0-0/checkpoint) bs=1 seek=20 conv=notrunc")
            }
            try await lab.tunedOK("studies")
            try await lab.until("the study's end") { try await lab.state("s") == "completed" }
            let trial = try await lab.tunedOK("show", "s/0", "--json").json()
            #expect(trial["values"]?.arrayValue == [.number(210)])
            let last = try #require(trial["attempts"]?.arrayValue?.last)
            let log = last["log"]?.stringValue ?? ""
            #expect(log.contains(damage == .truncated ? "digest does not hold" : "another build of the plugin") && log.contains("starts afresh"), "\(log)")
            #expect(last["outcome"]?["metrics"]?["steps"]?.doubleValue == 20)
            try await lab.tunedOK("verify", "s")
        }
    }

    /// Checkpoints of 200 KB where 64 KB are free. A plugin that saves them itself hears of it; where the host saves them, training goes on without.
    @Test func aCheckpointTooLargeForTheDisk() async throws {
        try await Lab.with { lab in
            let script = try lab.file(
                "small.sh",
                """
                set -e
                mkdir -p '\(lab.home)/runs'
                chmod 700 '\(lab.home)'
                mount -t tmpfs -o size=64k,mode=700 tmpfs '\(lab.home)/runs' || exit 77
                T='timeout 60 \(TestPlugins.executable("tuned"))'
                $T load '\(TestPlugins.path("keeper"))' >&2
                $T run keeper --trainable keeper --space stop_at=-1 --config pad=200000 --trials 2 --study own >&2 || true
                $T run keeper --trainable stepper --config pad=200000 --pruner asha --trials 9 --sampler random --study host >&2
                $T run keeper --trainable keeper --space stop_at=-1 --trials 2 --study after >&2
                $T trials own --json
                $T trials host --json
                $T show host/0 --json
                $T show after --json
                $T verify host >&2
                ls '\(lab.home)'/runs/*/*/*.part 2>/dev/null | wc -l
                $T serve --stop >&2
                """)
            // A mount of one's own needs a user namespace, which some containers forbid.
            let run = try await lab.shell("unshare --user --map-root-user --mount sh '\(script)'")
            if run.status == 77 || run.error.contains("unshare") {
                print("CheckpointTests: no mounts in a user namespace here, so a full disk was not tried: \(run.error)")
                return
            }
            #expect(run.status == 0, "\(run.error)")
            let lines = run.output.split(separator: "\n").map(String.init)
            try #require(lines.count == 5, "\(run.output)\n\(run.error)")
            let own = try JSONValue(parsing: lines[0])["trials"]?.arrayValue ?? []
            #expect(own.count == 2 && own.allSatisfy { $0["state"]?.stringValue == "failed" })
            #expect(own.first?["failure"]?["message"]?.stringValue?.contains("No space left on device") == true, "\(own)")
            let host = try JSONValue(parsing: lines[1])["trials"]?.arrayValue ?? []
            #expect(host.count == 9 && host.allSatisfy { ["complete", "pruned"].contains($0["state"]?.stringValue ?? "") })
            for trial in host where trial["state"]?.stringValue == "complete" {
                let rate = try #require(trial["configuration"]?["rate"]?.doubleValue)
                #expect(abs((trial["values"]?.arrayValue?.first?.doubleValue ?? 0) - 210 * rate) < 1e-9)
            }
            let log = try JSONValue(parsing: lines[2])["attempts"]?.arrayValue?.first?["log"]?.stringValue ?? ""
            #expect(log.contains("checkpoint: cannot write") && log.contains("No space left on device"), "\(log)")
            #expect(try JSONValue(parsing: lines[3])["counts"]?["complete"]?.integerValue == 2, "what fits is kept as ever")
            #expect(lines[4] == "0", "no part of a checkpoint is left")
        }
    }
}
