import TunedRecords

/// Decides who may run now. Pure: time is given, and nothing happens but what is returned.
struct SlotArbiter {
    struct Decision {
        let id: UInt64
        let placement: SlotLedger.Placement
        let grant: @Sendable (SlotGrant) -> Void
    }

    private struct Held {
        let request: SlotRequest
        let placement: SlotLedger.Placement
        let share: Double
        let since: Double
        /// What runs there now, and since when: a slot may be handed on from trial to trial.
        var trial: Int
        var trialSince: Double
    }

    private(set) var ledger: SlotLedger
    private let settings: SlotSettings
    private var shares = FairShare()
    private var lanes: [WaitingLane.Key: WaitingLane] = [:]
    /// Where each waiting request stands.
    private var places: [UInt64: (lane: WaitingLane.Key, position: Int)] = [:]
    private var held: [UInt64: Held] = [:]
    /// The lane whose head has waited so long that what becomes free is kept for it.
    private var reserved: WaitingLane.Key?

    init(_ inventory: MachineInventory, settings: SlotSettings) {
        ledger = SlotLedger(inventory, settings: settings)
        self.settings = settings
    }

    mutating func enqueue(
        _ request: SlotRequest, id: UInt64, at now: Double, grant: @escaping @Sendable (SlotGrant) -> Void
    ) throws(SlotError) {
        guard request.weight > 0 && request.weight.isFinite else {
            throw SlotError(.invalidRequest, "a study's weight is \(request.weight); give a number above 0")
        }
        try ledger.check(request.resources)
        let key = WaitingLane.Key(study: request.study, priority: request.priority, resources: request.resources)
        let entry = WaitingLane.Entry(id: id, request: request, since: now, grant: grant)
        places[id] = (key, lanes[key, default: WaitingLane()].append(entry))
        shares.asks(request.study, weight: request.weight, at: now)
    }

    mutating func note(_ id: UInt64, trial: Int, at now: Double) {
        held[id]?.trial = trial
        held[id]?.trialSince = now
    }

    var isAnyoneWaiting: Bool { !places.isEmpty }

    /// Takes a request out of the queue; false where it is not in it, for one because it was granted.
    mutating func withdraw(_ id: UInt64) -> Bool {
        guard let place = places.removeValue(forKey: id) else { return false }
        lanes[place.lane]?.withdraw(at: place.position)
        removeIfEmpty(place.lane)
        shares.withdraws(place.lane.study)
        return true
    }

    /// Frees what a grant occupies; false where it is free already.
    mutating func release(_ id: UInt64, at now: Double) -> Bool {
        guard let was = held.removeValue(forKey: id) else { return false }
        ledger.free(was.placement)
        shares.ends(was.request.study, share: was.share, since: was.since, at: now)
        return true
    }

    mutating func observe(_ report: GPUReport) { ledger.observe(report, userID: settings.userID) }

    /// Grants all that may run now, in the order of service.
    mutating func decide(at now: Double) -> [Decision] {
        var decisions: [Decision] = []
        while ledger.hasFreeCPU && !lanes.isEmpty {
            renewReservation(at: now)
            guard let key = next(at: now), let decision = start(key, at: now) else { break }
            decisions.append(decision)
        }
        return decisions
    }

    private mutating func start(_ key: WaitingLane.Key, at now: Double) -> Decision? {
        guard let placement = ledger.place(key.resources), let entry = lanes[key]?.removeFirst(at: now) else {
            return nil
        }
        removeIfEmpty(key)
        if reserved == key { reserved = nil }
        places[entry.id] = nil
        let share = ledger.dominantShare(of: key.resources)
        held[entry.id] = Held(request: entry.request, placement: placement, share: share, since: now, trial: entry.request.trial, trialSince: now)
        shares.starts(key.study, share: share, at: now)
        return Decision(id: entry.id, placement: placement, grant: entry.grant)
    }

    private func mayStart(_ key: WaitingLane.Key) -> Bool {
        guard let reserved, reserved != key else { return ledger.fits(key.resources) }
        return ledger.fits(key.resources, besides: reserved.resources)
    }

    /// The order of service: the reserved lane, then by fair share, priority and age.
    private func rank(_ key: WaitingLane.Key, _ lane: WaitingLane, at now: Double) -> (Int, Double, Int, UInt64) {
        (key == reserved ? 0 : 1, shares.usage(of: key.study, at: now), -key.priority, lane.head?.id ?? .max)
    }

    /// The first lane in the order of service whose head may start.
    private func next(at now: Double) -> WaitingLane.Key? {
        var best: (key: WaitingLane.Key, rank: (Int, Double, Int, UInt64))?
        for (key, lane) in lanes where mayStart(key) {
            let rank = rank(key, lane, at: now)
            if best.map({ rank < $0.rank }) ?? true { best = (key, rank) }
        }
        return best?.key
    }

    /// Keeps room for the request that was passed by for longest, if that is too long. A request that waits for GPUs
    /// which others use gets none: nobody knows how long the machine would then stand idle.
    private mutating func renewReservation(at now: Double) {
        if let key = reserved, lanes[key] == nil || !ledger.fitsWhenEmpty(key.resources) { reserved = nil }
        guard reserved == nil else { return }
        var oldest: (key: WaitingLane.Key, since: Double, id: UInt64)?
        for (key, lane) in lanes {
            let since = lane.waitingSince
            guard now - since >= settings.reservationWait, !ledger.fits(key.resources), ledger.fitsWhenEmpty(key.resources)
            else { continue }
            let id = lane.head?.id ?? .max
            if oldest.map({ (since, id) < ($0.since, $0.id) }) ?? true { oldest = (key, since, id) }
        }
        reserved = oldest?.key
    }

    private mutating func removeIfEmpty(_ key: WaitingLane.Key) {
        if lanes[key]?.count == 0 { lanes[key] = nil }
    }
}

extension SlotArbiter {
    /// - Parameter limit: of the waiting requests that are described one by one.
    func snapshot(at now: Double, limit: Int) -> SlotsSnapshot {
        var snapshot = SlotsSnapshot()
        ledger.describe(in: &snapshot)
        snapshot.holders = held.sorted { ($0.value.since, $0.key) < ($1.value.since, $1.key) }.map { id, held in
            SlotsSnapshot.Holder(
                id: id, study: held.request.study, trial: held.trial, cpus: held.placement.cpus,
                gpus: ledger.uuids(of: held.placement), memory: held.placement.memory, heldFor: now - held.trialSince)
        }
        snapshot.waitingCount = places.count
        let inOrder = lanes.sorted { rank($0.key, $0.value, at: now) < rank($1.key, $1.value, at: now) }
        for (key, lane) in inOrder where snapshot.waiters.count < limit {
            let reason = reason(for: key, at: now)
            for entry in lane.waiting.prefix(limit - snapshot.waiters.count) {
                snapshot.waiters.append(
                    SlotsSnapshot.Waiter(
                        id: entry.id, study: key.study, trial: entry.request.trial, priority: key.priority,
                        resources: key.resources, waitedFor: now - entry.since, reason: reason))
            }
        }
        return snapshot
    }

    private func reason(for key: WaitingLane.Key, at now: Double) -> String {
        if let shortage = ledger.shortage(of: key.resources) {
            return key == reserved ? "\(shortage); what becomes free is kept for it" : shortage
        }
        if let reserved, let lane = lanes[reserved] {
            return "reserved for a larger request that has waited \(Int(now - lane.waitingSince)) s"
        }
        return "comes next"
    }
}
