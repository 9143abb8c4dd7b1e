import TunedRecords

/// What of the machine is taken and what is free; what fits, and why something does not.
struct SlotLedger {
    /// Where a request was placed.
    struct Placement {
        let cpus: [Int]
        /// Indices in the inventory.
        let gpus: [Int]
        let memory: UInt64
    }

    private var cpus: CPUPool
    private var gpus: GPUPool
    private let memoryTotal: UInt64
    private var memoryFree: UInt64

    init(_ inventory: MachineInventory, settings: SlotSettings) {
        let pool = CPUPool(inventory.topology)
        cpus = pool
        gpus = GPUPool(inventory.gpus, sharing: settings.slotsPerGPU) { pool.nodeNumbers(of: $0) }
        memoryTotal = inventory.memoryTotal
        memoryFree = inventory.memoryTotal
        observe(GPUReport(gpus: inventory.gpus), userID: settings.userID)
    }

    /// Refuses what could not be placed if the whole machine were free.
    func check(_ request: ResourceRequest) throws(SlotError) {
        guard request.cpus >= 1 else {
            throw SlotError(.invalidRequest, "asked \(request.cpus) cpus; a trial needs at least 1")
        }
        guard request.gpus >= 0 else { throw SlotError(.invalidRequest, "asked \(request.gpus) GPUs; ask 0 or more") }
        guard request.cpus <= cpus.total else {
            throw SlotError(.neverFits, "asked \(request.cpus) cpus, the machine offers \(cpus.total)")
        }
        guard request.gpus <= gpus.total(for: request.gpus) else {
            let offered = gpus.total(for: request.gpus)
            let parts = offered < gpus.total ? " to one trial; of MIG devices a trial can use only one" : ""
            throw SlotError(.neverFits, "asked \(request.gpus) GPUs, the machine offers \(offered)\(parts)")
        }
        guard request.memory <= memoryTotal else {
            throw SlotError(
                .neverFits,
                "asked \(ByteCount.text(request.memory)) memory, the machine offers \(ByteCount.text(memoryTotal))")
        }
    }

    var hasFreeCPU: Bool { cpus.freeCount > 0 }

    func fits(_ request: ResourceRequest) -> Bool {
        request.cpus <= cpus.freeCount && request.memory <= memoryFree
            && (request.gpus == 0 || request.gpus <= gpus.free(for: request.gpus))
    }

    /// Whether `request` takes nothing that `reserved` waits for, or leaves enough of it.
    func fits(_ request: ResourceRequest, besides reserved: ResourceRequest) -> Bool {
        guard fits(request), request.cpus + reserved.cpus <= cpus.freeCount else { return false }
        if request.memory > 0 && reserved.memory > memoryFree - request.memory { return false }
        if request.gpus > 0 && reserved.gpus > 0 {
            return request.gpus + reserved.gpus <= gpus.free(for: max(request.gpus, reserved.gpus))
        }
        return true
    }

    /// Whether it would fit if all slots were empty: false where it waits for GPUs that others use.
    func fitsWhenEmpty(_ request: ResourceRequest) -> Bool {
        request.gpus == 0 || request.gpus <= gpus.usable(for: request.gpus)
    }

    /// How many such requests the empty machine runs at once.
    func capacity(for request: ResourceRequest) -> Int {
        var count = cpus.total / max(1, request.cpus)
        if request.gpus > 0 { count = min(count, gpus.total * gpus.sharing / request.gpus) }
        if request.memory > 0 { count = min(count, Int(clamping: memoryTotal / request.memory)) }
        return count
    }

    mutating func place(_ request: ResourceRequest) -> Placement? {
        guard fits(request), let devices = gpus.take(request.gpus) else { return nil }
        let near = gpus.nodes(near: devices)
        guard let cores = cpus.take(request.cpus, near: near, avoiding: gpus.nodes) else {
            gpus.give(devices)
            return nil
        }
        memoryFree -= request.memory
        return Placement(cpus: cores, gpus: devices, memory: request.memory)
    }

    mutating func free(_ placement: Placement) {
        cpus.give(placement.cpus)
        gpus.give(placement.gpus)
        memoryFree += placement.memory
    }

    func uuids(of placement: Placement) -> [String] { gpus.uuids(of: placement.gpus) }

    mutating func observe(_ report: GPUReport, userID: UInt32) { gpus.observe(report, userID: userID) }

    /// The part of the machine that a request occupies, 0 to 1: that of the resource which it takes most of ("dominant
    /// share", Ghodsi et al., Dominant Resource Fairness, NSDI 2011, section 4).
    func dominantShare(of request: ResourceRequest) -> Double {
        var share = Double(request.cpus) / Double(max(1, cpus.total))
        if request.gpus > 0 { share = max(share, Double(request.gpus) / Double(max(1, gpus.total * gpus.sharing))) }
        if request.memory > 0 { share = max(share, Double(request.memory) / Double(max(1, memoryTotal))) }
        return share
    }

    /// What a request that does not fit lacks, for a person; nil for one that fits.
    func shortage(of request: ResourceRequest) -> String? {
        var lacks: [String] = []
        if request.cpus > cpus.freeCount {
            let unit = request.cpus == 1 ? "cpu" : "cpus"
            lacks.append("asks \(request.cpus) \(unit), \(cpus.freeCount) of \(cpus.total) free")
        }
        if request.gpus > 0 {
            let free = gpus.free(for: request.gpus)
            if request.gpus > free {
                let all = gpus.total(for: request.gpus)
                lacks.append("asks \(request.gpus) \(request.gpus == 1 ? "GPU" : "GPUs"), \(free) of \(all) free")
                lacks.append(contentsOf: gpus.obstacles)
            }
        }
        if request.memory > memoryFree {
            lacks.append(
                "asks \(ByteCount.text(request.memory)) memory, "
                    + "\(ByteCount.text(memoryFree)) of \(ByteCount.text(memoryTotal)) free")
        }
        return lacks.isEmpty ? nil : lacks.joined(separator: "; ")
    }

    /// Fills in the machine's part of a snapshot.
    func describe(in snapshot: inout SlotsSnapshot) {
        snapshot.cpusTotal = cpus.total
        snapshot.cpusFree = cpus.freeCount
        snapshot.memoryTotal = memoryTotal
        snapshot.memoryFree = memoryFree
        snapshot.gpus = gpus.status
    }
}
