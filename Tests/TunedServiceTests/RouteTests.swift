import HTTPTypes
import Synchronization
import Testing
import TunedRecords
import TunedService
import TunedSpace
import TunedStorage

@Suite struct RouteTests {
    /// A request to every address, the status that answers it, and the schema of the reply in the OpenAPI document.
    static let requests: [(method: String, target: String, body: String?, status: Int, schema: String?)] = [
        ("GET", "/v1/status", nil, 200, "Status"),
        ("GET", "/v1/openapi.json", nil, 200, nil),
        ("GET", "/v1/slots", nil, 200, "Slots"),
        ("GET", "/v1/plugins", nil, 200, nil),
        ("POST", "/v1/plugins", #"{"path": "/tmp/svm.so", "schema": {"id": "svm"}}"#, 201, "Plugin"),
        ("GET", "/v1/plugins/svm", nil, 200, "Plugin"),
        ("POST", "/v1/plugins/svm/release", nil, 200, "Plugin"),
        ("DELETE", "/v1/plugins/svm", nil, 200, "Plugin"),
        ("GET", "/v1/studies", nil, 200, nil),
        ("POST", "/v1/studies", #"{"study": "other", "plugin": "svm"}"#, 201, "Study"),
        ("GET", "/v1/studies/digits", nil, 200, "Study"),
        ("GET", "/v1/studies/digits/best?count=2", nil, 200, nil),
        // Four trials say nothing yet.
        ("GET", "/v1/studies/digits/importance?method=fanova", nil, 409, nil),
        ("GET", "/v1/studies/digits/narrowing", nil, 409, nil),
        ("GET", "/v1/studies/digits/plot", nil, 200, nil),
        ("GET", "/v1/studies/digits/report", nil, 200, nil),
        ("GET", "/v1/studies/digits/space", nil, 200, "Space"),
        ("POST", "/v1/studies/digits/space", #"{"space": {"C": {"low": 0.01, "high": 10}}, "reason": "closer"}"#, 200, "ChangedSpace"),
        ("GET", "/v1/studies/digits/trials?state=complete,failed&sort=-value&limit=2&offset=1", nil, 200, nil),
        ("GET", "/v1/studies/digits/trials/1", nil, 200, "Trial"),
        ("POST", "/v1/studies/digits/ask", "{}", 201, "AskedTrial"),
        ("POST", "/v1/studies/digits/trials/4/reports", #"{"step": 1, "value": 0.5}"#, 200, nil),
        ("POST", "/v1/studies/digits/trials/4/tell", #"{"value": 0.5}"#, 200, "Trial"),
        ("POST", "/v1/studies/digits/enqueue", #"{"values": {"C": 1}}"#, 202, nil),
        ("POST", "/v1/studies/digits/pause", nil, 200, "Study"),
        ("POST", "/v1/studies/digits/resume", #"{"stop": {"trials": 20}}"#, 200, "Study"),
        ("POST", "/v1/studies/digits/stop", "", 200, "Study"),
        ("POST", "/v1/studies/digits/finalize", #"{"trial": 1, "again": true, "reason": "why not"}"#, 202, "Study"),
        ("POST", "/v1/studies/digits/trials/1/replay", #"{"current_plugin": true}"#, 202, "Replay"),
        ("GET", "/v1/studies/digits/replays", nil, 200, nil),
        ("GET", "/v1/studies/digits/log", nil, 200, nil),
        ("DELETE", "/v1/studies/digits", nil, 200, nil),
    ]

    @Test func picturesAndReportsComeInTheirFormats() async throws {
        try await withServer(try engineWithStudy()) { running in
            let picture = try await running.request("GET", "/v1/studies/digits/plot?kind=history", json: nil)
            #expect(picture.status == 200 && picture.headers["content-type"] == "image/svg+xml; charset=utf-8" && picture.text.hasPrefix("<svg "))
            let nothing = try await running.request("GET", "/v1/studies/digits/plot?kind=lineage", json: nil)
            #expect(nothing.status == 409 && nothing.text.contains("no population"))
            let unknown = try await running.request("GET", "/v1/studies/digits/plot?kind=slices", json: nil)
            #expect(unknown.status == 400 && unknown.text.contains("did you mean"), "\(unknown.text)")
            let page = try await running.request("GET", "/v1/studies/digits/report", json: nil)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8" && page.text.contains("<h2>Failures</h2>"))
            let markdown = try await running.request("GET", "/v1/studies/digits/report?format=md&pictures=p-", json: nil)
            #expect(markdown.headers["content-type"] == "text/markdown; charset=utf-8" && markdown.text.contains("](<p-history.svg>)"))
            #expect(try await running.request("GET", "/v1/studies/digits/report?format=pdf", json: nil).status == 400)
        }
    }

    private func engineWithStudy() throws -> FakeEngine {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        for number in 0..<4 { engine.addTrial(number, of: study, value: number == 2 ? nil : Double(number) / 10) }
        return engine
    }

    @Test func everyAddressAnswersAsDocumented() async throws {
        let document = try Document()
        let engine = try engineWithStudy()
        _ = await withCheckedContinuation { continuation in
            engine.loadPlugin(path: "/tmp/svm.so", sidecar: nil) { continuation.resume(returning: $0) }
        }
        try await withServer(engine) { running in
            for request in Self.requests {
                let reply = try await running.request(request.method, request.target, json: request.body)
                #expect(reply.status == request.status, "\(request.method) \(request.target): \(reply.text)")
                #expect(reply.headers["tuned-version"] == "1.2.3")
                #expect(reply.headers["x-content-type-options"] == "nosniff")
                if let schema = request.schema {
                    let wrong = document.differences(of: reply.json, from: schema)
                    #expect(wrong.isEmpty, "\(request.method) \(request.target): \(wrong)")
                }
            }
        }
    }

    @Test func documentNamesEveryRouteAndNoOther() async throws {
        let document = try Document()
        try await withServer { running in
            let served = Set(running.server.routes.map { "\($0.method) \($0.path)" })
            #expect(served == document.operations)
        }
        // Each is tried by a test: those of the list above, and the event streams by EventStreamTests.
        let streams: Set = ["GET /v1/events", "GET /v1/studies/{slug}/events"]
        #expect(Self.requests.count + streams.count == document.operations.count)
    }

    @Test func guideNamesEveryRoute() async throws {
        let guide = try textFile("docs/api.md")
        for operation in try Document().operations { #expect(guide.contains("`\(operation)"), "\(operation)") }
        for type in EventPayload.typeNames { #expect(guide.contains("`\(type)`"), "\(type)") }
    }

    @Test func studyTellsDeclarationStateAndBest() async throws {
        try await withServer(try engineWithStudy()) { running in
            let study = try await running.request("GET", "/v1/studies/digits").json
            #expect(study["state"] == .string("running"))
            #expect(study["counts"]?["complete"] == .integer(3))
            #expect(study["counts"]?["failed"] == .integer(1))
            #expect(study["stop"]?["trials"] == .integer(10))
            #expect(study["data"]?["folds"] == .integer(5))
            #expect(study["live"]?["grid_size"] == .integer(12))
            #expect(study["schema"]?["id"] == .string("svm"))
            let best = try await running.request("GET", "/v1/studies/digits/best?count=10").json["best"]?.arrayValue
            #expect(best?.map { $0["trial"] } == [.integer(0), .integer(1), .integer(3)])
            #expect(best?.first?["configuration"] == .object(["C": .number(1), "kernel": .string("linear")]))
        }
    }

    @Test func trialsAreFilteredSortedAndPaged() async throws {
        try await withServer(try engineWithStudy()) { running in
            let page = try await running.request("GET", "/v1/studies/digits/trials?state=complete&sort=-value&limit=2")
                .json
            #expect(page["total"] == .integer(3))
            #expect(page["trials"]?.arrayValue?.map { $0["number"] } == [.integer(3), .integer(1)])
            let next = try await running.request(
                "GET", "/v1/studies/digits/trials?state=complete&sort=-value&limit=2&offset=2"
            ).json
            #expect(next["trials"]?.arrayValue?.map { $0["number"] } == [.integer(0)])
            let failed = try await running.request("GET", "/v1/studies/digits/trials/2").json
            #expect(failed["failure"]?["kind"] == .string("crashed"))
            #expect(failed["attempts"]?.arrayValue?.first?["log"] == .string("hello\n"))
            #expect(failed["attempts"]?.arrayValue?.first?["outcome"]?["result"] == .string("failed"))
        }
    }

    @Test func logHoldsTheEventsExactly() async throws {
        let engine = try engineWithStudy()
        try engine.addStudy("other")
        let id = try #require(engine.memory.study(slug: "digits")).id
        let stored = engine.memory.events(of: id, after: 0, limit: 1000)
        try await withServer(engine) { running in
            let all = try await running.request("GET", "/v1/studies/digits/log").body
            #expect(try EventFrame.decode(all[...]).events == stored)
            let some = try await running.request("GET", "/v1/studies/digits/log?after=\(stored[2].sequence)&limit=3")
                .body
            #expect(try EventFrame.decode(some[...]).events == Array(stored[3..<6]))
        }
    }

    @Test func replyWaitsForTheDisk() async throws {
        let engine = FakeEngine(commitsAtOnce: false)
        try engine.addStudy("digits")
        engine.memory.commit()
        let committed = Flag()
        try await withServer(engine) { running in
            let path = running.path
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let status = try await blocking {
                        try RawConnection(path: path).request("POST", "/v1/studies/digits/ask").status
                    }
                    #expect(status == 201)
                    let wasCommitted = committed.isUp
                    #expect(wasCommitted)
                }
                while engine.log.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
                committed.raise()
                engine.memory.commit()
                try await group.waitForAll()
            }
        }
    }
}

/// Raised once, seen from every thread.
private final class Flag: Sendable {
    private let state = Atomic(false)

    var isUp: Bool { state.load(ordering: .sequentiallyConsistent) }

    func raise() { state.store(true, ordering: .sequentiallyConsistent) }
}
