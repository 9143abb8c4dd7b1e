import Testing
import TunedSpace
import TunedTestSupport

/// A space that changes while its study lives, through the daemon.
@Suite(.timeLimit(.minutes(5))) struct LivingSpaceTests {
    /// Of a plugin: narrowed with trials under way, kept through kill -9, narrowed again by its own trials, and verified.
    @Test func aStudyOfAPlugin() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK(
                "run", "noop", "--trainable", "sleep", "--config", "ms=20", "--parallel", "2", "--sampler", "tpe", "--seed", "3", "--trials", "1000000",
                "--study", "s", "--detach")
            try await lab.until("some trials") { try await lab.count("complete", of: "s") >= 10 }
            let before = try await lab.tunedOK("space", "s", "--json").json()
            let parameter = try #require(before["parameters"]?.arrayValue?.first { $0["type"]?.stringValue == "float" })
            let name = try #require(parameter["name"]?.stringValue)
            let (low, high) = (try #require(parameter["low"]?.doubleValue), try #require(parameter["high"]?.doubleValue))
            let (first, end) = (low + 0.25 * (high - low), low + 0.75 * (high - low))
            try await lab.tunedOK("space", "s", "--space", "\(name)={low: \(first), high: \(end)}", "--reason", "by hand")
            lab.killDaemon()
            // However fast trials are: so many of them are of the new space.
            try await more(40, in: lab)
            lab.killDaemon()
            try await lab.tunedOK("resume", "s", "--trials", "\(try await lab.count("complete", of: "s") + 20)")
            try await lab.until("its end") { try await lab.state("s") == "completed" }
            let study = try await lab.study("s")
            #expect(study["space_changed"]?["reason"]?.stringValue == "by hand")
            #expect(try await lab.tunedOK("show", "s").output.contains("by hand"))
            let after = try await lab.tunedOK("space", "s", "--json").json()
            let change = try #require(after["changes"]?.arrayValue?.first?["sequence"]?.integerValue)
            let trials = try await lab.tunedOK("export", "s", "--json").json().arrayValue ?? []
            let later = trials.filter { ($0["asked_after"]?.integerValue ?? 0) >= change }
            #expect(later.count >= 40)
            for trial in later { #expect((first...end).contains(trial["configuration"]?[name]?.doubleValue ?? .nan)) }
            let best = try await lab.tunedOK("best", "s", "--json").json()["best"]?.arrayValue?.first
            #expect((first...end).contains(best?["configuration"]?[name]?.doubleValue ?? .nan))
            try await lab.tunedOK("importance", "s")

            // It has ended: the change is taken, and it goes on when it is told to.
            let narrowed = try await lab.tunedOK("narrow", "s", "--apply", "--here")
            #expect(narrowed.output.contains("tuned resume s"))
            #expect(try await lab.state("s") == "completed")
            try await lab.tunedOK("resume", "s", "--trials", "\(trials.count + 20)")
            try await lab.until("its end") { try await lab.state("s") == "completed" }
            try await lab.tunedOK("verify", "s")

            // What it declares is the limit.
            let outside = try await lab.tuned("space", "s", "--space", "\(name)={high: \(high + 1)}")
            #expect(outside.status != 0 && outside.error.contains("outside of what is declared"))
            #expect(try await lab.tuned("space", "s", "--remove", name).status != 0)
            #expect(try await lab.tuned("space", "s", "--free", "nobody").error.contains("no parameter"))
            #expect(try await lab.tuned("narrow", "s", "--here").error.contains("--apply"))
            // Another study knows its trials, whatever space they were asked for in.
            try await lab.tunedOK("run", "noop", "--trainable", "sleep", "--trials", "2", "--warm-start", "s", "--study", "next")
            try await lab.tunedOK("verify", "next")
        }
    }

    /// Waits until so many more trials of the study `s` are complete.
    private func more(_ count: Int, in lab: Lab) async throws {
        let before = try await lab.count("complete", of: "s")
        try await lab.until("more trials") { try await lab.count("complete", of: "s") >= before + count }
    }

    /// The leading candidates of a noisy metric are measured again, and the winner is told with its luck taken off.
    @Test func leadersAreMeasuredAgain() async throws {
        try await Lab.with { lab in
            let file = try lab.file(
                "noisy.yaml",
                "study: noisy\nsampler: random\nspace: {x: {type: float, low: 0, high: 1}}\nobjectives: [error]\nstop: {trials: 6}\nreplicate: {candidates: 2, times: 3}\n")
            try await lab.tunedOK("run", file, "--detach")
            var asked: [JSONValue] = []
            for number in 0..<10 {
                let trial = try await lab.tunedOK("ask", "noisy", "--json").json()
                asked.append(trial["configuration"] ?? .null)
                if number == 7 { lab.killDaemon() }
                let x = try #require(trial["configuration"]?["x"]?.doubleValue)
                try await lab.tunedOK("tell", "noisy/\(number)", "--value", "\(x + Double(number * 7 % 5) / 100)")
            }
            #expect(Set(asked[6...].map { $0.text() }).count == 2 && Set(asked[..<6].map { $0.text() }).isSuperset(of: asked[6...].map { $0.text() }))
            try await lab.until("its end") { try await lab.state("noisy") == "completed" }
            let study = try await lab.study("noisy")
            #expect(study["winner"]?["replicates"]?.integerValue == 3)
            let best = try await lab.tunedOK("best", "noisy", "--json").json()
            #expect(best["winner"] == study["winner"] && (best["best"]?.arrayValue?.first?["trial"]?.integerValue ?? 9) < 6)
            #expect(try await lab.tunedOK("best", "noisy").output.contains("corrected for having been selected"))
            #expect(try await lab.tunedOK("trials", "noisy").output.contains("again "))
            let trial = try await lab.tunedOK("show", "noisy/9", "--json").json()
            #expect(trial["origin"]?.stringValue == "replicate" && trial["replicate_of"] != nil)
            try await lab.tunedOK("verify", "noisy")
            let several = try lab.file(
                "several.yaml", "space: {x: {type: float, low: 0, high: 1}}\nobjectives: [error, time]\nreplicate: 3\n")
            #expect(try await lab.tuned("run", several, "--detach").error.contains("leave out replicate"))
        }
    }

    /// Of an outside program: ranges and choices grow, a parameter comes and one goes.
    @Test func aStudyWithoutAPlugin() async throws {
        try await Lab.with { lab in
            let file = try lab.file(
                "mine.yaml",
                "study: mine\nsampler: tpe\nspace: {x: {type: float, low: 0, high: 1}, kind: {type: categorical, choices: [a, b]}}\nobjectives: [error]\n")
            try await lab.tunedOK("run", file, "--detach")
            func ask(_ value: (JSONValue) -> Double) async throws -> JSONValue {
                let asked = try await lab.tunedOK("ask", "mine", "--json").json()
                let configuration = asked["configuration"] ?? .null
                try await lab.tunedOK("tell", "mine/\(asked["number"]?.integerValue ?? -1)", "--value", "\(value(configuration))")
                return configuration
            }
            for _ in 0..<8 { _ = try await ask { $0["x"]?.doubleValue ?? .nan } }
            try await lab.tunedOK("enqueue", "mine", "x=0.1", "kind=a")
            let open = try await lab.tunedOK("ask", "mine", "--json").json()
            #expect(open["configuration"]?["kind"] == "a")
            try await lab.tunedOK("enqueue", "mine", "x=0.2", "kind=a")
            let changed = try await lab.tunedOK(
                "space", "mine", "--space", "x={low: -1, high: 2}", "--space", "kind={choices: [b, c]}", "--space",
                "z={type: int, low: 1, high: 3}", "--json"
            ).json()
            #expect(changed["withdrawn"]?.arrayValue?.count == 1)
            lab.killDaemon()
            // A trial of the space before ends as it is.
            try await lab.tunedOK("tell", "mine/8", "--value", "0.5")
            for _ in 0..<5 {
                let configuration = try await ask { $0["x"]?.doubleValue ?? .nan }
                #expect(configuration["z"] != nil && configuration["kind"] != "a")
            }
            let seen = try await lab.tunedOK("show", "mine/8", "--json").json()
            #expect(seen["configuration"] == open["configuration"])
            try await lab.tunedOK("space", "mine", "--remove", "z", "--set", "kind=c")
            for _ in 0..<3 { #expect(try await ask { _ in 1 }["kind"] == "c") }
            let table = try await lab.tunedOK("export", "mine").output
            #expect(table.hasPrefix("number,state,value_error,param_kind,param_x,param_z,"))
            for _ in 0..<18 { _ = try await ask { abs(($0["x"]?.doubleValue ?? 0) - 0.5) } }
            try await lab.tunedOK("narrow", "mine", "--apply", "--trials", "3", "--study", "child")
            try await lab.tunedOK("narrow", "mine", "--apply", "--here")
            #expect(try await lab.tunedOK("ask", "child", "--json").json()["configuration"]?["kind"] == "c")
            try await lab.tunedOK("verify", "child")
            #expect(try await lab.tuned("space", "mine", "--remove", "x", "--remove", "kind").status != 0)
            try await lab.tunedOK("verify", "mine")
        }
    }
}
