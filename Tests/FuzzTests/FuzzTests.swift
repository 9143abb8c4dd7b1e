import Testing
import TunedFuzzing

/// A short run of each fuzzer, with another seed every time; `make fuzz` is the long one.
@Suite struct FuzzTests {
    @Test(arguments: FuzzTarget.all) func everyInputIsAnsweredWithAValueOrAnError(target: FuzzTarget) {
        let seed = UInt64.random(in: 0...UInt64(UInt32.max))
        let failure = target.run(seed: seed, count: 3000)
        #expect(failure == nil, "\(failure.map(String.init(describing:)) ?? "")")
    }

    @Test(arguments: FuzzTarget.all) func inputsAreRepeatable(target: FuzzTarget) {
        let (one, other) = (target.mutator(7), target.mutator(7))
        for number: UInt64 in [0, 1, 99] { #expect(one.input(number) == other.input(number)) }
    }
}
