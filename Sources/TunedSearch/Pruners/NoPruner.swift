/// Every trial gets all of its budget, and none ends early.
struct NoPruner: Pruner {
    let identity = PrunerIdentity(name: "none", revision: 1)
    let explanation = "no pruning: every trial runs to its end"

    mutating func observe(_ observation: PrunerObservation) {}
}
