import Testing
import TunedSpace
import TunedTestSupport

/// What a trial sees of its slot, from inside its worker, placed by the daemon's own scheduler.
@Suite struct SlotTests {
    @Test(arguments: [1, 2])
    func trialsArePinnedAndThreadsCounted(cpus: Int) async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("environment"))
            let file = try lab.file(
                "slots.yaml",
                """
                study: slots
                plugin: environment
                objectives: [cpu_count, cpu_mask, omp_num_threads]
                sampler: random
                resources: {cpus: \(cpus)}
                stop: {trials: 12}
                """)
            let offered = try await lab.tunedOK("slots", "--json").json()["cpus"]?["total"]?.integerValue ?? 0
            guard offered >= cpus else { return }
            try await lab.tunedOK("run", file)
            let trials = try await lab.tunedOK("trials", "slots", "--json").json()["trials"]?.arrayValue ?? []
            #expect(trials.count == 12)
            var masks: Set<Int64> = []
            for trial in trials {
                let values = trial["values"]?.arrayValue?.compactMap(\.doubleValue) ?? []
                try #require(values.count == 3)
                #expect(values[0] == Double(cpus))
                #expect(values[2] == Double(cpus))
                masks.insert(Int64(values[1]))
            }
            // Slots never share a CPU: their masks are disjoint.
            #expect(masks.reduce(0, |) == masks.reduce(0, +))
        }
    }

    @Test func queuedTrialsSayWhatTheyWaitFor() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            for study in ["one", "two"] {
                try await lab.tunedOK(
                    "run", "noop", "--trainable", "sleep", "--config", "ms=50", "--trials", "100000", "--sampler", "random", "--study", study,
                    "--detach")
            }
            try await lab.until("a trial waits and says why") {
                let waiters = try await lab.tunedOK("slots", "--json").json()["waiters"]?.arrayValue ?? []
                return waiters.contains { $0["reason"]?.stringValue?.hasSuffix("free") ?? false }
            }
        }
    }

    /// A plugin that is built again while a study runs: trials under way keep the old file, later ones run the new.
    @Test func reloadingWhileAStudyRuns() async throws {
        try await Lab.with { lab in
            let file = try lab.file("plugin.so", "")
            try await lab.shell("cp '\(TestPlugins.path("noop"))' '\(file)'")
            try await lab.tunedOK("load", file)
            try await lab.tunedOK(
                "run", "noop", "--trainable", "sleep", "--config", "ms=20", "--trials", "100000", "--sampler", "random", "--study", "s",
                "--detach")
            try await lab.until("some trials are complete") { try await lab.count("complete", of: "s") > 5 }
            // The same code in a file of another content, written over the first.
            try await lab.shell("printf 'rebuilt' >> '\(file)'")
            try await lab.tunedOK("load", file)
            let before = try await lab.count("complete", of: "s")
            try await lab.until("trials that began later are complete") { try await lab.count("complete", of: "s") > before + 8 }
            var hashes: [String] = []
            for trial in [0, before + 5] {
                let attempts = try await lab.tunedOK("show", "s/\(trial)", "--json").json()["attempts"]?.arrayValue ?? []
                hashes += attempts.compactMap { $0["environment"]?["plugin_hash"]?.stringValue }
            }
            #expect(try await lab.count("failed", of: "s") == 0)
            try #require(hashes.count == 2)
            #expect(hashes[0] != hashes[1])
        }
    }
}
