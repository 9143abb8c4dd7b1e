public import TunedRecords

/// The variables that keep a worker's libraries inside its slot.
public enum WorkerEnvironment {
    /// Read by OpenMP, and by the libraries below where their own variable is not set.
    private static let openMP = "OMP_NUM_THREADS"
    private static let followersOfOpenMP = [
        "BLIS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "OPENBLAS_NUM_THREADS",
    ]
    private static let others = ["VECLIB_MAXIMUM_THREADS"]

    /// What to set for a worker in this slot, over what it inherits.
    ///
    /// Thread counts equal the slot's CPUs, except where the user set them: a user's `OMP_NUM_THREADS` also holds for the
    /// libraries that follow it. Under Slurm, `CUDA_VISIBLE_DEVICES` is Slurm's to set.
    ///
    /// - Parameters:
    ///   - machineHasGPUs: a trial that asked for no GPU is then kept from seeing any.
    ///   - inherited: the environment that the worker gets otherwise.
    public static func variables(
        for grant: SlotGrant, machineHasGPUs: Bool, inherited: [String: String]
    ) -> [String: String] {
        let threads = String(grant.cpus.count)
        var variables: [String: String] = [:]
        let names = inherited[openMP] == nil ? [openMP] + followersOfOpenMP + others : others
        for name in names where inherited[name] == nil { variables[name] = threads }
        if inherited["SLURM_JOB_ID"] == nil && (machineHasGPUs || !grant.gpus.isEmpty) {
            variables["CUDA_VISIBLE_DEVICES"] = grant.gpus.joined(separator: ",")
        }
        return variables
    }
}
