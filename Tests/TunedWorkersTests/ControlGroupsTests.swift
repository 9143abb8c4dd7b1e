import Glibc
import Testing
import TunedTestSupport
@testable import TunedWorkers

/// Which control groups are made, on machines of every kind: their files are ordinary ones in a folder here.
@Suite struct ControlGroupsTests {
    private let root = TestPlugins.temporaryDirectory()

    private func file(_ path: String, _ text: String = "") throws {
        var made = root
        for part in path.split(separator: "/").dropLast() {
            made += "/\(part)"
            mkdir(made, 0o755)
        }
        let descriptor = open("\(root)/\(path)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var text = text
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }

    private func text(_ path: String) -> String { ControlGroups.text("\(root)/\(path)") }

    /// A v2 machine on which the group has the controllers and nobody else in it.
    private func makeV2(controllers: String) throws {
        try file("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n")
        try file("proc/self/cgroup", "0::/user.slice/tuned.service\n")
        try file("sys/fs/cgroup/user.slice/tuned.service/cgroup.controllers", controllers)
        try file("sys/fs/cgroup/user.slice/tuned.service/cgroup.subtree_control")
        // A folder made here gets no files by itself, so the one of this "daemon" is laid out beforehand.
        try file("sys/fs/cgroup/user.slice/tuned.service/tuned-7/cgroup.subtree_control")
    }

    @Test func v2IsUsedWhereItHandsDownItsControllers() throws {
        try makeV2(controllers: "cpu memory pids\n")
        let groups = ControlGroups(root: root, process: 7)
        #expect(groups.hierarchies.map(\.version) == [.v2])
        #expect(groups.limitsMemory && groups.limitsProcesses)
        #expect(text("sys/fs/cgroup/user.slice/tuned.service/cgroup.subtree_control") == "+memory +pids")
        #expect(text("sys/fs/cgroup/user.slice/tuned.service/tuned-7/cgroup.subtree_control") == "+memory +pids")
    }

    @Test func v2WithoutTheControllersIsNotUsed() throws {
        try makeV2(controllers: "cpu io\n")
        let groups = ControlGroups(root: root, process: 7)
        #expect(groups.hierarchies.isEmpty)
        #expect(groups.makeGroup("token", memory: 1 << 20, processes: 10) == nil)
    }

    @Test func v1IsUsedByController() throws {
        try file(
            "proc/self/mountinfo",
            "33 30 0:29 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n34 30 0:30 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n")
        try file("proc/self/cgroup", "4:memory:/docker/abc/inner\n8:pids:/\n0::/\n")
        try file("sys/fs/cgroup/memory/inner/memory.limit_in_bytes")
        try file("sys/fs/cgroup/pids/pids.max")
        let groups = ControlGroups(root: root, process: 7)
        #expect(groups.hierarchies.map(\.folder) == ["\(root)/sys/fs/cgroup/memory/inner/tuned-7", "\(root)/sys/fs/cgroup/pids/tuned-7"])
        #expect(groups.hierarchies.map(\.version) == [.v1Memory, .v1Processes])
        // The kernel would make a group's files; here there are none, so no limit is taken, and no group kept.
        #expect(groups.makeGroup("token", memory: 1 << 20, processes: 10) == nil)
    }

    @Test(arguments: ["", "garbage", "1 2 3\n- - -\n", "30 23 0:26 / /x rw -", "9:::\n"])
    func whatCannotBeReadMeansNoGroups(text: String) throws {
        try file("proc/self/mountinfo", text)
        try file("proc/self/cgroup", text)
        #expect(ControlGroups(root: root, process: 7).hierarchies.isEmpty)
    }

    @Test func thisMachinesGroupsHoldWhatTheyAreGiven() throws {
        let groups = ControlGroups.shared
        guard groups.limitsProcesses else { return }
        let group = try #require(groups.makeGroup("test-\(getpid())", memory: 0, processes: 5))
        #expect(group.limitsMemory == groups.hierarchies.contains { $0.version == .v2 })
        let folder = try #require(group.members.first?.folder)
        #expect(ControlGroups.text("\(folder)/pids.max") == "5\n")
        WorkerGroup.end(folder: folder)
        #expect(access(folder, F_OK) != 0)
    }
}
