import TunedRecords
import TunedSpace

/// Neighbouring events of one study and one group, kept as one row of the log: events are small, and a row each would cost
/// several times their own bytes and time.
struct EventExtent {
    /// Sequence number of the first event; the others follow without a gap.
    var first: EventSequence
    var study: StudyID
    var count: Int
    /// For each event: its time as the difference to the one before (to 0 for the first), the payload's length, the payload.
    var bytes: [UInt8]

    var last: EventSequence { first + EventSequence(count) - 1 }

    /// Past this many bytes an extent is closed, so that reading a few events never decodes a long stretch.
    private static let closedAt = 32 * 1024

    /// Divides a group, in order.
    static func divide(_ events: [Event]) -> [EventExtent] {
        var extents: [EventExtent] = []
        var writer = BinaryWriter(reserving: closedAt)
        var payload = BinaryWriter(reserving: 256)
        var open: EventExtent?
        var time: Int64 = 0

        func close() {
            guard var extent = open else { return }
            extent.bytes = Array(writer.bytes)
            extents.append(extent)
            writer.removeAll()
            open = nil
        }
        for event in events {
            if let extent = open,
                extent.study != event.study || extent.last + 1 != event.sequence || writer.bytes.count >= closedAt
            {
                close()
            }
            if open == nil {
                open = EventExtent(first: event.sequence, study: event.study, count: 0, bytes: [])
                time = 0
            }
            payload.removeAll()
            event.payload.encode(into: &payload)
            writer.writeVarint(event.time &- time)
            writer.write(payload.bytes)
            time = event.time
            open?.count += 1
        }
        close()
        return extents
    }

    /// The events from `start` on, in order.
    func events(from start: EventSequence = 0) throws(BinaryCodingError) -> [Event] {
        var events: [Event] = []
        try forEach { sequence, time, payload throws(BinaryCodingError) in
            guard sequence >= start else { return }
            var reader = BinaryReader(payload)
            events.append(Event(sequence: sequence, study: study, time: time, payload: try EventPayload(from: &reader)))
        }
        return events
    }

    /// One event; nil where it is not among these.
    func event(_ wanted: EventSequence) throws(BinaryCodingError) -> Event? {
        var found: Event?
        try forEach { sequence, time, payload throws(BinaryCodingError) in
            guard sequence == wanted else { return }
            var reader = BinaryReader(payload)
            found = Event(sequence: sequence, study: study, time: time, payload: try EventPayload(from: &reader))
        }
        return found
    }

    /// Goes through the events without decoding their payloads.
    private func forEach(
        _ body: (EventSequence, Int64, ArraySlice<UInt8>) throws(BinaryCodingError) -> Void
    ) throws(BinaryCodingError) {
        // An event takes two bytes at least; more of them than that fit are a sign of damage.
        guard first > 0, (0...bytes.count).contains(count), first <= .max - EventSequence(count) else {
            throw .invalid(offset: 0, what: "\(count) events from \(first) on in \(bytes.count) bytes")
        }
        var reader = BinaryReader(bytes)
        var time: Int64 = 0
        for offset in 0..<EventSequence(count) {
            time = time &+ (try reader.readInteger())
            try body(first + offset, time, try reader.readBytes())
        }
    }
}
