// One run of one sampler, asked and told by lines of JSON: what Benchmarks/search drives beside the peers, and what any program
// can drive that does not speak Swift.
//
//     search-driver --samplers        the names, a line each
//     search-driver                   reads requests, one a line, and answers each with one line
//
// The first line says what is searched; see Run.swift for it and for the requests that follow. A line that cannot be served is
// answered by {"error": ...}, and the next one is read.
import Glibc
import TunedSearch
import TunedSpace

/// A line to standard output, at once: whoever asks waits for it.
func answer(_ fields: [String: JSONValue]) {
    print(JSONValue.object(fields).text())
    fflush(nil)
}

func serve() {
    var run: Run?
    while let line = readLine() {
        if line.allSatisfy(\.isWhitespace) { continue }
        do {
            let request = try JSONValue(parsing: line, limit: 64 << 20)
            if var running = run.take() {
                defer { run = running }
                answer(try running.serve(request))
            } else {
                let started = try Run(request)
                run = started
                answer(started.introduction)
            }
        } catch {
            answer(["error": .string("\(error)")])
        }
    }
}

if CommandLine.arguments.dropFirst().first == "--samplers" {
    for name in SamplerRegistry.names { print(name) }
} else {
    serve()
}
