import Dispatch
import Synchronization
public import TunedRecords

/// Hands out the machine in slots: CPU cores, GPUs and memory that one attempt occupies until it gives them back.
///
/// Studies take turns by weighted fair share, then priority, then age. Smaller requests fill the gaps that a larger one
/// leaves while it waits, until it has waited for ``SlotSettings/reservationWait``; then what becomes free is kept for it.
///
/// All methods may be called from any thread or queue, a slot's own too. They block only while another call is under way.
public final class SlotScheduler: @unchecked Sendable {
    // Unchecked: `arbiter` and `queues` are touched only on `queue`; everything else is constant.
    private let queue = DispatchQueue(label: "tuned.slots")
    private var arbiter: SlotArbiter
    private var queues: SlotQueuePool
    private let clock: any TimeSource
    private let warnings: [String]

    /// Grants are numbered among all that the process makes, whichever scheduler makes them.
    private static let nextID = Atomic<UInt64>(1)

    public init(inventory: MachineInventory, settings: SlotSettings = SlotSettings(), clock: any TimeSource) {
        arbiter = SlotArbiter(inventory, settings: settings)
        queues = SlotQueuePool(capacity: 16 + 2 * inventory.topology.cpus.count)
        self.clock = clock
        warnings = inventory.warnings
    }

    /// Asks for a slot.
    ///
    /// A study that keeps one request waiting while others of its own run gets its share to the full; one that asks only
    /// after a release may find that others were served in between.
    ///
    /// - Parameter grant: called once, on the slot's queue, possibly before this returns; never after ``withdraw(_:)``
    ///   returned true. Who is called owns the slot until ``release(_:)``.
    /// - Returns: the request's number, which the grant will bear.
    /// - Throws: ``SlotError/Code/neverFits`` or ``SlotError/Code/invalidRequest``, at once.
    public func request(
        _ request: SlotRequest, grant: @escaping @Sendable (SlotGrant) -> Void
    ) throws(SlotError) -> UInt64 {
        let id = Self.nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        let refusal: SlotError? = queue.sync {
            let now = clock.monotonicSeconds()
            do throws(SlotError) {
                try arbiter.enqueue(request, id: id, at: now, grant: grant)
            } catch {
                return error
            }
            serve(at: now)
            return nil
        }
        if let refusal { throw refusal }
        return id
    }

    /// Takes a request back.
    ///
    /// - Returns: true where it was still waiting. Otherwise its `grant` was or will be called, and the slot must be
    ///   released.
    @discardableResult
    public func withdraw(_ id: UInt64) -> Bool {
        queue.sync {
            guard arbiter.withdraw(id) else { return false }
            // It may have been what others were kept waiting for.
            serve(at: clock.monotonicSeconds())
            return true
        }
    }

    /// Gives a slot back. Giving it back again does nothing.
    public func release(_ grant: SlotGrant) {
        queue.sync {
            let now = clock.monotonicSeconds()
            if arbiter.release(grant.id, at: now) { serve(at: now) }
        }
    }

    /// Whether any request waits. Where none does, who has a slot may run another of its trials in it without giving it
    /// back first.
    public var isAnyoneWaiting: Bool { queue.sync { arbiter.isAnyoneWaiting } }

    /// Says which trial runs in a slot, where it is not the one that the slot was asked for; for those who look.
    public func note(_ grant: SlotGrant, trial: Int) {
        queue.sync { arbiter.note(grant.id, trial: trial, at: clock.monotonicSeconds()) }
    }

    /// How many attempts of this size the machine runs at once when it runs nothing else.
    public func capacity(for resources: ResourceRequest) -> Int { queue.sync { arbiter.ledger.capacity(for: resources) } }

    /// - Throws: what ``request(_:grant:)`` would: the request makes no sense, or never fits.
    public func check(_ resources: ResourceRequest) throws(SlotError) {
        let refusal: SlotError? = queue.sync {
            do throws(SlotError) {
                try arbiter.ledger.check(resources)
                return nil
            } catch {
                return error
            }
        }
        if let refusal { throw refusal }
    }

    /// Takes note of a later look at the GPUs: one that the driver lost, or that another user's process uses, is not
    /// granted until a report shows it free again. GPUs that the inventory did not have are not added.
    public func observe(_ report: GPUReport) {
        queue.sync {
            arbiter.observe(report)
            serve(at: clock.monotonicSeconds())
        }
    }

    /// Who has what, and what each request waits for.
    ///
    /// - Parameter limit: of the waiting requests that are listed.
    public func snapshot(limit: Int = 1000) -> SlotsSnapshot {
        var snapshot = queue.sync { arbiter.snapshot(at: clock.monotonicSeconds(), limit: limit) }
        snapshot.warnings = warnings
        return snapshot
    }

    private func serve(at now: Double) {
        for decision in arbiter.decide(at: now) {
            let slot = queues.queue(for: decision.placement.cpus)
            let grant = SlotGrant(
                id: decision.id, cpus: decision.placement.cpus, gpus: arbiter.ledger.uuids(of: decision.placement),
                memory: decision.placement.memory, queue: slot)
            slot.async { decision.grant(grant) }
        }
    }
}
