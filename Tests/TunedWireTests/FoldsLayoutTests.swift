import Testing
import TunedTestSupport
import TunedWire

@Suite struct FoldsLayoutTests {
    @Test func foldsComeBack() throws {
        let folds: [(train: [UInt32], evaluate: [UInt32])] = [([0, 1, 2], [3]), ([], [7, 8]), ([3, 4], [])]
        try FoldsLayout.words(folds).withUnsafeBufferPointer { words in
            let found = try #require(FoldsLayout.folds(in: words))
            #expect(found.map { Array($0.train) } == folds.map(\.train))
            #expect(found.map { Array($0.evaluate) } == folds.map(\.evaluate))
        }
    }

    @Test(arguments: 0..<100) func damagedMemoryIsRefusedOrStaysInside(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var words = FoldsLayout.words([([0, 1, 2], [3]), ([1], [7, 8])])
        words[Int.random(in: 0..<words.count, using: &generator)] = UInt32.random(in: 0...UInt32.max, using: &generator)
        words.withUnsafeBufferPointer { memory in
            for rows in FoldsLayout.folds(in: memory) ?? [] {
                for part in [rows.train, rows.evaluate] where !part.isEmpty {
                    #expect(part.baseAddress! >= memory.baseAddress!, "seed \(seed)")
                    #expect(part.baseAddress! + part.count <= memory.baseAddress! + memory.count, "seed \(seed)")
                }
            }
        }
    }
}
