import Testing
import TunedSpace
import TunedTestSupport

/// The default sampler in a study whose trials take less time than its suggestions.
@Suite(.timeLimit(.minutes(5))) struct AutomaticSamplerTests {
    @Test func itGoesOverToTheCheaperMethodAndTheLogStillVerifies() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK("run", "noop", "--trainable", "noop", "--trials", "60", "--parallel", "1", "--study", "short")
            let shown = try await lab.tunedOK("show", "short")
            #expect(shown.output.contains("auto took tpe"))
            let verified = try await lab.tunedOK("verify", "short")
            #expect(verified.output.contains("60"))
        }
    }
}
