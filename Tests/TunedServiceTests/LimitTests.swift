import Glibc
import Testing
import TunedService
import TunedSpace

@Suite struct LimitTests {
    @Test func headThatDoesNotComeClosesTheConnection() async throws {
        var limits = ServiceLimits()
        limits.idle = .milliseconds(100)
        try await withServer(limits: limits) { running in
            let path = running.path
            let isClosed = try await blocking {
                let connection = try RawConnection(path: path)
                // A byte now and then does not buy time.
                for byte in "GET /v1/status HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaa".utf8 {
                    guard connection.send([byte]) else { return true }
                    usleep(10_000)
                }
                return connection.isClosedByPeer()
            }
            #expect(isClosed)
        }
    }

    @Test func bodyThatTricklesClosesTheConnection() async throws {
        var limits = ServiceLimits()
        limits.body = .milliseconds(200)
        try await withServer(limits: limits) { running in
            let path = running.path
            let isClosed = try await blocking {
                let connection = try RawConnection(path: path)
                connection.send(
                    "POST /v1/studies HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
                )
                for _ in 0..<400 {
                    guard connection.send(" ") else { return true }
                    usleep(10_000)
                }
                return false
            }
            #expect(isClosed)
        }
    }

    @Test func hugeHeadersAreRefused() async throws {
        try await withServer { running in
            let path = running.path
            let isClosed = try await blocking {
                let connection = try RawConnection(path: path)
                connection.send("GET /v1/status HTTP/1.1\r\nX-Large: \(String(repeating: "a", count: 100_000))\r\n\r\n")
                return connection.isClosedByPeer()
            }
            #expect(isClosed)
            #expect(try await running.request("GET", "/v1/status").status == 200)
        }
    }

    @Test func connectionsBeyondTheCapWaitTheirTurn() async throws {
        var limits = ServiceLimits()
        limits.connections = 4
        try await withServer(limits: limits) { running in
            let path = running.path
            try await blocking {
                var held = try (0..<4).map { _ in try RawConnection(path: path) }
                for connection in held { #expect(try connection.request("GET", "/v1/status").status == 200) }
                let waiting = try RawConnection(path: path)
                waiting.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
                held.removeFirst()
                #expect(try waiting.reply().status == 200)
            }
        }
    }

    @Test func floodOverTCPLeavesTheUnixSocketFree() async throws {
        var limits = ServiceLimits()
        limits.connections = 8
        let options: (String) throws -> TCPOptions = { directory in
            writeFile("\(directory)/token", String(repeating: "t", count: 40))
            return TCPOptions(port: 0, tokenFile: "\(directory)/token")
        }
        try await withServer(limits: limits, tcp: options) { running in
            let (path, port) = (running.path, running.server.tcpPort ?? 0)
            try await blocking {
                let flood = try (0..<64).map { _ in try RawConnection(port: port) }
                for connection in flood { connection.send("GET /v1/st") }
                #expect(try RawConnection(path: path).request("GET", "/v1/status").status == 200)
            }
        }
    }

    @Test func oneConnectionServesManyRequests() async throws {
        try await withServer { running in
            let path = running.path
            try await blocking {
                let connection = try RawConnection(path: path)
                for _ in 0..<100 { #expect(try connection.request("GET", "/v1/status").status == 200) }
            }
        }
    }

    @Test func clientsAtOnceAreAllServed() async throws {
        let engine = FakeEngine()
        try await withServer(engine) { running in
            let path = running.path
            try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        try await blocking {
                            try RawConnection(path: path).request(
                                "POST", "/v1/studies", json: #"{"study": "s\#(index)", "plugin": "svm"}"#
                            ).status
                        }
                    }
                }
                for try await status in group { #expect(status == 201) }
            }
            let listed = try await running.request("GET", "/v1/studies").json["studies"]?.arrayValue
            #expect(listed?.count == 50)
        }
    }
}
