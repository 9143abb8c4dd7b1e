import CTunedWorker
import Foundation
import Testing

@Suite struct AffinityTests {
    @Test func affinityOfAThreadIsReadAndSet() async {
        let seen = await withCheckedContinuation { continuation in
            // A thread of its own, so that nothing else runs under the narrowed mask.
            Thread.detachNewThread {
                var before = [CInt](repeating: 0, count: 1024)
                let last = before[Int(tuned_affinity_get(0, &before, 1024)) - 1]
                let status = tuned_affinity_set(0, [last], 1)
                var after: CInt = -1
                let left = tuned_affinity_get(0, &after, 1)
                continuation.resume(returning: [status, left, after - last])
            }
        }
        #expect(seen == [0, 1, 0])
    }

    @Test(arguments: [-1, CInt(TUNED_CPU_LIMIT)])
    func cpuThatCannotBeIsRefused(cpu: CInt) {
        #expect(tuned_affinity_set(0, [cpu], 1) == -1)
        #expect(errno == EINVAL)
    }
}
