import Testing
import TunedSpace
import TunedTestSupport

/// A trial that is run again gives the same, or is said to differ and why it may.
@Suite(.timeLimit(.minutes(10))) struct ReplayTests {
    @Test func theSameBitForBit() async throws {
        try await Lab.with { lab in
            try await lab.witness("--data", try lab.witnessData(), "--folds", "3", "--trials", "4")
            let run = try await lab.tunedOK("replay", "s/2")
            #expect(run.output.contains("equal bit for bit in all of its 3 runs"), "\(run.output)")
            let replayed = lab.testimony.lines("replay score")
            let searched = lab.testimony.lines("search score").filter { $0.run.hasPrefix("2.") }
            #expect(Set(replayed.map(\.ids)) == Set(searched.map(\.ids)), "the rows of each fold are the same")
            #expect(try await lab.tunedOK("show", "s/2").output.contains(": equal bit for bit"))
            let study = try await lab.study("s")
            #expect(study["counts"]?["total"]?.integerValue == 4)
            #expect(try await lab.tunedOK("trials", "s", "--json").json()["trials"]?.arrayValue?.count == 4)
            // It is no part of the search: what comes next follows from the trials alone.
            try await lab.tunedOK("resume", "s", "--trials", "6")
            try await lab.tunedOK("show", "s", "--follow")
            try await lab.tunedOK("verify", "s")
        }
    }

    @Test func aDifferenceIsNamedAndHasAnExitCode() async throws {
        try await Lab.with { lab in
            try await lab.witness("--data", try lab.witnessData(), "--folds", "2", "--trials", "2", "--config", "drifts=1")
            let run = try await lab.tuned("replay", "s/0", "--json")
            #expect(run.status == 11, "\(run.error)")
            let replay = try run.json()
            #expect(replay["equal"] == .boolean(false))
            let runs = try #require(replay["runs"]?.arrayValue)
            #expect(runs.count == 2)
            for run in runs {
                let (before, now) = (run["before"]?["metrics"]?["value"]?.doubleValue, run["now"]?["metrics"]?["value"]?.doubleValue)
                #expect(run["differences"]?["value"]?.doubleValue == (now ?? 0) - (before ?? 0))
                #expect(run["differences"]?["scored"] == nil, "this metric is equal")
            }
            #expect(try await lab.tuned("replay", "s/0").output.contains("does not give the same result for the same seed"))
        }
    }

    @Test func anotherPluginIsNamed() async throws {
        try await Lab.with { lab in
            try await lab.witness("--data", try lab.witnessData(), "--trials", "2")
            // The same code under another hash.
            let other = "\(lab.folder)/witness.so"
            try await lab.shell("cp '\(TestPlugins.path("witness"))' '\(other)' && chmod 700 '\(other)' && printf x >> '\(other)'")
            try await lab.tunedOK("load", other)
            let recorded = try await lab.tunedOK("replay", "s/0", "--json").json()
            #expect(recorded["differences"]?.arrayValue?.isEmpty == true, "the plugin is the one that ran the trial")
            let current = try await lab.tunedOK("replay", "s/0", "--current-plugin")
            #expect(current.output.contains("plugin was "), "\(current.output)")
            #expect(current.output.contains("equal bit for bit"))
        }
    }

    /// The trainable tells how many steps it made: as many as the trial was given, also where it was not given all.
    @Test func theBudgetIsTheOneThatTheTrialHad() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("keeper"))
            // What goes on begins again, since its checkpoint is refused: a run's steps are all of its budget.
            try await lab.tunedOK(
                "run", "keeper", "--trainable", "stepper", "--study", "s", "--pruner", "asha", "--pruner-setting", "min=2", "--trials", "6",
                "--sampler", "random", "--seed", "4", "--config", "load=refuse")
            let trials = try await lab.tunedOK("trials", "s", "--json").json()["trials"]?.arrayValue ?? []
            var seen: Set<Double> = []
            for trial in trials {
                let replay = try await lab.tuned("replay", "s/\(trial["number"]?.integerValue ?? -1)", "--json").json()
                let run = try #require(replay["runs"]?.arrayValue?.first)
                let steps = try #require(run["now"]?["metrics"]?["steps"]?.doubleValue)
                #expect(steps == run["before"]?["metrics"]?["steps"]?.doubleValue, "\(replay)")
                #expect(run["differences"]?["sum"] == nil, "\(replay)")
                if seen.isEmpty { lab.killDaemon() }
                seen.insert(steps)
            }
            // Which trials go on depends on who is first; some do, and some do not.
            #expect(seen.isSuperset(of: [2, 20]), "\(seen)")
            try await lab.tunedOK("verify", "s")
        }
    }

    @Test func failuresAreComparedToo() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("misbehave"))
            _ = try await lab.tuned("run", "misbehave", "--set", "how=segfault", "--trials", "2", "--study", "m")
            let run = try await lab.tunedOK("replay", "m/1")
            #expect(run.output.contains("failed (crashed)") && run.output.contains("equal"), "\(run.output)")
        }
    }

    @Test func aDaemonThatIsKilledMakesItAgain() async throws {
        try await Lab.with { lab in
            try await lab.witness("--data", try lab.witnessData(), "--folds", "2", "--trials", "2", "--config", "ms=1500")
            let child = try lab.start(["replay", "s/1"])
            try await lab.until("it trains") { !lab.testimony.lines("replay train").isEmpty }
            lab.killDaemon()
            try await lab.tunedOK("studies")
            let run = try await lab.finish(child)
            #expect(run.status == 0 && run.output.contains("equal bit for bit in all of its 2 runs"), "\(run.output)\(run.error)")
            let trial = try await lab.tunedOK("show", "s/1", "--json").json()
            let purposes = (trial["attempts"]?.arrayValue ?? []).compactMap { $0["purpose"]?.stringValue }
            // The start of the attempt that was killed may not have come to the disk; on a slow machine a fold of it may have ended before.
            #expect(purposes.count { $0 == "search" } == 2 && purposes.count { $0 == "replay" } >= 2, "\(purposes)")
            try await lab.tunedOK("verify", "s")
        }
    }

    @Test func refusalsSayWhy() async throws {
        try await Lab.with { lab in
            try await lab.external("outside")
            try await lab.tunedOK("ask", "outside")
            #expect(try await lab.tuned("replay", "outside/0").error.contains("outside program"))
            try await lab.witness("--data", try lab.witnessData(), "--trials", "2")
            #expect(try await lab.tuned("replay", "s/77").status == 3)
            #expect(try await lab.tuned("replay", "s").status == 2)
            // The copy that the study reads is not what it was.
            try await lab.shell("cd '\(lab.home)/data' && for f in *; do chmod 600 $f; printf '9,1\\n' >> $f; done")
            let run = try await lab.tuned("replay", "s/0")
            #expect(run.status != 0 && run.error.contains("does not match its name"), "\(run.error)")
        }
    }
}
