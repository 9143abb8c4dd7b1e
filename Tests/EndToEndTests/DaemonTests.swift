import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// The daemon's life: started on demand, alone on its directory, ended cleanly.
@Suite(.timeLimit(.minutes(5))) struct DaemonTests {
    @Test(arguments: ["status", "slots"])
    func looksThatStartNoDaemon(verb: String) async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned(verb)
            #expect(run.status == 5)
            #expect(run.error.contains("no daemon is running"))
            #expect(lab.daemon == nil)
        }
    }

    @Test func aVerbStartsTheDaemonAndStopEndsIt() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("studies")
            let pid = try #require(lab.daemon)
            let status = try await lab.tunedOK("status", "--json").json()
            #expect(status["pid"]?.integerValue == Int64(pid))
            try await lab.tunedOK("serve", "--stop")
            #expect(lab.daemon == nil)
            #expect(try await lab.tuned("serve", "--stop").status == 5)
        }
    }

    @Test func commandsThatStartItAtOnceShareOne() async throws {
        try await Lab.with { lab in
            let children = try (0..<4).map { _ in try lab.start(["studies", "--json"]) }
            for child in children {
                let run = try await lab.finish(child)
                #expect(run.status == 0, "\(run.error)")
            }
            #expect(lab.daemon != nil)
        }
    }

    @Test func aSecondDaemonIsRefused() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("studies")
            let pid = try #require(lab.daemon)
            let second = try await lab.tuned("serve")
            #expect(second.status == 4)
            #expect(second.error.contains("\(pid)"))
            #expect(lab.daemon == pid)
            try await lab.tunedOK("status")
        }
    }

    @Test func theSocketIsItsOwnersAlone() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("studies")
            var status = stat()
            #expect(lstat("\(lab.home)/daemon.sock", &status) == 0)
            #expect(status.st_mode & S_IFMT == S_IFSOCK)
            #expect(status.st_mode & 0o777 == 0o600)
            #expect(stat(lab.home, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
        }
    }

    @Test func aLongPathStillHasASocket() async throws {
        try await Lab.with { lab in
            let long = "\(lab.folder)/\(String(repeating: "d", count: 120))"
            let run = try await lab.tuned("status", environment: ["TUNED_HOME": long])
            #expect(run.status == 5)
            let started = try await lab.tuned("studies", "--json", environment: ["TUNED_HOME": long])
            #expect(started.status == 0, "\(started.error)")
            let stopped = try await lab.tuned("serve", "--stop", environment: ["TUNED_HOME": long])
            #expect(stopped.status == 0, "\(stopped.error)")
        }
    }

    @Test func aDaemonThatCannotStartSaysWhy() async throws {
        try await Lab.with { lab in
            try await lab.shell("mkdir -p -m 700 '\(lab.home)'")
            _ = try lab.file("home/config.yaml", "slots:\n  cpu: 2\n")
            let run = try await lab.tuned("studies")
            #expect(run.status == 5)
            #expect(run.error.contains("config.yaml:2:3: unknown key \"cpu\"; did you mean \"cpus\"?"))
            #expect(try await lab.tuned("serve").status == 2)
        }
    }

    @Test func aHomeThatMayNotBeWritten() async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned("studies", environment: ["TUNED_HOME": "/proc/tuned"])
            #expect(run.status == 1)
            #expect(run.error.contains("TUNED_HOME"))
        }
    }

    @Test func theConfigurationBoundsTheSlots() async throws {
        try await Lab.with { lab in
            try await lab.shell("mkdir -p -m 700 '\(lab.home)'")
            _ = try lab.file(
                "home/config.yaml", "slots: {cpus: 1, memory: 64MiB, gpus: [{uuid: GPU-test, memory: 1GiB}]}\n")
            try await lab.tunedOK("studies")
            let slots = try await lab.tunedOK("slots", "--json").json()
            #expect(slots["cpus"]?["total"]?.integerValue == 1)
            #expect(slots["memory"]?["total"]?.integerValue == 64 << 20)
            #expect(slots["gpus"]?.arrayValue?.first?["uuid"]?.stringValue == "GPU-test")
        }
    }

    @Test func aDaemonOfAnotherVersion() async throws {
        try await Lab.with { lab in
            try await lab.shell("mkdir -p -m 700 '\(lab.home)'")
            let other = try FakeDaemon(
                socket: "\(lab.home)/daemon.sock",
                reply: "HTTP/1.1 200 OK\r\nTuned-Version: 99.0\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            let run = try await lab.tuned("studies")
            other.stop()
            #expect(run.status == 5)
            #expect(run.error.contains("99.0"))
            #expect(run.error.contains("tuned serve --stop"))
        }
    }

    @Test func somethingElseOnTheSocket() async throws {
        try await Lab.with { lab in
            try await lab.shell("mkdir -p -m 700 '\(lab.home)'")
            let other = try FakeDaemon(socket: "\(lab.home)/daemon.sock", reply: "SSH-2.0-hello\r\n")
            let run = try await lab.tuned("studies")
            other.stop()
            #expect(run.status == 5)
        }
    }

    @Test func aDamagedDatabaseIsRefused() async throws {
        try await Lab.with { lab in
            try await lab.external("mine")
            try await lab.tunedOK("serve", "--stop")
            _ = try lab.file("home/tuned.sqlite-wal", "")
            _ = try lab.file("home/tuned.sqlite", String(repeating: "not a database ", count: 500))
            let run = try await lab.tuned("studies")
            #expect(run.status == 5)
            #expect(run.error.contains("tuned.sqlite"))
        }
    }
}
