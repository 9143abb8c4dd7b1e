import Glibc
import TunedSearch
import TunedSpace

/// A study in memory: a sampler, the configurations that are out, and the next trial's number.
///
/// Begun by
///
///     {"space": [...], "sampler": "auto", "settings": {}, "seed": 1, "objectives": 1, "budget": 100, "parallel": 1}
///
/// with the parameters as a schema declares them. Then any of
///
///     {"ask": true}                                    {"trial": 0, "values": {"x": 0.5}, "ns": 1200}, or {"exhausted": true}
///     {"tell": 0, "values": [0.3]}                     {"told": 0, "ns": 300}; values are minimised
///     {"tell": 0, "failed": true}                      also "cancelled", and "pruned": {"step": 3, "value": 0.4}
///     {"report": 0, "step": 3, "value": 0.4}           {"reported": 0}
///     {"add": {"x": 0.5}, "values": [0.3]}             {"added": 1}: a trial that ran elsewhere
///     {"explain": true}                                {"explanation": "..."}
///
/// Several trials may be out at once. "ns" is the time inside the sampler, without that of the pipe. With a pruner see ``FidelityRun``.
struct Run {
    private let space: SearchSpace
    private let objectives: Int
    private var sampler: any Sampler
    private var isOut: Set<Int> = []
    private var next = 0
    /// In whose hands everything is where there is a pruner.
    private var fidelity: FidelityRun?

    init(_ request: JSONValue) throws {
        guard case .array(let items)? = request["space"] else { throw DriverError("the first line needs \"space\", a list of parameters") }
        space = try SearchSpace(declaring: items.map(Self.named))
        objectives = Int(request["objectives"]?.integerValue ?? 1)
        var problem = SearchProblem(space: space, objectives: objectives)
        if let seed = request["seed"]?.integerValue { problem.seed = UInt64(bitPattern: seed) }
        problem.budget = (request["budget"]?.integerValue).map { Int($0) }
        problem.fidelity = try FidelityRun.fidelity(of: request)
        sampler = try SamplerRegistry.make(
            name: request["sampler"]?.stringValue ?? "auto", settings: request["settings"]?.objectValue ?? [:], problem: problem)
        if request["pruner"] != nil {
            fidelity = try FidelityRun(request, space: space, sampler: sampler, problem: problem)
        }
    }

    /// The name apart from the rest, as ``SearchSpace/init(declaring:)`` takes it.
    private static func named(_ item: JSONValue) throws -> (name: String, parameter: JSONValue) {
        guard case .object(var fields) = item, let name = fields.removeValue(forKey: "name")?.stringValue else {
            throw DriverError("a parameter is a map with a \"name\"")
        }
        return (name, .object(fields))
    }

    var introduction: [String: JSONValue] {
        if let fidelity { return fidelity.introduction }
        return [
            "sampler": .string(sampler.identity.name), "revision": .integer(Int64(sampler.identity.revision)),
            "explanation": .string(sampler.explanation),
        ]
    }

    mutating func serve(_ request: JSONValue) throws -> [String: JSONValue] {
        if var running = fidelity.take() {
            defer { fidelity = running }
            return try running.serve(request)
        }
        if request["ask"] != nil { return try ask() }
        if let trial = request["tell"]?.integerValue { return try tell(Int(trial), request) }
        if let trial = request["report"]?.integerValue { return try report(Int(trial), request) }
        if let fields = request["add"]?.objectValue { return try add(fields, request) }
        if request["explain"] != nil { return introduction }
        throw DriverError("a request is one of: ask, tell, report, add, explain")
    }

    private mutating func ask() throws -> [String: JSONValue] {
        let began = nanoseconds()
        guard case .configuration(let configuration) = try sampler.suggest(trial: next) else { return ["exhausted": .boolean(true)] }
        sampler.observe(.pending(trial: next, configuration))
        let took = nanoseconds() - began
        try space.validate(configuration)
        defer { next += 1 }
        isOut.insert(next)
        let values = Dictionary(uniqueKeysWithValues: space.json(configuration).map { ($0.name, $0.value) })
        return ["trial": .integer(Int64(next)), "values": .object(values), "ns": .integer(took)]
    }

    private mutating func tell(_ trial: Int, _ request: JSONValue) throws -> [String: JSONValue] {
        guard isOut.contains(trial) else { throw DriverError("trial \(trial) is not out") }
        let outcome = try outcome(request)
        isOut.remove(trial)
        let began = nanoseconds()
        sampler.observe(.finished(trial: trial, outcome))
        // Trials are taken to last so long that suggestions cost nothing.
        if let change = sampler.reconsidered(SearchEffort()) { sampler.observe(.switched(to: change.method)) }
        return ["told": .integer(Int64(trial)), "ns": .integer(nanoseconds() - began)]
    }

    private mutating func report(_ trial: Int, _ request: JSONValue) throws -> [String: JSONValue] {
        guard isOut.contains(trial) else { throw DriverError("trial \(trial) is not out") }
        guard let step = request["step"]?.integerValue, let value = request["value"]?.measured else {
            throw DriverError("a report needs \"step\" and \"value\"")
        }
        sampler.observe(.report(trial: trial, step: step, value: value))
        return ["reported": .integer(Int64(trial))]
    }

    private mutating func add(_ fields: [String: JSONValue], _ request: JSONValue) throws -> [String: JSONValue] {
        let configuration = try space.configuration(from: fields)
        let outcome = try outcome(request)
        defer { next += 1 }
        sampler.observe(.pending(trial: next, configuration))
        sampler.observe(.finished(trial: next, outcome))
        return ["added": .integer(Int64(next))]
    }

    private func outcome(_ request: JSONValue) throws -> Outcome {
        if request["failed"]?.booleanValue == true { return .failed }
        if request["cancelled"]?.booleanValue == true { return .cancelled }
        if let pruned = request["pruned"] {
            guard let step = pruned["step"]?.integerValue, let value = pruned["value"]?.measured else {
                throw DriverError("\"pruned\" needs \"step\" and \"value\"")
            }
            return .pruned(step: step, value: value)
        }
        guard let values = request["values"]?.arrayValue?.map(\.measured), values.count == objectives, !values.contains(nil) else {
            throw DriverError("\"values\" is a list of as many numbers as there are objectives, \(objectives)")
        }
        return .complete(values.compactMap(\.self))
    }
}

extension JSONValue {
    /// A number that was measured: null where it is none, which JSON cannot say otherwise.
    var measured: Double? { self == .null ? .nan : doubleValue }
}

struct DriverError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

func nanoseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
