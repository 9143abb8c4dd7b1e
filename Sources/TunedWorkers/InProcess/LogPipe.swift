import CTunedWorker
import Glibc

/// Where code inside the daemon writes its trials' log lines to: a pipe that is read now and then. Whoever fills it faster than
/// that loses the lines that do not fit; neither side ever waits.
final class LogPipe: Sendable {
    /// What plugins' lines are written to.
    let input: Int32
    private let output: Int32

    /// Nil, with errno, where there is no pipe to be had.
    init?() {
        var ends: [Int32] = [-1, -1]
        let failure = tuned_pipe(&ends)
        guard failure == 0 else {
            errno = failure
            return nil
        }
        (output, input) = (ends[0], ends[1])
        _ = tuned_set_nonblocking(input)
        _ = tuned_set_nonblocking(output)
    }

    deinit {
        close(input)
        close(output)
    }

    func drain(_ take: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 16) { room in
            while true {
                let count = read(output, room.baseAddress, room.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                take(UnsafeRawBufferPointer(rebasing: room[..<count]))
            }
        }
    }
}
