import Testing
import TunedRecords
import TunedSpace

@Suite struct EventFrameTests {
    private let events = (1...5).map { number in
        Event(
            sequence: EventSequence(number), study: StudyID(rawValue: 3), time: 1_700_000_000_000 + Int64(number),
            payload: .trialEnded(TrialEnded(trial: number, state: .complete, values: [0.1, -.infinity])))
    }

    @Test func wholeFramesComeBackAndTheRestIsLeft() throws {
        let bytes = EventFrame.encode(events)
        for cut in 0...bytes.count {
            let (read, consumed) = try EventFrame.decode(bytes[..<cut])
            #expect(read == Array(events.prefix(read.count)))
            let (rest, _) = try EventFrame.decode(bytes[consumed...])
            #expect(read + rest == events)
        }
    }

    @Test func hugeLengthIsRefused() {
        #expect(throws: BinaryCodingError.self) { try EventFrame.decode([0xff, 0xff, 0xff, 0x7f, 0][...]) }
    }

    @Test func garbageIsRefused() {
        #expect(throws: BinaryCodingError.self) { try EventFrame.decode([4, 0, 0, 0, 2, 2, 2, 255][...]) }
    }
}
