import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// Plugins inside the daemon: who may, what it gives, and what is left when they end it.
@Suite(.timeLimit(.minutes(10))) struct InProcessTests {
    @Test func theAdministratorMustAllowIt() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let run = try await lab.tuned("run", "noop", "--trainable", "noop", "--trials", "5", "--isolation", "inprocess")
            #expect(run.status != 0)
            #expect(run.error.contains("inprocess: true") && run.error.contains("config.yaml"))
            #expect(try await lab.tunedOK("studies", "--json").json()["studies"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test func thePluginMustHaveBeenChecked() async throws {
        try await Lab.with { lab in
            try lab.allowInProcess()
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let arguments = ["run", "noop", "--trainable", "noop", "--trials", "5", "--isolation", "inprocess"]
            func run() async throws -> Lab.Run { try await lab.finish(try lab.start(arguments)) }
            let unchecked = try await run()
            #expect(unchecked.status != 0 && unchecked.error.contains("tuned check \(TestPlugins.path("noop"))"))
            try await lab.check("noop", trainable: "noop", isFit: false)
            let unfit = try await run()
            #expect(unfit.status != 0 && unfit.error.contains("fit to run inside the daemon"))
            // What was checked is this trainable and no other.
            try await lab.check("noop", trainable: "noop10", isFit: true)
            #expect(try await run().status != 0)
            try await lab.check("noop", trainable: "noop", isFit: true)
            #expect(try await run().status == 0)
        }
    }

    @Test(arguments: [["--memory", "1GiB"], ["--gpus", "1"], ["--timeout", "5s"]])
    func whatOnlyAProcessCanBeHeldToIsRefused(flags: [String]) async throws {
        try await Lab.with { lab in
            try lab.allowInProcess()
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.check("noop", trainable: "noop", isFit: true)
            let run = try await lab.finish(
                try lab.start(["run", "noop", "--trainable", "noop", "--trials", "5", "--isolation", "inprocess"] + flags))
            #expect(run.status != 0 && run.error.contains("isolation: worker"))
        }
    }

    /// With the same seed, what comes out is the same to the last bit.
    @Test(arguments: [("noop", "random", "2"), ("noop10", "tpe", "1"), ("noop-batch", "random", "2")])
    func resultsAreThoseOfWorkers(trainable: String, sampler: String, parallel: String) async throws {
        try await Lab.with { lab in
            try lab.allowInProcess()
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.check("noop", trainable: trainable, isFit: true)
            var exports: [[JSONValue?]] = []
            for isolation in ["worker", "inprocess"] {
                try await lab.tunedOK(
                    "run", "noop", "--trainable", trainable, "--trials", "300", "--seed", "17", "--sampler", sampler,
                    "--parallel", parallel, "--isolation", isolation, "--study", isolation)
                let trials = try await lab.tunedOK("export", isolation, "--json").json().arrayValue ?? []
                #expect(trials.count == 300)
                exports.append(trials.flatMap { [$0["number"], $0["state"], $0["configuration"], $0["values"]] })
                try await lab.tunedOK("verify", isolation)
            }
            #expect(exports[0] == exports[1])
            let shown = try await lab.study("inprocess")
            #expect(shown["specification"]?["isolation"]?.stringValue == "inprocess")
        }
    }

    /// Everything that shows trials shows those of batches.
    @Test func batchesAreReadAsTrials() async throws {
        try await Lab.with { lab in
            try lab.allowInProcess()
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.check("noop", trainable: "noop-batch", isFit: true)
            try await lab.tunedOK(
                "run", "noop", "--trainable", "noop-batch", "--trials", "5000", "--sampler", "random", "--seed", "3",
                "--isolation", "inprocess", "--study", "b")
            let trials = try await lab.tunedOK("export", "b", "--json").json().arrayValue ?? []
            #expect(trials.compactMap { $0["number"]?.integerValue } == Array(0..<5000))
            let values = trials.compactMap { $0["values"]?.arrayValue?.first?.doubleValue }
            let best = try await lab.tunedOK("best", "b", "--json").json()
            #expect(best["best"]?.arrayValue?.first?["values"]?.arrayValue?.first?.doubleValue == values.min())
            let trial = try await lab.tunedOK("show", "b/4321", "--json").json()
            #expect(trial["attempts"]?.arrayValue?.first?["outcome"]?["metrics"]?["value"]?.doubleValue == values[4321])
            #expect(try await lab.count("complete", of: "b") == 5000)
            // Followed from the beginning, every trial is asked and ends once.
            let events = try await lab.tunedOK("show", "b", "--follow", "--json").output.split(separator: "\n")
            var ended: [Int64: Int] = [:]
            for line in events {
                guard let event = try? JSONValue(parsing: String(line)), event["type"]?.stringValue == "trial_ended",
                    let number = event["trial"]?.integerValue
                else { continue }
                ended[number, default: 0] += 1
            }
            #expect(ended.count == 5000 && ended.values.allSatisfy { $0 == 1 })
            try await lab.tunedOK("verify", "b")
        }
    }

    /// kill -9 in the middle of batches: what was told of is there afterwards, and numbers have no gap.
    @Test func killsLoseNothingOfABatchStudy() async throws {
        var random = SeededGenerator(seed: 4)
        try await Lab.with { lab in
            try lab.allowInProcess()
            try await lab.tunedOK("load", TestPlugins.path("inprocess"))
            try await lab.check("inprocess", trainable: "batch", isFit: true)
            try await lab.tunedOK(
                "run", "inprocess", "--trainable", "batch", "--trials", "15000", "--sampler", "random", "--seed", "9",
                "--set", "how=well", "--config", "each_us=50", "--isolation", "inprocess", "--study", "s", "--detach")
            var acknowledged: [Int: Substring] = [:]
            for _ in 0..<5 {
                try await lab.until("more trials") {
                    let study = try await lab.study("s")
                    return Int(study["counts"]?["complete"]?.integerValue ?? 0) > acknowledged.count || study["state"]?.stringValue != "running"
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 5...150, using: &random)))
                for (number, value) in try await lab.completeTrials(of: "s") {
                    #expect(acknowledged[number] == nil || acknowledged[number] == value, "trial \(number) changed")
                    acknowledged[number] = value
                }
                lab.killDaemon()
                let study = try await lab.study("s")
                #expect(study["state"]?.stringValue == "paused" || study["state"]?.stringValue == "completed")
                if study["state"]?.stringValue == "completed" { break }
                #expect(study["reason"]?.stringValue?.contains("the daemon ended unexpectedly") == true)
                try await lab.tunedOK("resume", "s")
            }
            try await lab.tunedOK("show", "s", "--follow")
            let final = try await lab.completeTrials(of: "s")
            #expect(Set(final.keys) == Set(0..<15_000))
            for (number, value) in acknowledged { #expect(final[number] == value, "trial \(number) was lost") }
            // Most of them came in batches: far fewer events than four a trial.
            let verified = try await lab.tunedOK("verify", "s", "--json").json()
            #expect(verified["suggestions"]?.integerValue == 15_000)
            #expect(verified["events"]?.integerValue ?? .max < 15_000)
        }
    }

    /// A plugin that takes the daemon with it finds its study paused, not tried again and again.
    @Test(arguments: ["safe", "batch"])
    func aCrashInsideTheDaemonPausesItsStudy(trainable: String) async throws {
        try await Lab.with { lab in
            try lab.allowInProcess()
            try await lab.tunedOK("load", TestPlugins.path("inprocess"))
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.check("inprocess", trainable: trainable, isFit: true)
            try await lab.tunedOK(
                "run", "noop", "--trainable", "sleep", "--config", "ms=20", "--trials", "100000", "--parallel", "1", "--study",
                "bystander", "--detach")
            // The answer may get lost with the daemon, and so may a study that was not answered for: then it is asked for again.
            for _ in 0..<5 {
                let daemon = lab.daemon
                let run = try await lab.tuned(
                    "run", "inprocess", "--trainable", trainable, "--trials", "500", "--sampler", "random", "--set", "how=well",
                    "--config", "crash_at=150", "--isolation", "inprocess", "--study", "s", "--detach")
                try await lab.until("the daemon is gone") { lab.daemon != daemon }
                if try await lab.tuned("show", "s").status == 0 { break }
                #expect(run.status != 0, "a study that was answered for is not lost")
            }
            // What had begun is known once it is on the disk; until then it is taken up again.
            try await lab.until("it is paused") {
                let shown = try await lab.tuned("show", "s", "--json")
                return try shown.status == 0 && shown.json()["state"]?.stringValue == "paused"
            }
            let study = try await lab.study("s")
            #expect(study["reason"]?.stringValue?.contains("tuned resume s") == true)
            #expect(study["counts"]?["complete"]?.integerValue ?? 0 <= 150)
            let bystander = try await lab.study("bystander")
            #expect(bystander["state"]?.stringValue == "running", "\(bystander["reason"]?.stringValue ?? "")")
            // It stays up now, and the other study goes on.
            let next = lab.daemon
            try await Task.sleep(for: .milliseconds(300))
            #expect(lab.daemon == next && next != nil)
            try await lab.tunedOK("stop", "bystander")
        }
    }
}

extension Lab {
    func allowInProcess() throws { try configure("inprocess: true") }

    /// The value of each complete trial, as it is exported.
    func completeTrials(of study: String) async throws -> [Int: Substring] {
        var values: [Int: Substring] = [:]
        for line in try await tunedOK("export", study).output.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields[1] == "complete", let number = Int(fields[0]) else { continue }
            #expect(values[number] == nil, "trial \(number) is there twice")
            values[number] = fields[2]
        }
        return values
    }

    /// Leaves a verdict of `tuned check` beside a loaded plugin.
    func check(_ plugin: String, trainable: String, isFit: Bool) async throws {
        let plugins = try await tunedOK("plugins", "--json").json()["plugins"]?.arrayValue ?? []
        let hash = try #require(plugins.first { $0["name"]?.stringValue == plugin }?["hash"]?.stringValue)
        let record = """
            {"revision": 1, "hash": "\(hash)", "passed": true, "fitForInprocess": \(isFit), "trainables": {"\(trainable)":
             {"seed": 1, "passed": true, "fitForInprocess": \(isFit), "findings": []}}}
            """
        _ = try file("home/plugins/\(hash).check.json", record)
    }
}
