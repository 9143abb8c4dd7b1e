import TunedRecords
package import TunedSlots
package import TunedSpace

/// Who has which part of the machine, and what the others wait for. Sizes are bytes, times seconds.
package enum SlotsJSON {
    /// - Parameter names: Study names by number, for those that are known.
    package static func value(of slots: SlotsSnapshot, names: [Int64: String]) -> JSONValue {
        .object([
            "cpus": .object(["total": .integer(Int64(slots.cpusTotal)), "free": .integer(Int64(slots.cpusFree))]),
            "memory": .object(["total": size(slots.memoryTotal), "free": size(slots.memoryFree)]),
            "gpus": .array(slots.gpus.map(gpu)),
            "holders": .array(slots.holders.map { holder($0, names) }),
            "waiters": .array(slots.waiters.map { waiter($0, names) }),
            "waiting": .integer(Int64(slots.waitingCount)),
            "warnings": .array(slots.warnings.map(JSONValue.string)),
        ])
    }

    private static func gpu(_ gpu: SlotsSnapshot.GPUStatus) -> JSONValue {
        var fields: [String: JSONValue] = [
            "uuid": .string(gpu.uuid), "name": .string(gpu.name), "memory": size(gpu.memory),
            "shares": .integer(Int64(gpu.shares)), "taken": .integer(Int64(gpu.taken)),
        ]
        fields["obstacle"] = gpu.obstacle.map(JSONValue.string)
        return .object(fields)
    }

    private static func holder(_ holder: SlotsSnapshot.Holder, _ names: [Int64: String]) -> JSONValue {
        var fields: [String: JSONValue] = [
            "id": .integer(Int64(clamping: holder.id)), "trial": .integer(Int64(holder.trial)),
            "cpus": .array(holder.cpus.map { .integer(Int64($0)) }), "gpus": .array(holder.gpus.map(JSONValue.string)),
            "memory": size(holder.memory), "held_for": .number(holder.heldFor),
        ]
        fields["study"] = names[holder.study.rawValue].map(JSONValue.string)
        return .object(fields)
    }

    private static func waiter(_ waiter: SlotsSnapshot.Waiter, _ names: [Int64: String]) -> JSONValue {
        var fields: [String: JSONValue] = [
            "id": .integer(Int64(clamping: waiter.id)), "trial": .integer(Int64(waiter.trial)),
            "priority": .integer(Int64(waiter.priority)), "cpus": .integer(Int64(waiter.resources.cpus)),
            "gpus": .integer(Int64(waiter.resources.gpus)), "memory": size(waiter.resources.memory),
            "waited_for": .number(waiter.waitedFor), "reason": .string(waiter.reason),
        ]
        fields["study"] = names[waiter.study.rawValue].map(JSONValue.string)
        return .object(fields)
    }

    private static func size(_ bytes: UInt64) -> JSONValue { .integer(Int64(clamping: bytes)) }
}
