import Foundation
import Testing
import TunedSlots

@Suite struct GPUProbeTests {
    /// The probing process: beside this test's own executable.
    private let probe = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "TunedSlotsProbe").path

    @Test func driverIsAskedForWholeAndSplitDevices() throws {
        let library = try FakeNVML("FAKE_PID=\(getpid())")
        let report = try GPUProbe.queryNVML(libraryPath: library.path)
        #expect(report.driverVersion == "999.01")
        #expect(report.gpus.map(\.uuid) == ["GPU-00000000-aaaa", "MIG-00000000-cccc", "MIG-00000000-dddd"])
        #expect(report.gpus.map(\.isPartition) == [false, true, true])
        #expect(report.gpus.map(\.pciAddress) == ["0000:3b:00.0", "0000:af:00.0", "0000:af:00.0"])
        #expect(report.gpus.map(\.memory) == [80 << 30, 10 << 30, 10 << 30])
        #expect(report.gpus[0].name == "Fake 9000")
        #expect(report.gpus[0].processes == [GPU.Process(pid: getpid(), userID: geteuid())])
        #expect(report.gpus[1].processes.isEmpty)
        #expect(report.warnings.count == 1)
        #expect(report.warnings[0].contains("GPU 1") && report.warnings[0].contains("GPU is lost"))
    }

    @Test func absentLibraryMeansNoGPUs() throws {
        #expect(try GPUProbe.queryNVML(libraryPath: "libnvidia-ml-absent.so.1") == .none)
        #expect(try GPUProbe.queryNVML(libraryPath: "/nowhere/libnvidia-ml.so.1") == .none)
    }

    @Test(arguments: [
        (["sys/bus/pci/devices/0000:00:02.0/vendor": "0x8086"], false),
        (["sys/bus/pci/devices/0000:3b:00.0/vendor": "0x10de"], true),
        (["proc/driver/nvidia/version": "999"], true),
        ([:], false),
    ])
    func probeIsSparedWhereNothingSpeaksForAGPU(machine: [String: String], worthwhile: Bool) throws {
        let root = try FakeRoot(machine)
        #expect(GPUProbe.isWorthwhile(root.files) == worthwhile)
    }

    @Test func brokenDriverSaysWhatIsWrong() throws {
        let library = try FakeNVML("FAKE_INIT=18")
        let error = try #require(throws: SlotError.self) { try GPUProbe.queryNVML(libraryPath: library.path) }
        #expect(error.code == .driver)
        #expect(error.message.contains("Driver/library version mismatch"))
    }

    @Test func fileThatIsNoLibraryIsABrokenDriver() throws {
        let error = try #require(throws: SlotError.self) { try GPUProbe.queryNVML(libraryPath: "/etc/passwd") }
        #expect(error.code == .driver)
        #expect(error.message.contains("/etc/passwd"))
    }

    @Test func probeInAProcessGivesTheSameAsInThisOne() throws {
        let library = try FakeNVML()
        let report = GPUProbe.run(executable: probe, arguments: [library.path], timeout: 60)
        #expect(report == (try GPUProbe.queryNVML(libraryPath: library.path)))
        #expect(report.gpus.count == 3)
    }

    @Test func brokenDriverInAProcessIsAWarning() throws {
        let library = try FakeNVML("FAKE_INIT=18")
        let report = GPUProbe.run(executable: probe, arguments: [library.path], timeout: 60)
        #expect(report.gpus.isEmpty)
        #expect(report.warnings.count == 1)
        #expect(report.warnings.first?.contains("version mismatch") == true)
    }

    @Test func stuckDriverIsGivenUp() throws {
        let library = try FakeNVML("FAKE_HANG")
        let report = GPUProbe.run(executable: probe, arguments: [library.path], timeout: 0.3)
        #expect(report.gpus.isEmpty)
        #expect(report.warnings.first?.contains("did not answer within 0.3 s") == true)
    }

    @Test(arguments: [
        ("/bin/false", "ended with status 1"), ("/bin/echo", "no report"), ("/nowhere/probe", "No such file"),
    ])
    func programThatIsNoProbeIsAWarning(executable: String, says: String) {
        let report = GPUProbe.run(executable: executable, arguments: [], timeout: 60)
        #expect(report.gpus.isEmpty)
        #expect(report.warnings.count == 1)
        #expect(report.warnings[0].contains(says), "\(report.warnings[0])")
    }

    @Test func reportSurvivesItsEncodingAndNoOther() throws {
        let report = GPUReport(
            gpus: [
                GPU(
                    uuid: "GPU-1", name: "A", memory: .max, pciAddress: "0000:01:00.0", localCPUs: [0, 7],
                    processes: [GPU.Process(pid: 12, userID: 1000), GPU.Process(pid: 13, userID: nil)]),
                GPU(uuid: "MIG-2", name: "", memory: 0, isPartition: true),
            ], driverVersion: "1.2", warnings: ["w"])
        let bytes = report.encoded()
        #expect(try GPUReport(decoding: bytes) == report)
        for length in bytes.indices {
            #expect(throws: SlotError.self) { try GPUReport(decoding: Array(bytes[..<length])) }
        }
    }
}
