import Glibc
import TunedPlugins

extension FuzzTarget {
    /// Checkpoint files. Only what was written whole may be read: anything else is refused before its first byte.
    static let checkpoint = FuzzTarget(
        name: "checkpoint", mutator: { Mutator(seed: $0, samples: CheckpointBench().samples, words: ["TUNEDCK2", "TUNEDCK1", "owner"]) },
        makeRun: {
            let bench = CheckpointBench()
            return { bench.run($0) }
        })
}

/// A file of its own in memory. Belongs to one thread.
private final class CheckpointBench {
    private static let owner = "0123456789abcdef svm"
    private let path: String
    let samples: [[UInt8]]

    init() {
        var random = SystemRandomNumberGenerator()
        let path = "/dev/shm/tuned-fuzz-\(getpid())-\(random.next())"
        self.path = path
        samples = [0, 1, 300].map { count in
            let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            guard let writer = try? CheckpointWriter(path: path, step: Int64(count), owner: Self.owner),
                (try? content.withUnsafeBytes(writer.append)) != nil, (try? writer.commit()) != nil
            else { return [] }
            return Self.bytes(of: path)
        }
    }

    deinit { unlink(path) }

    func run(_ bytes: [UInt8]) -> String? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count else { return "the file cannot be written" }
        close(descriptor)
        guard let reader = try? CheckpointReader(path: path, owner: Self.owner) else { return nil }
        guard samples.contains(bytes) else { return "a file that nobody wrote was taken for a checkpoint" }
        var total = 0
        withUnsafeTemporaryAllocation(byteCount: 7, alignment: 1) { room in
            while case let count = reader.read(into: room), count > 0 { total += count }
        }
        return total == Int(reader.step) ? nil : "\(total) bytes of \(reader.step) were read"
    }

    private static func bytes(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }
}
