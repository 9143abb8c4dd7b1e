import Testing
import TunedNumerics

@Suite struct SobolSequenceTests {
    /// Of the first 2^k points every interval of length 2^-k along every axis holds one.
    @Test(arguments: [1, 2, 10, SobolSequence.maximumDimensions])
    func everyStratumHoldsOnePoint(_ dimensions: Int) {
        let sequence = SobolSequence(dimensions: dimensions, seed: 4)
        let points = (0..<64).map { sequence.point($0) }
        for dimension in 0..<dimensions {
            #expect(Set(points.map { Int($0[dimension] * 64) }).count == 64, "dimension \(dimension)")
        }
    }

    /// Joe and Kuo's numbers are chosen for pairs: of 16 points, every box of a 4 x 4 grid over the first two holds one.
    @Test func pairsOfAxesAreFilled() {
        let sequence = SobolSequence(dimensions: 2, seed: 11)
        let boxes = (0..<16 as Range<UInt32>).map { index in
            let point = sequence.point(index)
            return Int(point[0] * 4) * 4 + Int(point[1] * 4)
        }
        #expect(Set(boxes).count == 16)
    }

    @Test func seedsDifferAndRepeat() {
        let a = SobolSequence(dimensions: 3, seed: 1)
        #expect(a.point(5) == SobolSequence(dimensions: 3, seed: 1).point(5))
        #expect(a.point(5) != SobolSequence(dimensions: 3, seed: 2).point(5))
        for index in 0..<100 as Range<UInt32> { #expect(a.point(index).allSatisfy { $0 > 0 && $0 < 1 }) }
    }
}
