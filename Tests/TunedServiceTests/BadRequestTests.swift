import Testing
import TunedEngine
import TunedRecords
import TunedService
import TunedSpace
import TunedStorage

@Suite struct BadRequestTests {
    @Test(
        arguments: [
            ("POST", "/v1/studies", "{", 400, nil),
            ("POST", "/v1/studies", "[]", 400, nil),
            ("POST", "/v1/studies", #"{"plugin": "svm", "smapler": "tpe"}"#, 400, "smapler"),
            ("POST", "/v1/studies", #"{"plugin": "svm", "plugin": "svm"}"#, 400, nil),
            ("POST", "/v1/studies", #"{"plugin": "svm", "stop": {"trials": 0}}"#, 400, "stop.trials"),
            ("POST", "/v1/studies", #"{"study": "../etc", "plugin": "svm"}"#, 400, "study"),
            ("POST", "/v1/studies", #"{"study": "digits", "plugin": "svm"}"#, 409, nil),
            ("POST", "/v1/plugins", #"{"path": "svm.so"}"#, 400, "path"),
            ("POST", "/v1/plugins", #"{"pth": "/svm.so"}"#, 400, "pth"),
            ("POST", "/v1/plugins", #"{"path": "/svm.so", "schema": [1]}"#, 400, "schema"),
            ("GET", "/v1/plugins/nope", nil, 404, nil),
            ("GET", "/v1/studies/nope", nil, 404, nil),
            ("POST", "/v1/studies/nope/pause", "{}", 404, nil),
            ("POST", "/v1/studies/digits/pause", #"{"now": true}"#, 400, "now"),
            ("POST", "/v1/studies/digits/resume", #"{"stop": {"trails": 3}}"#, 400, "stop.trails"),
            ("POST", "/v1/studies/digits/enqueue", "{}", 400, "values"),
            ("GET", "/v1/studies/digits?verbose=1", nil, 400, "verbose"),
            ("GET", "/v1/studies/digits/trials?state=done", nil, 400, "state"),
            ("GET", "/v1/studies/digits/trials?sort=random", nil, 400, "sort"),
            ("GET", "/v1/studies/digits/trials?limit=0", nil, 400, "limit"),
            ("GET", "/v1/studies/digits/trials?limit=1e3", nil, 400, "limit"),
            ("GET", "/v1/studies/digits/trials?offset=-1", nil, 400, "offset"),
            ("GET", "/v1/studies/digits/trials?ofset=1", nil, 400, "ofset"),
            ("GET", "/v1/studies/digits/trials/01", nil, 400, "number"),
            ("GET", "/v1/studies/digits/trials/-1", nil, 400, "number"),
            ("GET", "/v1/studies/digits/trials/99999999999999999999", nil, 400, "number"),
            ("GET", "/v1/studies/digits/trials/7", nil, 404, nil),
            ("POST", "/v1/studies/digits/trials/0/tell", #"{"value": 1}"#, 409, nil),
            ("POST", "/v1/studies/digits/trials/9/tell", #"{"value": 1}"#, 404, nil),
            ("POST", "/v1/studies/digits/trials/0/tell", #"{"value": "0.5"}"#, 400, "value"),
            ("POST", "/v1/studies/digits/trials/0/tell", #"{"values": [0.5, "x"]}"#, 400, "values[1]"),
            ("POST", "/v1/studies/digits/trials/0/tell", #"{"value": NaN}"#, 400, nil),
            ("POST", "/v1/studies/digits/trials/0/tell", #"{"value": 1, "failed": "x"}"#, 400, nil),
            ("POST", "/v1/studies/digits/trials/0/tell", "{}", 400, nil),
            ("POST", "/v1/studies/digits/trials/0/tell", #"{"value": 1, "constraints": [1]}"#, 400, "constraints"),
            ("POST", "/v1/studies/digits/trials/0/tell", #"{"value": 1, "constraints": {"mb": "x"}}"#, 400, "constraints.mb"),
            ("POST", "/v1/studies/digits/trials/0/tell", #"{"failed": "x", "constraints": {"mb": 1}}"#, 400, nil),
            ("GET", "/v1/studies/digits/events?until=later", nil, 400, "until"),
            ("GET", "/v1/studies/digits/events?types=trial_end", nil, 400, "types"),
            ("GET", "/v1/studies/digits/log?after=x", nil, 400, "after"),
            ("GET", "/v1/nothing", nil, 404, nil),
            ("GET", "/", nil, 404, nil),
            ("DELETE", "/v1/studies", nil, 405, nil),
            ("GET", "/v1/studies/digits/pause", nil, 405, nil),
            ("PUT", "/v1/status", "{}", 405, nil),
        ] as [(String, String, String?, Int, String?)])
    func isRefused(_ method: String, _ target: String, _ body: String?, _ status: Int, _ path: String?) async throws {
        let engine = FakeEngine()
        engine.addTrial(0, of: try engine.addStudy("digits"), value: 0.1)
        let before = engine.memory.lastSequence
        try await withServer(engine) { running in
            let reply = try await running.request(method, target, json: body)
            #expect(reply.status == status, "\(reply.text)")
            #expect(reply.headers["content-type"] == "application/json")
            #expect(!reply.errorMessage.isEmpty)
            #expect(reply.errorPath == path, "\(reply.text)")
        }
        #expect(engine.memory.lastSequence == before)
    }

    @Test(arguments: [
        "/v1/studies/..", "/v1/studies/../status", "/v1/studies/%2e%2e", "/v1/studies/%2e%2e%2fdigits",
        "/v1/studies/digits%23",
        "/v1/studies/digits%00", "/v1/studies/digits%3Fa", "/v1/studies/.digits", "/v1/studies/DIGITS",
        "/v1/studies/-rf",
        "/v1/plugins/..", "/v1/plugins/%2e%2e%2fetc", "/v1/plugins/svm%00",
        "/v1/studies/\(String(repeating: "a", count: 65))",
    ])
    func namesThatAreNoNamesAreRefused(_ target: String) async throws {
        let engine = FakeEngine()
        try engine.addStudy("digits")
        try await withServer(engine) { running in
            for method in ["GET", "DELETE"] {
                let reply = try await running.request(method, target)
                #expect([400, 404, 405].contains(reply.status), "\(method): \(reply.text)")
            }
        }
        #expect(engine.log.isEmpty)
        #expect(engine.memory.study(slug: "digits") != nil)
    }

    @Test func fragmentsInTheTargetReachNoStudy() async throws {
        let engine = FakeEngine()
        try engine.addStudy("digits")
        try await withServer(engine) { running in
            let reply = try await running.request("DELETE", "/v1/studies/digits#x")
            #expect((400..<500).contains(reply.status))
        }
        #expect(engine.memory.study(slug: "digits") != nil)
    }

    @Test func unknownFieldNamesTheNearest() async throws {
        try await withServer { running in
            let reply = try await running.request("POST", "/v1/studies", json: #"{"plugin": "svm", "smapler": "tpe"}"#)
            #expect(reply.errorMessage.contains("sampler"))
            let query = try await running.request("GET", "/v1/studies?sotr=value")
            #expect(query.errorMessage.contains("sotr"))
        }
    }

    @Test(
        arguments: ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", nil]
            as [String?])
    func otherContentThanJSONIsRefused(_ type: String?) async throws {
        try await withServer { running in
            let path = running.path
            let reply = try await blocking {
                try RawConnection(path: path).request(
                    "POST", "/v1/studies", headers: type.map { ["Content-Type": $0] } ?? [:],
                    body: Array(#"{"plugin": "svm"}"#.utf8))
            }
            #expect(reply.status == 415)
        }
    }

    @Test func jsonWithACharsetIsTaken() async throws {
        try await withServer { running in
            let path = running.path
            let reply = try await blocking {
                try RawConnection(path: path).request(
                    "POST", "/v1/studies", headers: ["Content-Type": "application/json; charset=utf-8"],
                    body: Array(#"{"study": "digits", "plugin": "svm"}"#.utf8))
            }
            #expect(reply.status == 201)
        }
    }

    @Test func announcedHugeBodyIsRefusedUnread() async throws {
        try await withServer { running in
            let path = running.path
            let reply = try await blocking {
                let connection = try RawConnection(path: path)
                connection.send(
                    "POST /v1/studies HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{"
                )
                return try connection.reply()
            }
            #expect(reply.status == 413)
        }
    }

    @Test func chunkedHugeBodyIsRefused() async throws {
        try await withServer { running in
            let path = running.path
            let reply = try await blocking {
                let connection = try RawConnection(path: path)
                connection.send(
                    "POST /v1/studies HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                )
                let chunk = "10000\r\n" + String(repeating: " ", count: 0x10000) + "\r\n"
                for _ in 0..<20 { connection.send(chunk) }
                connection.send("0\r\n\r\n")
                return try connection.reply()
            }
            #expect(reply.status == 413)
        }
    }

    @Test func deepJSONIsRefused() async throws {
        try await withServer { running in
            let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
            let reply = try await running.request("POST", "/v1/studies", json: #"{"config": \#(deep)}"#)
            #expect(reply.status == 400)
        }
    }

    @Test(arguments: [
        (EngineError.Code.notFound, 404), (.exists, 409), (.conflict, 409), (.invalid, 400), (.unavailable, 503),
        (.storage, 507),
        (.plugin, 422), (.data, 422), (.resources, 422), (.internalError, 500),
    ])
    func errorsOfTheEngineKeepTheirWords(_ code: EngineError.Code, _ status: Int) async throws {
        let engine = FakeEngine()
        engine.fail(with: EngineError(code, "what, where, what to do", path: "sampler.name", underlying: "deep down"))
        try await withServer(engine) { running in
            let reply = try await running.request("POST", "/v1/studies/digits/pause")
            #expect(reply.status == status)
            #expect(reply.errorCode == code.rawValue)
            #expect(reply.errorMessage == "what, where, what to do")
            #expect(reply.errorPath == "sampler.name")
            #expect(reply.json["error"]?["underlying"] == .string("deep down"))
        }
    }

    @Test func fullDiskIsToldAndStatusStays() async throws {
        let engine = FakeEngine()
        try engine.addStudy("digits")
        engine.memory.fail(with: StoreError(code: .full, message: "the disk is full", underlying: "SQLITE_FULL"))
        try await withServer(engine) { running in
            let refused = try await running.request("POST", "/v1/studies/digits/ask")
            #expect(refused.status == 507)
            #expect(refused.errorMessage == "the disk is full")
            let status = try await running.request("GET", "/v1/status")
            #expect(status.json["storage"]?["writable"] == .boolean(false))
            #expect(status.json["storage"]?["trouble"] == .string("the disk is full"))
        }
    }

    @Test func garbageClosesItsConnectionOnly() async throws {
        try await withServer { running in
            let path = running.path
            let isClosed = try await blocking {
                let connection = try RawConnection(path: path)
                connection.send("\u{1}\u{2}garbage\r\n\r\n\r\n")
                return connection.isClosedByPeer()
            }
            #expect(isClosed)
            #expect(try await running.request("GET", "/v1/status").status == 200)
        }
    }
}
