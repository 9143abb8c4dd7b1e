import Testing
import TunedSpace
import TunedTestSupport

/// Asking and telling from outside, and everything that may not be told.
@Suite(.timeLimit(.minutes(5))) struct TellTests {
    @Test func askedAndToldTrialsAreComplete() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            for number in 0..<3 {
                let asked = try await lab.tunedOK("ask", "mine", "--json").json()
                #expect(asked["number"]?.integerValue == Int64(number))
                let x = try #require(asked["configuration"]?["x"]?.doubleValue)
                try await lab.tunedOK("tell", "mine/\(number)", "--value", "\(-x)")
            }
            let trials = try await lab.tunedOK("trials", "mine", "--json").json()["trials"]?.arrayValue ?? []
            #expect(trials.count == 3)
            for trial in trials {
                #expect(trial["state"]?.stringValue == "complete")
                #expect(
                    trial["values"]?.arrayValue?.first?.doubleValue
                        == trial["configuration"]?["x"]?.doubleValue.map { -$0 })
            }
        }
    }

    @Test func twice() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            try await lab.tunedOK("ask", "mine")
            try await lab.tunedOK("tell", "mine/0", "--value", "0.5")
            let again = try await lab.tuned("tell", "mine/0", "--value", "0.1")
            #expect(again.status == 4)
            let trial = try await lab.tunedOK("show", "mine/0", "--json").json()
            #expect(trial["values"]?.arrayValue?.first?.doubleValue == 0.5)
        }
    }

    @Test func aTrialThatNobodyAskedFor() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            #expect(try await lab.tuned("tell", "mine/7", "--value", "1").status == 3)
        }
    }

    @Test func aTrialThatTheDaemonItselfMade() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK("run", "noop", "--trainable", "noop", "--study", "made", "--trials", "2")
            let run = try await lab.tuned("tell", "made/1", "--value", "0")
            #expect(run.status == 4)
        }
    }

    @Test(arguments: ["abc", "", "nan", "inf", "0x", "1,5"])
    func notANumber(value: String) async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            try await lab.tunedOK("ask", "mine")
            let run = try await lab.tuned("tell", "mine/0", "--value", value)
            #expect(run.status == 2)
            #expect(run.error.contains("--value"))
            #expect(try await lab.count("running", of: "mine") == 1)
        }
    }

    @Test func tooManyValues() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            try await lab.tunedOK("ask", "mine")
            #expect(try await lab.tuned("tell", "mine/0", "--value", "1", "--value", "2").status == 2)
        }
    }

    @Test func constraintsAreKept() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            for number in 0..<2 {
                try await lab.tunedOK("ask", "mine")
                let told = try await lab.tunedOK(
                    "tell", "mine/\(number)", "--value", "\(number)", "--constraint", "memory=\(0.5 - Double(number))", "--constraint", "a=b=-1")
                #expect(told.output.contains(number == 0 ? "infeasible: the constraint memory is 0.5" : "is complete"))
                lab.killDaemon()
                let trial = try await lab.tunedOK("show", "mine/\(number)", "--json").json()
                #expect(trial["constraints"]?["memory"]?.doubleValue == 0.5 - Double(number))
                #expect(trial["constraints"]?["a=b"]?.doubleValue == -1)
                #expect(trial["values"]?.arrayValue?.first?.doubleValue == Double(number))
            }
            #expect(try await lab.study("mine")["best"]?["trial"]?.integerValue == 1)
            #expect(try await lab.tuned("tell", "mine/1", "--value", "1", "--constraint", "memory").error.contains("memory=-12.5"))
            try await lab.tunedOK("verify", "mine")
        }
    }

    @Test func aFailureIsKeptWithItsReason() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            try await lab.tunedOK("ask", "mine")
            try await lab.tunedOK("tell", "mine/0", "--failed", "diverged")
            let trial = try await lab.tunedOK("show", "mine/0", "--json").json()
            #expect(trial["state"]?.stringValue == "failed")
            #expect(trial["failure"]?["message"]?.stringValue?.contains("diverged") == true)
        }
    }
}
