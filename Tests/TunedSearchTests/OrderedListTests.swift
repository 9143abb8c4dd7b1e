import Testing
import TunedNumerics
import TunedSearch

@Suite struct OrderedListTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func staysSorted(_ seed: UInt64) {
        var random = CounterRandom(seed: seed, trial: 0)
        var list = OrderedList<Int>()
        var reference: [Int] = []
        for _ in 0..<6_000 {
            if random.uniform() < 0.3, let element = reference.randomElement(using: &random) {
                list.remove(element)
                reference.remove(at: reference.firstIndex(of: element) ?? 0)
            } else {
                let element = random.index(below: 3_000)
                list.insert(element)
                reference.append(element)
            }
        }
        reference.sort()
        #expect(list.count == reference.count, "seed \(seed)")
        #expect(list.first(.max) == reference, "seed \(seed)")
        #expect(list.first(10) { $0 % 2 == 0 } == Array(reference.filter { $0 % 2 == 0 }.prefix(10)), "seed \(seed)")
        #expect(OrderedList(reference.reversed()).first(.max) == reference, "seed \(seed)")
    }

    @Test func removesOnlyWhatItHas() {
        var list = OrderedList([3, 1, 2])
        list.remove(7)
        list.remove(0)
        #expect(list.count == 3)
        for element in [2, 1, 3] { list.remove(element) }
        #expect(list.count == 0)
        #expect(list.first(5).isEmpty)
    }
}
