/// Something that reads what others wrote. Whatever it is given it must answer with a value or an error: a crash ends the
/// program, and a broken promise is returned in words.
package struct FuzzTarget: Sendable {
    package let name: String
    package let mutator: @Sendable (_ seed: UInt64) -> Mutator
    /// Nil, or what was wrong. Belongs to one thread.
    package let makeRun: @Sendable () -> ([UInt8]) -> String?

    package static let all: [FuzzTarget] = [.schema, .toWorker, .fromWorker, .stream, .checkpoint, .signature, .sidecar]

    /// Feeds inputs `first..<first + count`; the first that breaks a promise ends it. `onInput` is told each number before its input runs.
    package func run(
        seed: UInt64, first: UInt64 = 0, count: UInt64, onInput: (UInt64) -> Void = { _ in }
    ) -> FuzzFailure? {
        let mutator = mutator(seed)
        let run = makeRun()
        for number in first..<first + count {
            onInput(number)
            let input = mutator.input(number)
            if let problem = run(input) { return FuzzFailure(target: name, seed: seed, number: number, input: input, problem: problem) }
        }
        return nil
    }
}

package struct FuzzFailure: Error, CustomStringConvertible {
    package var target: String
    package var seed: UInt64
    package var number: UInt64
    package var input: [UInt8]
    package var problem: String

    package var description: String {
        """
        \(target), input \(number) of seed \(seed): \(problem)
        \(String(decoding: input.prefix(2000), as: UTF8.self).debugDescription)
        again: tuned-fuzz \(target) --seed \(seed) --first \(number) --count 1
        """
    }
}
