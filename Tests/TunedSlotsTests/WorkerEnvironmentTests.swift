import Dispatch
import Testing
import TunedRecords
import TunedSlots

@Suite struct WorkerEnvironmentTests {
    private func variables(
        cpus: [Int] = [0, 1, 2], gpus: [String] = [], machineHasGPUs: Bool = false, _ inherited: [String: String] = [:]
    ) -> [String: String] {
        let grant = SlotGrant(id: 1, cpus: cpus, gpus: gpus, memory: 0, queue: .main)
        return WorkerEnvironment.variables(for: grant, machineHasGPUs: machineHasGPUs, inherited: inherited)
    }

    @Test(arguments: [
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ])
    func threadsEqualTheSlotsCPUsUnlessTheUserSetThem(name: String) {
        #expect(variables()[name] == "3")
        #expect(variables([name: "1"])[name] == nil)
    }

    @Test func usersOpenMPCountHoldsForTheLibrariesThatFollowIt() {
        #expect(variables(["OMP_NUM_THREADS": "1"]) == ["VECLIB_MAXIMUM_THREADS": "3"])
    }

    @Test func gpusAreNamedByUUID() {
        let both = variables(gpus: ["GPU-a", "GPU-b"], machineHasGPUs: true)
        #expect(both["CUDA_VISIBLE_DEVICES"] == "GPU-a,GPU-b")
    }

    @Test func trialThatAskedForNoGPUSeesNone() {
        #expect(variables(machineHasGPUs: true)["CUDA_VISIBLE_DEVICES"] == "")
        #expect(variables(machineHasGPUs: false)["CUDA_VISIBLE_DEVICES"] == nil)
    }

    @Test func daemonsOwnMaskIsReplaced() {
        let inherited = ["CUDA_VISIBLE_DEVICES": "0,1"]
        #expect(variables(gpus: ["GPU-a"], machineHasGPUs: true, inherited)["CUDA_VISIBLE_DEVICES"] == "GPU-a")
    }

    @Test func underSlurmTheGPUsAreSlurms() {
        let slurm = variables(gpus: ["GPU-a"], machineHasGPUs: true, ["SLURM_JOB_ID": "7"])
        #expect(slurm["CUDA_VISIBLE_DEVICES"] == nil)
        #expect(slurm["OMP_NUM_THREADS"] == "3")
    }
}
