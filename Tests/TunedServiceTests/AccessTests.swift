import Glibc
import Testing
import TunedService

@Suite struct AccessTests {
    private let token = "0123456789abcdef0123456789abcdef"

    private func options(_ directory: String, allowsOtherHosts: Bool = false, host: String = "127.0.0.1") -> TCPOptions
    {
        writeFile("\(directory)/token", token + "\n")
        return TCPOptions(
            host: host, port: 0, tokenFile: "\(directory)/token", allowsOtherHosts: allowsOtherHosts,
            names: ["lab.example"])
    }

    private func get(_ port: Int, _ headers: [String: String]) async throws -> RawConnection.Reply {
        try await blocking { try RawConnection(port: port).request("GET", "/v1/status", headers: headers) }
    }

    @Test func socketAndItsDirectoryAreClosedToOthers() async throws {
        try await withServer { running in
            var status = stat()
            #expect(lstat(running.path, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600)
            #expect(status.st_mode & S_IFMT == S_IFSOCK)
            #expect(lstat("\(running.directory)/run", &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o700)
        }
    }

    @Test(arguments: [(geteuid(), 200), (0, 200), (12345, 403), (nil, 403)] as [(uid_t?, Int)])
    func onlyTheOwnerAndRootAreServed(_ user: uid_t?, _ status: Int) async throws {
        try await withServer(user: user) { running in
            let reply = try await running.request("GET", "/v1/status")
            #expect(reply.status == status)
            if status == 403 { #expect(reply.errorCode == "forbidden") }
        }
    }

    @Test func socketIsRemovedAtTheEnd() async throws {
        var path = ""
        try await withServer { running in path = running.path }
        #expect(access(path, F_OK) != 0)
    }

    @Test func socketLeftBehindIsTakenOver() async throws {
        let directory = try temporaryDirectory()
        defer { removeDirectory(directory) }
        mkdir("\(directory)/run", 0o700)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(directory)/run/daemon.sock".utf8) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(code == 0)
        close(descriptor)
        try await withServer(in: directory) { running in
            let reply = try await running.request("GET", "/v1/status")
            #expect(reply.status == 200)
        }
    }

    @Test func whatIsNoSocketIsLeftAlone() async throws {
        let directory = try temporaryDirectory()
        defer { removeDirectory(directory) }
        mkdir("\(directory)/run", 0o700)
        writeFile("\(directory)/run/daemon.sock", "precious")
        await #expect(throws: ServerError.self) { try await withServer(in: directory) { _ in } }
        #expect(access("\(directory)/run/daemon.sock", F_OK) == 0)
    }

    @Test func directoryOpenToOthersIsRefused() async throws {
        let directory = try temporaryDirectory()
        defer { removeDirectory(directory) }
        mkdir("\(directory)/run", 0o700)
        chmod("\(directory)/run", 0o755)
        await #expect(throws: ServerError.self) { try await withServer(in: directory) { _ in } }
    }

    @Test func tcpNeedsTheToken() async throws {
        let token = token
        try await withServer(tcp: { options($0) }) { running in
            let port = try #require(running.server.tcpPort)
            let missing = try await get(port, [:])
            #expect(missing.status == 401)
            #expect(missing.headers["www-authenticate"] == "Bearer")
            for wrong in ["Bearer", "Bearer x", "Bearer \(token)0", "Basic \(token)", "Bearer 1\(token.dropFirst())"] {
                #expect(try await get(port, ["Authorization": wrong]).status == 401)
            }
            #expect(try await get(port, ["Authorization": "Bearer \(token)"]).status == 200)
            #expect(try await get(port, ["Authorization": "bearer \(token)"]).status == 200)
            // The Unix socket goes on without one.
            #expect(try await running.request("GET", "/v1/status").status == 200)
        }
    }

    @Test(
        arguments: [
            ("localhost:8080", nil, 200), ("127.0.0.1", nil, 200), ("[::1]:80", nil, 200), ("lab.example", nil, 200),
            ("evil.example", nil, 403), ("localhost.evil.example", nil, 403), ("127.0.0.1.evil.example:80", nil, 403),
            ("localhost:8080", "http://localhost:8080", 200), ("localhost:8080", "http://evil.example", 403),
            ("localhost:8080", "null", 403), ("localhost:8080", "http://localhost:8080.evil.example", 403),
            ("localhost:8080", "file://", 403),
        ] as [(String, String?, Int)])
    func foreignHostsAndOriginsAreRefused(_ host: String, _ origin: String?, _ status: Int) async throws {
        let token = token
        try await withServer(tcp: { options($0) }) { running in
            let port = try #require(running.server.tcpPort)
            var headers = ["Authorization": "Bearer \(token)", "Host": host]
            headers["Origin"] = origin
            #expect(try await get(port, headers).status == status)
        }
    }

    @Test func addressesThatOthersReachAreRefused() async throws {
        await #expect(throws: ServerError.self) { try await withServer(tcp: { options($0, host: "0.0.0.0") }) { _ in } }
        try await withServer(tcp: { options($0, allowsOtherHosts: true, host: "0.0.0.0") }) { running in
            #expect(running.server.tcpPort != nil)
        }
    }

    @Test func portInUseIsToldWithItsAddress() async throws {
        try await withServer(tcp: { options($0) }) { running in
            let port = try #require(running.server.tcpPort)
            let error = await #expect(throws: ServerError.self) {
                try await withServer(tcp: { directory in
                    var taken = options(directory)
                    taken.port = port
                    return taken
                }) { _ in }
            }
            #expect(error?.message.contains("127.0.0.1:\(port)") == true)
        }
    }

    @Test(arguments: [
        (0o644, "0123456789abcdef0123456789abcdef"), (0o640, "0123456789abcdef0123456789abcdef"), (0o600, "short"),
        (0o600, ""),
    ])
    func badTokenFilesAreRefused(_ mode: Int, _ text: String) async throws {
        await #expect(throws: ServerError.self) {
            try await withServer(tcp: { directory in
                writeFile("\(directory)/token", text, mode: mode_t(mode))
                return TCPOptions(port: 0, tokenFile: "\(directory)/token")
            }) { _ in }
        }
    }

    @Test func missingTokenFileIsRefused() async throws {
        await #expect(throws: ServerError.self) {
            try await withServer(tcp: { TCPOptions(port: 0, tokenFile: "\($0)/token") }) { _ in }
        }
    }

    @Test func longSocketPathIsRefused() async throws {
        let directory = try temporaryDirectory()
        defer { removeDirectory(directory) }
        await #expect(throws: ServerError.self) {
            try await withServer(in: directory + String(repeating: "/x", count: 60)) { _ in }
        }
    }
}
