import Testing
import TunedSpace
import TunedTestSupport

/// Bounds on metrics that a result has to keep.
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

    @Test func badBoundsAreNamed() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let unknown = try await lab.tuned("run", "noop", "--trainable", "noop", "--constraint", "valeu<=1")
            #expect(unknown.status != 0 && unknown.error.contains("did you mean \"value\""))
            #expect(try await lab.tuned("run", "noop", "--constraint", "value=1").error.contains("model_mb<=50"))
        }
    }
}
