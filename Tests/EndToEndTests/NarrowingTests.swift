import Testing
import TunedSpace
import TunedTestSupport

/// What matters in a study, and the study that goes on closer to it.
@Suite(.timeLimit(.minutes(5))) struct NarrowingTests {
    @Test func theNextStudyKnowsTheLastOne() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK(
                "run", "noop", "--trainable", "noop", "--trials", "40", "--sampler", "random", "--seed", "3", "--study", "wide")
            let importance = try await lab.tunedOK("importance", "wide", "--json").json()
            let shares = (importance["importance"]?.arrayValue ?? []).compactMap { $0["share"]?.doubleValue }
            #expect(!shares.isEmpty && abs(shares.reduce(0, +) - 1) < 1e-9)
            #expect(try await lab.tunedOK("importance", "wide", "--method", "fanova").output.contains("%"))

            let proposed = try await lab.tunedOK("narrow", "wide")
            #expect(proposed.output.contains("--apply"))
            try await lab.tunedOK("narrow", "wide", "--apply", "--trials", "10")
            try await lab.until("its end") { try await lab.state("wide.2") == "completed" }
            let next = try await lab.study("wide.2")
            #expect(next["specification"]?["warm_start"]?.stringValue == "wide")
            let space = try #require(try await lab.tunedOK("narrow", "wide", "--json").json()["space"])
            #expect(next["specification"]?["space"] == space)

            // Its suggestions follow from what it was declared with, the old study being gone.
            try await lab.tunedOK("delete", "wide", "--yes")
            try await lab.tunedOK("verify", "wide.2")
        }
    }

    @Test func whatCannotBeSaidIsRefused() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK("run", "noop", "--trainable", "noop", "--trials", "5", "--study", "few")
            let few = try await lab.tuned("importance", "few")
            #expect(few.status != 0 && few.error.contains("10"))
            #expect(try await lab.tuned("narrow", "few").error.contains("20"))
            #expect(try await lab.tuned("importance", "few", "--method", "shap").error.contains("ped-anova"))
            #expect(try await lab.tuned("importance", "few", "--objective", "speed").error.contains("no objective"))
            #expect(try await lab.tuned("narrow", "few", "--study", "x").error.contains("--apply"))
            let none = try await lab.tuned("run", "noop", "--trainable", "noop", "--trials", "1", "--warm-start", "nobody")
            #expect(none.status != 0 && none.error.contains("nobody"))
        }
    }

    @Test func aStudyEndsWhereNothingIsLeftToGain() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK(
                "run", "noop", "--trainable", "noop", "--sampler", "random", "--trials", "400", "--regret", "0.3", "--study", "enough")
            let study = try await lab.study("enough")
            #expect(study["reason"]?.stringValue?.contains("can still be gained") == true)
            #expect(try await lab.count("complete", of: "enough") < 400)
            #expect(try await lab.tuned("run", "noop", "--regret", "0").error.contains("above 0"))
        }
    }
}
