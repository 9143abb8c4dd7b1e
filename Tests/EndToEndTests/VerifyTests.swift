import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// `verify` in a process of its own: an honest log passes, one with a single changed number does not.
@Suite(.timeLimit(.minutes(5))) struct VerifyTests {
    @Test(arguments: ["random", "tpe", "grid"])
    func anHonestLogPasses(sampler: String) async throws {
        try await Lab.with { lab in
            try await study(lab, sampler: sampler)
            let result = try await lab.tunedOK("verify", "s", "--json").json()
            #expect(result["verified"]?.booleanValue == true)
            #expect(result["suggestions"]?.integerValue == 40)
            #expect(result["values"]?.integerValue == 40)
        }
    }

    @Test func aStudyWithWishesAndOutsideTrialsPasses() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            try await lab.tunedOK("enqueue", "mine", "x=0.25")
            for number in 0..<14 {
                try await lab.tunedOK("ask", "mine")
                try await lab.tunedOK("tell", "mine/\(number)", "--value", "\(number % 5)")
            }
            try await lab.tunedOK("verify", "mine")
        }
    }

    @Test(arguments: ["random", "tpe"])
    func aChangedParameterFails(sampler: String) async throws {
        try await Lab.with { lab in
            try await study(lab, sampler: sampler)
            let x = try #require(
                try await lab.tunedOK("show", "s/17", "--json").json()["configuration"]?["x"]?.doubleValue)
            try await lab.tunedOK("serve", "--stop")
            #expect(try change(x, in: "\(lab.home)/tuned.sqlite", everywhere: true) > 0)
            let run = try await lab.tuned("verify", "s", "--json")
            #expect(run.status == 6)
            let message = try JSONValue(parsing: run.error)["error"]?["message"]?.stringValue ?? ""
            #expect(message.contains("trial 17"), "\(message)")
        }
    }

    @Test func aChangedResultFails() async throws {
        try await Lab.with { lab in
            try await study(lab, sampler: "tpe")
            let trial = try await lab.tunedOK("show", "s/5", "--json").json()
            let value = try #require(trial["values"]?.arrayValue?.first?.doubleValue)
            try await lab.tunedOK("serve", "--stop")
            #expect(try change(value, in: "\(lab.home)/tuned.sqlite", everywhere: false) > 0)
            let run = try await lab.tuned("verify", "s")
            #expect(run.status == 6)
            #expect(run.error.contains("trial 5"), "\(run.error)")
        }
    }

    private func study(_ lab: Lab, sampler: String) async throws {
        try await lab.tunedOK("load", TestPlugins.path("noop"))
        try await lab.tunedOK(
            "run", "noop", "--trainable", "noop", "--trials", "40", "--sampler", sampler, "--parallel", "2", "--seed",
            "3",
            "--study", "s")
    }

    /// Flips the last bit of a number wherever, or at the first place where, the file has its eight bytes.
    private func change(_ number: Double, in path: String, everywhere: Bool) throws -> Int {
        let descriptor = open(path, O_RDWR)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var status = stat()
        fstat(descriptor, &status)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        try #require(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
        let pattern = withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
        var changes = 0
        for start in 0..<(bytes.count - 8)
        where bytes[start] == pattern[0] && bytes[start..<start + 8].elementsEqual(pattern) {
            bytes[start] ^= 1
            changes += 1
            if !everywhere { break }
        }
        try #require(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
        return changes
    }
}
