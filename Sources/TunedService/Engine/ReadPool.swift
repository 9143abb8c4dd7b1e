import Dispatch
import Synchronization

/// A few serial queues for calls that block on the disk, so that they hold up neither an event loop nor Swift's cooperative
/// threads. Serial ones, since a concurrent queue on Linux grows threads reluctantly when its work blocks.
package final class ReadPool: Sendable {
    private let queues: [DispatchQueue]
    private let turn = Atomic<UInt>(0)

    package init(width: Int = 4) {
        queues = (0..<max(1, width)).map { DispatchQueue(label: "tuned.service.read.\($0)") }
    }

    package func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws -> Value {
        let queue = queues[Int(turn.add(1, ordering: .relaxed).newValue % UInt(queues.count))]
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: Result { () throws(Failure) -> Value in try body() })
            }
        }
        return try result.get()
    }
}
