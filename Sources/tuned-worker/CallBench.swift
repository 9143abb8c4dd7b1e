import CTunedWorker
import Glibc
import TunedPlugins
import TunedSpace
import TunedWire

/// Times calls into a library in this process, without pipes: for the project's own benchmarks.
///
///     tuned-worker bench-call LIBRARY TRAINABLE CALLS
///
/// Prints one JSON object: the nanoseconds from a request to its result (median, least and most of batches), and the median of each
/// metric.
enum CallBench {
    static let verb = "bench-call"

    private static let usage = "usage: tuned-worker bench-call LIBRARY TRAINABLE CALLS"
    /// Long enough that reading the clock does not count.
    private static let batch = 1000

    static func main(_ arguments: [String]) -> Never {
        guard arguments.count == 3, let calls = Int(arguments[2]), calls > 0, let path = realpath(arguments[0], nil) else {
            complain(usage)
            exit(64)
        }
        defer { free(path) }
        do throws(PluginError) {
            print(try measure(String(cString: path), arguments[1], calls).text())
        } catch {
            complain("\(error)")
            exit(1)
        }
        // What the library registered for the exit is not part of what is measured.
        tuned_flush_output()
        _exit(0)
    }

    private static func measure(_ path: String, _ trainable: String, _ calls: Int) throws(PluginError) -> JSONValue {
        let library = try loadPluginCode(path: path)
        guard let declared = library.plugin.trainables.first(where: { $0.id == trainable }),
            let schema = try? Schema(parsing: declared.schemaJSON)
        else { throw PluginError(.unknownTrainable, "\(path) has no trainable \"\(trainable)\" with a schema that can be read") }
        let page = makePage()
        let host = try library.open(
            OpenRequest(
                path: path, trainable: trainable, parameters: WireParameter.list(schema.space),
                metrics: schema.metrics.count, configJSON: "{}", config: [], dataPath: nil, describesDataset: false,
                fullBudget: schema.fidelity?.high ?? 0),
            sink: HostSink(page: page, doorbell: {}, log: STDERR_FILENO), folds: [])
        let configuration = schema.space.defaults
        var nanoseconds: [Double] = []
        var metrics = [[Double]](repeating: [], count: schema.metrics.count)
        var done = 0
        while done < calls {
            let count = min(batch, calls - done)
            var results: [RunResult] = []
            results.reserveCapacity(count)
            let start = now()
            for call in done..<done + count {
                results.append(
                    host.run(
                        RunRequest(
                            nonce: UInt64(call), trial: Int64(call), run: 0, attempt: 0, purpose: 0, seed: UInt64(call), budget: 0,
                            deadline: 0, fold: 0, folds: 0, configuration: configuration)))
                tuned_page_set_tail(page, tuned_page_waiting(page, 0))
            }
            nanoseconds.append((now() - start) / Double(count))
            for result in results {
                guard result.code == 0 else {
                    throw PluginError(.malformed, "\(trainable) returned \(result.code)\(result.text.isEmpty ? "" : ": \(result.text)")")
                }
                for (metric, value) in result.metrics.enumerated() { if let value { metrics[metric].append(value) } }
            }
            done += count
        }
        nanoseconds.sort()
        let medians = zip(schema.metrics, metrics).map { metric, values in
            (metric.name, values.isEmpty ? JSONValue.null : .number(values.sorted()[values.count / 2]))
        }
        return .object([
            "calls": .integer(Int64(calls)), "ns": .number(nanoseconds[nanoseconds.count / 2]), "min_ns": .number(nanoseconds[0]),
            "max_ns": .number(nanoseconds[nanoseconds.count - 1]),
            "metrics": .object(Dictionary(medians, uniquingKeysWith: { first, _ in first })),
        ])
    }

    /// The page that a worker shares with its daemon; here nobody else reads it.
    private static func makePage() -> OpaquePointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: tuned_page_size(), alignment: 64)
        memset(memory, 0, tuned_page_size())
        let page = OpaquePointer(memory)
        tuned_page_initialize(page)
        return page
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
