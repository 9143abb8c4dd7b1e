import Glibc
import Synchronization
import TunedSpace
import TunedWire

/// The frames of the worker. Reading belongs to the main thread; any thread may write.
final class Channel: Sendable {
    private let input: Int32
    private let output: Int32
    private let writer = Mutex(BinaryWriter(reserving: 256))

    init(input: Int32, output: Int32) {
        self.input = input
        self.output = output
    }

    /// One write a frame. Ends the process when the daemon is gone.
    func send(_ message: FromWorker) {
        writer.withLock { writer in
            writer.removeAll()
            message.frame(into: &writer)
            var rest = writer.bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if count == 0 || errno != EINTR {
                    _exit(WorkerExitStatus.channelLost)
                }
            }
        }
    }

    /// Hands every message to `act`, until the daemon hangs up.
    func receive(_ act: (ToWorker) -> Void) {
        var parser = FrameParser()
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
        defer { room.deallocate() }
        while true {
            let count = read(input, room.baseAddress, room.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            parser.append(UnsafeRawBufferPointer(rebasing: room[..<count]))
            do {
                while let payload = try parser.next() { act(try ToWorker(payload: payload)) }
            } catch {
                complain("the daemon sent what is no message: \(error)")
                _exit(WorkerExitStatus.badFrame)
            }
        }
    }
}
