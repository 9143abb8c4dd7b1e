import Testing
import TunedSlots

@Suite struct InventoryTests {
    private static let meminfo = [
        "proc/meminfo": "MemTotal:       16777216 kB\nMemFree: 1 kB\nMemAvailable:    8388608 kB"
    ]

    @Test func thisMachineHasAnInventory() throws {
        let inventory = try MachineInventory.take(report: .none)
        #expect(!inventory.topology.cpus.isEmpty)
        #expect(inventory.topology.cpus == inventory.topology.cpus.sorted())
        #expect(inventory.topology.cores.flatMap(\.cpus).sorted() == inventory.topology.cpus)
        #expect(inventory.memoryTotal > 0 && inventory.memoryAvailable <= inventory.memoryTotal)
        #expect(inventory.gpus.isEmpty)
    }

    @Test func coresNodesAndGPUNeighboursAreRead() throws {
        var contents = Self.meminfo
        contents["sys/devices/system/node/online"] = "0-1"
        contents["sys/devices/system/node/node0/cpulist"] = "0-1,4-5"
        contents["sys/devices/system/node/node1/cpulist"] = "2-3,6-7"
        for cpu in 0..<8 {
            contents["sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list"] = "\(cpu % 4),\(cpu % 4 + 4)"
        }
        contents["sys/bus/pci/devices/0000:3b:00.0/local_cpulist"] = "2-3,6-7"
        let root = try FakeRoot(contents)
        let gpu = GPU(uuid: "GPU-1", name: "Fake 9000", memory: 1, pciAddress: "0000:3b:00.0")
        // CPU 5 was taken away from this process.
        let inventory = try MachineInventory.take(
            report: GPUReport(gpus: [gpu], driverVersion: "1", warnings: ["w"]), visibleGPUs: nil,
            cpus: [0, 1, 2, 3, 4, 6, 7], files: root.files)
        #expect(
            inventory.topology.cores == [
                CPUTopology.Core(cpus: [0, 4], node: 0), CPUTopology.Core(cpus: [1], node: 0),
                CPUTopology.Core(cpus: [2, 6], node: 1), CPUTopology.Core(cpus: [3, 7], node: 1),
            ])
        #expect(inventory.gpus.first?.localCPUs == [2, 3, 6, 7])
        #expect(inventory.driverVersion == "1" && inventory.warnings == ["w"])
        #expect(inventory.memoryTotal == 16 << 30 && inventory.memoryAvailable == 8 << 30)
    }

    @Test func silentSystemMeansOneCoreForEachCPU() throws {
        let root = try FakeRoot(Self.meminfo)
        let inventory = try MachineInventory.take(report: .none, visibleGPUs: nil, cpus: [3, 5], files: root.files)
        #expect(inventory.topology.cores == [CPUTopology.Core(cpus: [3]), CPUTopology.Core(cpus: [5])])
    }

    @Test func unreadableMemoryIsAnError() throws {
        let root = try FakeRoot([:])
        let error = try #require(throws: SlotError.self) {
            try MachineInventory.take(report: .none, visibleGPUs: nil, cpus: [0], files: root.files)
        }
        #expect(error.code == .inventory)
    }

    @Test(arguments: [
        ("0::/lab/a", ["sys/fs/cgroup/lab/a/memory.max": "max", "sys/fs/cgroup/lab/memory.max": "1048576"], 1 << 20),
        ("0::/lab/a", ["sys/fs/cgroup/lab/a/memory.max": "2048", "sys/fs/cgroup/lab/memory.max": "4096"], 2048),
        ("5:cpu:/x\n4:memory:/box\n0::/", ["sys/fs/cgroup/memory/box/memory.limit_in_bytes": "4096"], 4096),
        // A container sees its own limit at the root, and the host's path in /proc.
        ("4:memory:/docker/1f", ["sys/fs/cgroup/memory/memory.limit_in_bytes": "8192"], 8192),
        ("4:memory:/", ["sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"], 16 << 30),
        ("", [:], 16 << 30),
    ])
    func controlGroupLimitsMemory(groups: String, limits: [String: String], total: UInt64) throws {
        var contents = Self.meminfo.merging(limits) { $1 }
        contents["proc/self/cgroup"] = groups
        let root = try FakeRoot(contents)
        let inventory = try MachineInventory.take(report: .none, visibleGPUs: nil, cpus: [0], files: root.files)
        #expect(inventory.memoryTotal == total)
        #expect(inventory.memoryAvailable == min(total, 8 << 30))
    }

    @Test(arguments: [
        ("0::/lab", ["sys/fs/cgroup/lab/cpu.max": "150000 100000"], "1.5"),
        ("0::/lab", ["sys/fs/cgroup/lab/cpu.max": "max 100000", "sys/fs/cgroup/cpu.max": "400000 100000"], nil),
        (
            "3:cpu,cpuacct:/box",
            ["sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": "50000", "sys/fs/cgroup/cpu/box/cpu.cfs_period_us": "100000"], "0.5"
        ),
        (
            "3:cpu:/", ["sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"], nil
        ),
    ] as [(String, [String: String], String?)])
    func controlGroupThatSlowsTrialsDownIsToldOf(groups: String, limits: [String: String], quota: String?) throws {
        var contents = Self.meminfo.merging(limits) { $1 }
        contents["proc/self/cgroup"] = groups
        let root = try FakeRoot(contents)
        let inventory = try MachineInventory.take(report: .none, visibleGPUs: nil, cpus: [0, 1], files: root.files)
        #expect(inventory.warnings.count == (quota == nil ? 0 : 1))
        if let quota { #expect(inventory.warnings.first?.contains("the time of \(quota) CPUs") == true) }
    }

    @Test(arguments: [
        ("", []), ("-1", []), ("1", ["GPU-b1"]), ("1,0", ["GPU-b1", "GPU-a1"]), ("0,9,1", ["GPU-a1"]),
        ("GPU-b2", ["GPU-b2"]), ("GPU-a", ["GPU-a1"]), ("GPU-b", []), ("GPU-b1, GPU-b1", ["GPU-b1"]),
    ])
    func daemonsOwnMaskIsRespected(mask: String, visible: [String]) {
        let gpus = ["GPU-a1", "GPU-b1", "GPU-b2"].map { GPU(uuid: $0, name: "", memory: 0) }
        #expect(GPU.visible(gpus, to: mask).map(\.uuid) == visible)
    }

    @Test(arguments: [
        ("0-3,8", [0, 1, 2, 3, 8]), ("", []), ("5", [5]), ("8,0-1", [0, 1, 8]), ("3-1", nil), ("a", nil), ("1-2-3", nil),
        ("-1", nil), ("0-99999999999", nil),
    ] as [(String, [Int]?)])
    func cpuLists(text: String, cpus: [Int]?) {
        #expect(CPUList.parse(text) == cpus)
        if let cpus { #expect(CPUList.parse(CPUList.format(cpus)) == cpus) }
    }
}
