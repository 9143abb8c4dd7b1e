import Glibc
import Testing
import TunedRecords
import TunedService
import TunedSpace
import TunedStorage
import TunedTestSupport

@Suite struct EventStreamTests {
    /// Sequence numbers of the frames up to the last one wanted.
    private func read(_ frames: EventFrames, through last: Int64) throws -> [Int64] {
        var seen: [Int64] = []
        while seen.last != last, let frame = try frames.next() { if let id = frame.id { seen.append(id) } }
        return seen
    }

    @Test func resumesAfterAnEvent() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        for number in 0..<3 { engine.addTrial(number, of: study, value: 0.5) }
        let last = engine.memory.lastSequence
        try await withServer(engine) { running in
            let path = running.path
            try await blocking {
                let fromQuery = try EventFrames(RawConnection(path: path), "/v1/studies/digits/events?after=4")
                #expect(try read(fromQuery, through: last) == Array(5...last))
                let fromHeader = try EventFrames(
                    RawConnection(path: path), "/v1/events?after=2", headers: ["Last-Event-ID": "7"])
                #expect(try read(fromHeader, through: last) == Array(8...last))
            }
        }
    }

    @Test func eventsCarryNames() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        engine.addTrial(1, of: study, value: 0.25)
        try await withServer(engine) { running in
            let path = running.path
            try await blocking {
                let document = try Document()
                let frames = try EventFrames(RawConnection(path: path), "/v1/studies/digits/events?after=0")
                var byType: [String: JSONValue] = [:]
                for _ in 0..<5 {
                    let frame = try #require(try frames.next())
                    byType[frame.event] = frame.json
                    #expect(frame.json["type"] == .string(frame.event))
                    #expect(frame.json["sequence"] == frame.id.map(JSONValue.integer))
                    #expect(frame.json["study"] == .string("digits"))
                    #expect(!document.differences(of: frame.json, from: "Event").contains { $0.contains("missing") })
                }
                #expect(byType["trial_asked"]?["configuration"]?["kernel"] == .string("rbf"))
                #expect(byType["attempt_ended"]?["outcome"]?["metrics"] == .object(["error": .number(0.25)]))
                #expect(byType["trial_ended"]?["values"] == .array([.number(0.25)]))
                #expect(Set(byType.keys).isSubset(of: EventPayload.typeNames))
            }
        }
    }

    /// A batch is one event in the log and its trials' events to who follows; the last of them has the number.
    @Test func aBatchIsShownTrialByTrial() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        let batch = BatchRun(
            first: 0, askedAfter: 1, startedAt: 0, nonce: 1, cpus: [0], environment: 0,
            configurations: PackedConfigurations(try Self.configurations(3, engine)), metrics: [[0.5, 0.25, 0.125]],
            objectives: [0])
        let sequence = engine.memory.append([.batchRun(batch)], study: study, time: 7)
        engine.memory.append([.noted(text: "after it")], study: study, time: 8)
        try await withServer(engine) { running in
            let path = running.path
            try await blocking {
                let ends = try EventFrames(RawConnection(path: path), "/v1/events?after=\(sequence - 1)&types=trial_ended,noted")
                var seen: [(trial: Int64?, id: Int64?)] = []
                for _ in 0..<4 {
                    let frame = try #require(try ends.next())
                    seen.append((frame.json["trial"]?.integerValue, frame.id))
                    if frame.event == "trial_ended" { #expect(frame.json["sequence"] == .integer(sequence)) }
                }
                #expect(seen.map(\.trial) == [0, 1, 2, nil])
                #expect(seen.map(\.id) == [nil, nil, sequence, sequence + 1])
                let all = try EventFrames(RawConnection(path: path), "/v1/studies/digits/events?after=\(sequence - 1)")
                var types: [String] = []
                for _ in 0..<13 { types.append(try #require(try all.next()).event) }
                let trial = ["trial_asked", "attempt_started", "attempt_ended", "trial_ended"]
                #expect(types == trial + trial + trial + ["noted"])
            }
        }
    }

    private static func configurations(_ count: Int, _ engine: FakeEngine) throws -> [Configuration] {
        let row = try #require(engine.memory.studies().first)
        let space = try StudyDeclaration(parsing: row.declaration).space
        return Array(repeating: space.defaults, count: count)
    }

    @Test func startsWithWhatComesNext() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        engine.addTrial(0, of: study, value: 0.5)
        let before = engine.memory.lastSequence
        try await withServer(engine) { running in
            let path = running.path
            try await blocking {
                let frames = try EventFrames(RawConnection(path: path), "/v1/studies/digits/events")
                engine.addTrial(1, of: study, value: 0.4)
                #expect(try frames.next()?.id == before + 1)
            }
        }
    }

    @Test func sendsTheTypesAskedFor() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        for number in 0..<4 { engine.addTrial(number, of: study, value: 0.5) }
        try await withServer(engine) { running in
            let path = running.path
            try await blocking {
                let frames = try EventFrames(
                    RawConnection(path: path), "/v1/studies/digits/events?after=0&types=trial_ended,noted")
                for number in 0..<4 { #expect(try frames.next()?.json["trial"] == .integer(Int64(number))) }
            }
        }
    }

    /// Readers come, go and come again at random places while a writer commits without a pause; each sees every event once.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func resumingUnderConcurrentCommitsLosesAndRepeatsNothing(_ seed: UInt64) async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        var limits = ServiceLimits()
        limits.page = 7
        limits.bufferedEvents = 40
        let trials = 400
        let last = Int64(trials * 4 + 1)
        try await withServer(engine, limits: limits) { running in
            let path = running.path
            async let writing: Void = blocking {
                for number in 0..<trials {
                    engine.addTrial(number, of: study, value: 0.5)
                    if number % 8 == 0 { usleep(300) }
                }
            }
            async let reading: [Int64] = blocking {
                var random = SeededGenerator(seed: seed)
                var seen: [Int64] = []
                while seen.last != last {
                    let frames = try EventFrames(
                        RawConnection(path: path), "/v1/studies/digits/events",
                        headers: ["Last-Event-ID": "\(seen.last ?? 0)"])
                    let wanted = Int(random.next() % 200) + 1
                    var count = 0
                    while count < wanted, seen.last != last, let frame = try frames.next() {
                        guard let id = frame.id else { continue }
                        seen.append(id)
                        count += 1
                    }
                }
                return seen
            }
            try await writing
            #expect(try await reading == Array(1...last), "seed \(seed)")
        }
    }

    @Test func slowClientIsToldAndMissesNothing() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        var limits = ServiceLimits()
        limits.bufferedEvents = 16
        try await withServer(engine, limits: limits) { running in
            let path = running.path
            try await blocking {
                let connection = try RawConnection(path: path)
                connection.shrinkReceiveBuffer()
                let frames = try EventFrames(connection, "/v1/studies/digits/events?after=0")
                #expect(try frames.next()?.id == 1)
                // Far more than the sockets between take while nobody reads.
                let text = String(repeating: "x", count: 2000)
                for _ in 0..<2000 { engine.memory.append([.noted(text: text)], study: study, time: 1) }
                // Returns once all of them were offered to the stream.
                engine.memory.commit()
                let last = engine.memory.lastSequence
                var seen: [Int64] = []
                var overflows = 0
                while seen.last != last, let frame = try frames.next() {
                    if frame.event == "overflow" { overflows += 1 }
                    if let id = frame.id { seen.append(id) }
                }
                #expect(seen == Array(2...last))
                #expect(overflows > 0)
            }
        }
    }

    @Test func clientThatTakesNothingIsClosed() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        var limits = ServiceLimits()
        limits.heartbeat = .milliseconds(20)
        limits.missedHeartbeats = 2
        try await withServer(engine, limits: limits) { running in
            let path = running.path
            let server = running
            try await blocking {
                let connection = try RawConnection(path: path)
                connection.shrinkReceiveBuffer()
                _ = try EventFrames(connection, "/v1/studies/digits/events?after=0")
                let text = String(repeating: "x", count: 60_000)
                for _ in 0..<200 { engine.memory.append([.noted(text: text)], study: study, time: 1) }
                // The stream is over for the server while the client has not read a byte of it.
                while try followers(server.path) > 0 { usleep(5000) }
            }
        }
    }

    private func followers(_ path: String) throws -> Int64 {
        try RawConnection(path: path).request("GET", "/v1/status").json["followers"]?.integerValue ?? -1
    }

    @Test func clientThatLeavesIsForgotten() async throws {
        let engine = FakeEngine()
        try engine.addStudy("digits")
        try await withServer(engine) { running in
            let path = running.path
            try await blocking {
                var frames: EventFrames? = try EventFrames(RawConnection(path: path), "/v1/events")
                #expect(frames != nil)
                #expect(try followers(path) == 1)
                frames = nil
                while try followers(path) > 0 { usleep(1000) }
            }
        }
    }

    @Test func heartbeatsComeWhileNothingHappens() async throws {
        let engine = FakeEngine()
        try engine.addStudy("digits")
        var limits = ServiceLimits()
        limits.heartbeat = .milliseconds(10)
        try await withServer(engine, limits: limits) { running in
            let path = running.path
            try await blocking {
                let frames = try EventFrames(RawConnection(path: path), "/v1/events")
                for _ in 0..<3 { #expect(try frames.next(comments: true)?.event == "comment") }
            }
        }
    }

    @Test func endsWhenTheStudySettles() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        try await withServer(engine) { running in
            let path = running.path
            try await blocking {
                let frames = try EventFrames(
                    RawConnection(path: path), "/v1/studies/digits/events?until=settled&after=0")
                #expect(try frames.next()?.event == "study_created")
                engine.addTrial(0, of: study, value: 0.5)
                engine.memory.append([.studyStateChanged(.completed, reason: "10 trials")], study: study, time: 1)
                var events: [String] = []
                while let frame = try frames.next() { events.append(frame.event) }
                #expect(events.suffix(3) == ["trial_ended", "study_state_changed", "end"])
            }
        }
    }

    @Test func endsAtOnceForASettledStudyWithItsHistory() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        // A pause that was taken back ends nothing.
        engine.memory.append(
            [
                .studyStateChanged(.paused, reason: ""), .studyStateChanged(.running, reason: ""),
                .studyStateChanged(.stopped, reason: "by a person"),
            ], study: study, time: 1)
        try await withServer(engine) { running in
            let path = running.path
            try await blocking {
                let frames = try EventFrames(
                    RawConnection(path: path), "/v1/studies/digits/events?until=settled&after=0")
                var events: [String] = []
                var end: JSONValue?
                while let frame = try frames.next() {
                    events.append(frame.event)
                    end = frame.json
                }
                #expect(
                    events == [
                        "study_created", "study_state_changed", "study_state_changed", "study_state_changed", "end",
                    ])
                #expect(end == .object(["state": .string("stopped"), "reason": .string("by a person")]))
            }
        }
    }

    @Test func endsWithADeletedStudy() async throws {
        let engine = FakeEngine()
        let study = try engine.addStudy("digits")
        try await withServer(engine) { running in
            let path = running.path
            try await blocking {
                let frames = try EventFrames(RawConnection(path: path), "/v1/studies/digits/events")
                engine.memory.append([.studyDeleted], study: study, time: 1)
                #expect(try frames.next()?.event == "study_deleted")
                #expect(try frames.next()?.event == "end")
                #expect(try frames.next() == nil)
            }
        }
    }

    @Test func shutdownEndsStreams() async throws {
        let engine = FakeEngine()
        try engine.addStudy("digits")
        let (opened, signal) = AsyncStream<Void>.makeStream()
        var reading: Task<Bool, any Error>?
        try await withServer(engine) { running in
            let path = running.path
            reading = Task {
                try await blocking {
                    let frames = try EventFrames(RawConnection(path: path), "/v1/events")
                    signal.finish()
                    return frames.connection.isClosedByPeer()
                }
            }
            for await _ in opened {}
        }
        #expect(try await reading?.value == true)
    }
}
