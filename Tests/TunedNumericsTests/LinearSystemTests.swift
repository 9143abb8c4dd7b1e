import Testing
import TunedNumerics

@Suite struct LinearSystemTests {
    @Test func solves() throws {
        // Columns (2, 1) and (1, 3): 2x + y = 5, x + 3y = 10.
        let x = try #require(LinearSystem.solve([2, 1, 1, 3], [5, 10]))
        #expect(abs(x[0] - 1) < 1e-12 && abs(x[1] - 3) < 1e-12)
        // Needs a pivot.
        #expect(LinearSystem.solve([0, 1, 1, 0], [3, 4]) == [4, 3])
        #expect(LinearSystem.solve([], []) == [])
    }

    @Test func saysWhereThereIsNoSolution() {
        #expect(LinearSystem.solve([1, 2, 2, 4], [1, 1]) == nil)
        #expect(LinearSystem.solve([.nan, 0, 0, 1], [1, 1]) == nil)
    }
}
