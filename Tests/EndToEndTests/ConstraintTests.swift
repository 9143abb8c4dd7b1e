import Testing
import TunedSpace
import TunedTestSupport

/// Bounds on metrics that a result has to keep, and the constraints that plugins report.
@Suite(.timeLimit(.minutes(5))) struct ConstraintTests {
    @Test(arguments: ["worker", "batch"])
    func whatBreaksABoundIsNoResult(_ way: String) async throws {
        try await Lab.with { lab in
            try lab.allowInProcess()
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            if way == "worker" {
                try await lab.tunedOK(
                    "run", "noop", "--trainable", "noop", "--sampler", "tpe", "--trials", "60", "--constraint", "value>=0.6", "--study", "s")
            } else {
                try await lab.check("noop", trainable: "noop-batch", isFit: true)
                try await lab.tunedOK(
                    "run", "noop", "--trainable", "noop-batch", "--isolation", "inprocess", "--sampler", "random", "--trials", "2000",
                    "--constraint", "value >= 0.6", "--study", "s")
            }
            let best = try #require(try await lab.study("s")["best"]?["values"]?.arrayValue?.first?.doubleValue)
            #expect(best >= 0.6 && best < 1)
            #expect(try await lab.count("failed", of: "s") > 0)
            #expect(try await lab.tunedOK("trials", "s", "--state", "failed").output.contains("under the 0.6"))
            try await lab.tunedOK("verify", "s")
        }
    }

    /// In a worker, over folds, in the daemon, in batches: what the plugin reported is there, and decides.
    @Test(arguments: ["worker", "folds", "inprocess", "batch"])
    func whatAPluginReportsIsKept(_ way: String) async throws {
        try await Lab.with { lab in
            try lab.allowInProcess()
            try await lab.tunedOK("load", TestPlugins.path("constrained"))
            let trainable = way == "batch" ? "batch" : "single"
            try await lab.check("constrained", trainable: trainable, isFit: true)
            let folds = way == "folds" ? 3 : 1
            let run = try await lab.finish(
                try lab.start(
                    ["run", "constrained", "--trainable", trainable, "--isolation", way == "batch" || way == "inprocess" ? "inprocess" : "worker"]
                        + (way == "batch" ? [] : ["--folds", "\(folds)"])
                        + ["--sampler", "tpe", "--trials", way == "batch" ? "300" : "60", "--seed", "5", "--constraint", "value>=0.4"]
                        + ["--config", "how=rare", "--study", "s"]))
            try #require(run.status == 0, "\(run.error)")
            let trials = try await lab.tunedOK("export", "s", "--json").json().arrayValue ?? []
            #expect(trials.count == (way == "batch" ? 300 : 60))
            var best = Double.infinity
            for trial in trials { best = min(best, try Self.check(trial, folds: folds)) }
            #expect(try await lab.study("s")["best"]?["values"]?.arrayValue?.first?.doubleValue == best)
            let sorted = try await lab.tunedOK("trials", "s", "--sort", "value", "--json").json()["trials"]?.arrayValue ?? []
            let complete = trials.count { $0["state"]?.stringValue == "complete" }
            #expect(sorted.prefix(complete).allSatisfy { $0["state"]?.stringValue == "complete" })
            #expect(sorted.first?["values"]?.arrayValue?.first?.doubleValue == best)
            let broken = try #require(trials.first { ($0["constraints"]?["sum"]?.doubleValue ?? 0) > 0 })
            #expect(trials.contains { $0["state"]?.stringValue == "complete" })
            let number = try #require(broken["number"]?.integerValue)
            let shown = try await lab.tunedOK("show", "s/\(number)").output
            #expect(shown.contains(": infeasible\n") && shown.contains("constraint sum ") && shown.contains(": broken\n"))
            let attempts = try await lab.tunedOK("show", "s/\(number)", "--json").json()["attempts"]?.arrayValue ?? []
            let reported = attempts.compactMap { $0["outcome"]?["constraints"]?["sum"]?.doubleValue }
            #expect(reported.count == folds)
            #expect(try await lab.tunedOK("trials", "s", "--state", "failed").output.contains("infeasible"))
            let csv = try await lab.tunedOK("export", "s").output.split(whereSeparator: \.isNewline)
            #expect(csv[0].hasSuffix(",failure,constraints") && csv[1].contains("\"\"sum\"\":"))
            try await lab.tunedOK("verify", "s")
        }
    }

    /// - Returns: its value, where it may count.
    private static func check(_ trial: JSONValue, folds: Int) throws -> Double {
        let x = try #require(trial["configuration"]?["x"]?.doubleValue)
        let y = try #require(trial["configuration"]?["y"]?.doubleValue)
        let number = try #require(trial["number"]?.integerValue)
        let value = try #require(trial["values"]?.arrayValue?.first?.doubleValue)
        var wanted = ["value>=0.4": 0.4 - value, "sum": x + y - 1 + 0.25 * Double(folds - 1) / 2]
        if number % 3 == 0 { wanted["rare"] = 0.5 - x }
        let found = (trial["constraints"]?.objectValue ?? [:]).compactMapValues(\.doubleValue)
        #expect(Set(found.keys) == Set(wanted.keys))
        for (name, value) in wanted { #expect(abs(value - (found[name] ?? .nan)) < 1e-12, "\(name) of trial \(number)") }
        let isKept = found.values.allSatisfy { $0 <= 0 }
        #expect(trial["state"]?.stringValue == (isKept ? "complete" : "failed"))
        #expect(trial["failure"]?["kind"]?.stringValue == (isKept ? nil : "infeasible"))
        return isKept ? value : .infinity
    }

    @Test func theyOutliveTheDaemon() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("constrained"))
            try await lab.tunedOK(
                "run", "constrained", "--trainable", "single", "--folds", "2", "--sampler", "gp", "--trials", "30", "--seed", "2",
                "--parallel", "2", "--config", "ms=10", "--study", "s", "--detach")
            var known: [Int64: JSONValue] = [:]
            for kill in 1...3 {
                try await lab.until("\(8 * kill) trials") {
                    let counts = try await lab.study("s")["counts"]
                    return (counts?["complete"]?.integerValue ?? 0) + (counts?["failed"]?.integerValue ?? 0) >= 8 * Int64(kill)
                }
                for trial in try await lab.tunedOK("export", "s", "--json").json().arrayValue ?? [] {
                    guard let number = trial["number"]?.integerValue, let constraints = trial["constraints"] else { continue }
                    #expect(known[number] == nil || known[number] == constraints, "trial \(number) changed")
                    known[number] = constraints
                }
                lab.killDaemon()
            }
            try await lab.tunedOK("show", "s", "--follow")
            let trials = try await lab.tunedOK("export", "s", "--json").json().arrayValue ?? []
            #expect(trials.count == 30 && trials.allSatisfy { $0["constraints"]?["sum"] != nil })
            for (number, constraints) in known { #expect(trials[Int(number)]["constraints"] == constraints) }
            try await lab.tunedOK("verify", "s")
        }
    }

    /// What cannot be a constraint's value or name: the run fails, or its log says what was not taken.
    @Test(arguments: ["single", "batch"])
    func badReportsAreNamed(_ trainable: String) async throws {
        try await Lab.with { lab in
            try lab.allowInProcess()
            try await lab.tunedOK("load", TestPlugins.path("constrained"))
            try await lab.check("constrained", trainable: trainable, isFit: true)
            for how in ["nan", "long", "many"] {
                let run = try await lab.tuned(
                    "run", "constrained", "--trainable", trainable, "--isolation", trainable == "batch" ? "inprocess" : "worker",
                    "--sampler", "random", "--trials", "40", "--config", "how=\(how)", "--study", how)
                try #require(run.status == 0, "\(run.error)")
            }
            let odd = try await lab.tunedOK("export", "nan", "--json").json().arrayValue ?? []
            #expect(odd.count == 40)
            for trial in odd {
                let isOdd = (trial["number"]?.integerValue ?? 0) % 2 == 0
                #expect((trial["failure"]?["kind"]?.stringValue == "not-finite") == isOdd)
                #expect(!isOdd || trial["failure"]?["message"]?.stringValue?.contains("constraint \"odd\"") == true)
            }
            for how in ["long", "many"] {
                let trials = try await lab.tunedOK("export", how, "--json").json().arrayValue ?? []
                #expect(trials.count == 40 && trials.allSatisfy { ($0["constraints"]?["sum"]) != nil })
                let log = try await lab.tunedOK("show", "\(how)/0").output
                #expect(log.contains(how == "long" ? "1 to 128 bytes" : "at most 256"))
            }
            for how in ["nan", "long", "many"] { try await lab.tunedOK("verify", how) }
        }
    }

    @Test func badBoundsAreNamed() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let unknown = try await lab.tuned("run", "noop", "--trainable", "noop", "--constraint", "valeu<=1")
            #expect(unknown.status != 0 && unknown.error.contains("did you mean \"value\""))
            #expect(try await lab.tuned("run", "noop", "--constraint", "value=1").error.contains("model_mb<=50"))
        }
    }
}
