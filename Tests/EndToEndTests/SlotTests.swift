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
}
