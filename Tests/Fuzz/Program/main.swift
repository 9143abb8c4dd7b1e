// Feeds seeded inputs to everything that reads what others wrote: `tuned-fuzz [TARGET...] [--seed N] [--first N] [--count N]`.
// A crash names its input, which can be made again by its number.

import Glibc
import TunedFuzzing

/// Number of the input that runs now, for the signal handler. `nonisolated(unsafe)`: the main thread writes it, and a handler on
/// that thread reads it.
nonisolated(unsafe) var current: UInt64 = 0

func complain(_ what: String) {
    var line = what + "\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

var names: [String] = []
var (seed, first, count): (UInt64, UInt64, UInt64) = (1, 0, 1_000_000)
var arguments = CommandLine.arguments.dropFirst()[...]
while let argument = arguments.popFirst() {
    guard argument.hasPrefix("--") else {
        names.append(argument)
        continue
    }
    guard let value = arguments.popFirst().flatMap({ UInt64($0) }), ["--seed", "--first", "--count"].contains(argument) else {
        complain("usage: tuned-fuzz [TARGET...] [--seed N] [--first N] [--count N]")
        exit(64)
    }
    switch argument {
    case "--seed": seed = value
    case "--first": first = value
    default: count = value
    }
}
let unknown = names.filter { name in !FuzzTarget.all.contains { $0.name == name } }
guard unknown.isEmpty else {
    complain("no target \(unknown.joined(separator: ", ")); there are \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
    exit(64)
}

for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] {
    signal(number) { number in
        complain("crashed with signal \(number) at input \(current)")
        signal(number, SIG_DFL)
        raise(number)
    }
}

/// Kilobytes of memory that belong to this process alone.
func resident() -> Int {
    let descriptor = open("/proc/self/statm", O_RDONLY)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &bytes, bytes.count)
    let pages = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    return pages.count > 2 ? (pages[1] - pages[2]) * 4 : 0
}

for target in FuzzTarget.all where names.isEmpty || names.contains(target.name) {
    // What the first inputs need stays; what grows after them grows with every input.
    if let failure = target.run(seed: seed, first: first, count: min(count, 10_000)) { fail(failure) }
    let before = resident()
    var begin = timespec()
    clock_gettime(CLOCK_MONOTONIC, &begin)
    if let failure = target.run(seed: seed, first: first, count: count, onInput: { current = $0 }) { fail(failure) }
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let growth = resident() - before
    print("\(target.name): \(count) inputs of seed \(seed), no crash, memory grew by \(growth) KB, \(end.tv_sec - begin.tv_sec) s")
    if growth > 4096 {
        complain("\(target.name): memory grew by \(growth) KB over \(count) inputs")
        exit(1)
    }
}

func fail(_ failure: FuzzFailure) -> Never {
    complain("\(failure)")
    exit(1)
}
