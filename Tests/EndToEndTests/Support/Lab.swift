import Dispatch
import Glibc
import Testing
import TunedSpace
import TunedTestSupport

/// A person's account for one test: an empty data directory, the built programs, and whatever daemon a command starts.
struct Lab: Sendable {
    /// What one command came to.
    struct Run: Sendable {
        var status: Int32
        var output: String
        var error: String

        /// Standard output as JSON.
        func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
            try #require(
                try? JSONValue(parsing: output, limit: 1 << 30), "no JSON: \(output)\n\(error)", sourceLocation: sourceLocation)
        }
    }

    let folder: String
    let home: String

    /// Runs `body` in a lab of its own; ends its daemon and removes its files afterwards.
    static func with(_ body: (Lab) async throws -> Void) async throws {
        let lab = Lab(folder: TestPlugins.temporaryDirectory())
        let result: Result<Void, any Error>
        do { result = .success(try await body(lab)) } catch { result = .failure(error) }
        lab.killDaemon()
        _ = try? await lab.shell("rm -rf '\(lab.folder)'")
        try result.get()
    }

    private init(folder: String, home: String? = nil) {
        self.folder = folder
        self.home = home ?? "\(folder)/home"
    }

    /// Runs `tuned` with these arguments to its end.
    @discardableResult
    func tuned(_ arguments: String..., environment: [String: String] = [:]) async throws -> Run {
        try await finish(try start(arguments, environment: environment))
    }

    /// The same, where anything but success is the test's failure.
    @discardableResult
    func tunedOK(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> Run {
        let run = try await finish(try start(arguments))
        try #require(
            run.status == 0, "tuned \(arguments.joined(separator: " ")): \(run.status)\n\(run.error)",
            sourceLocation: sourceLocation)
        return run
    }

    /// Starts `tuned` and returns at once.
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Child {
        try Child(
            [TestPlugins.executable("tuned")] + arguments,
            environment: variables.merging(environment) { _, new in new },
            folder: folder)
    }

    func finish(_ child: Child) async throws -> Run {
        let status = await child.wait()
        return Run(status: status, output: child.output, error: child.errorOutput)
    }

    @discardableResult
    func shell(_ command: String) async throws -> Run {
        try await finish(Child(["/bin/sh", "-c", command], environment: variables, folder: folder))
    }

    /// A file of the lab with this content.
    func file(_ name: String, _ content: String) throws -> String {
        let path = "\(folder)/\(name)"
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        fputs(content, file)
        return path
    }

    /// The daemon's configuration, before it is started.
    func configure(_ line: String) throws {
        mkdir(home, 0o700)
        _ = try file("home/config.yaml", "\(line)\n")
    }

    private var variables: [String: String] {
        [
            "TUNED_HOME": home, "HOME": folder, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
            // A daemon that is made to crash shall end at once, not be unwound first.
            "SWIFT_BACKTRACE": "enable=no",
            "LD_LIBRARY_PATH": getenv("LD_LIBRARY_PATH").map { String(cString: $0) } ?? "",
        ]
    }
}

extension Lab {
    /// The process id in the data directory's lock file; nil where nobody holds the lock.
    var daemon: pid_t? {
        let descriptor = open("\(home)/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = read(descriptor, &buffer, buffer.count)
        return pid_t(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).prefix { $0.isNumber })
    }

    /// Ends the daemon as a power cut would, and waits until it is gone.
    func killDaemon() {
        guard let pid = daemon else { return }
        kill(pid, SIGKILL)
        while daemon == pid { usleep(2000) }
    }

    /// The same account after its data directory has moved.
    func moved() async throws -> Lab {
        killDaemon()
        let place = "\(folder)/another"
        try await shell("mv '\(home)' '\(place)'")
        return Lab(folder: folder, home: place)
    }

    /// Asks again until the answer is there.
    func until(_ what: String, _ isThere: () async throws -> Bool) async throws {
        for _ in 0..<3000 {
            if try await isThere() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("waited in vain for: \(what)")
    }

    /// All events of a study that has settled, as programs outside are told them.
    func events(_ study: String) async throws -> [JSONValue] {
        Self.events(try await tunedOK("show", study, "--follow", "--json").output)
    }

    /// What `tuned show --follow --json` has printed so far.
    static func events(_ output: String) -> [JSONValue] { output.split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) } }

    /// `tuned show` of a study.
    func study(_ name: String) async throws -> JSONValue { try await tunedOK("show", name, "--json").json() }

    func state(_ name: String) async throws -> String? { try await study(name)["state"]?.stringValue }

    func count(_ state: String, of study: String) async throws -> Int {
        Int(try await self.study(study)["counts"]?[state]?.integerValue ?? 0)
    }
}
