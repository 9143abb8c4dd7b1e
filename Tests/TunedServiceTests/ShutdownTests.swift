import Glibc
import Testing
import TunedService
import TunedStorage

@Suite struct ShutdownTests {
    /// Connections that arrive in the moment of the shutdown are answered or closed; none of them ends the process.
    @Test(arguments: 0..<20)
    func clientsMayArriveDuringIt(_ round: Int) async throws {
        var storm: Task<Void, any Error>?
        try await withServer { running in
            let path = running.path
            storm = Task {
                try await blocking {
                    var connections: [RawConnection] = []
                    while let connection = try? RawConnection(path: path), connections.count < 2000 {
                        connection.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
                        connections.append(connection)
                    }
                }
            }
            try await Task.sleep(for: .microseconds(500 * round))
        }
        try await storm?.value
    }

    @Test(arguments: ["", "GET /v1/st", "POST /v1/studies HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"])
    func halfARequestDoesNotHoldItUp(_ text: String) async throws {
        var limits = ServiceLimits()
        limits.shutdown = .milliseconds(100)
        var client: Task<Bool, any Error>?
        let (connected, signal) = AsyncStream<Void>.makeStream()
        try await withServer(limits: limits) { running in
            let path = running.path
            client = Task {
                try await blocking {
                    let connection = try RawConnection(path: path)
                    connection.send(text)
                    // Served by the same loop after the bytes above have been read.
                    _ = try RawConnection(path: path).request("GET", "/v1/status")
                    signal.finish()
                    return connection.isClosedByPeer()
                }
            }
            for await _ in connected {}
        }
        #expect(try await client?.value == true)
    }

    @Test func requestUnderWayIsAnswered() async throws {
        let engine = FakeEngine(commitsAtOnce: false)
        try engine.addStudy("digits")
        engine.memory.commit()
        var client: Task<Int, any Error>?
        var committing: Task<Void, any Error>?
        try await withServer(engine) { running in
            let path = running.path
            client = Task {
                try await blocking { try RawConnection(path: path).request("POST", "/v1/studies/digits/ask").status }
            }
            while engine.log.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            committing = Task {
                try await Task.sleep(for: .milliseconds(50))
                engine.memory.commit()
            }
        }
        try await committing?.value
        #expect(try await client?.value == 201)
    }
}
