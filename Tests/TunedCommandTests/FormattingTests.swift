import Testing
import tuned

@Suite struct FormattingTests {
    @Test(arguments: [
        (0.0, "0 s"), (0.0004, "under 1 ms"), (0.05, "50 ms"), (0.44, "0.4 s"), (12.4, "12 s"), (185, "3 min 05 s"),
        (8040, "2 h 14 min"), (273_600, "3 d 4 h"), (.nan, "unknown"), (-1, "unknown"),
    ])
    func duration(seconds: Double, text: String) {
        #expect(Formatting.duration(seconds) == text)
    }

    @Test(arguments: [
        (1250.4, "1,250/s"), (9.44, "9.4/s"), (0.2, "12.0/min"), (0.001, "3.6/h"), (0, "0/s"), (.infinity, "0/s"),
    ])
    func rate(perSecond: Double, text: String) {
        #expect(Formatting.rate(perSecond) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
    func count(number: Int, text: String) {
        #expect(Formatting.count(number) == text)
    }

    @Test(arguments: [(0.0178, "0.0178"), (1.0 / 3, "0.333333"), (1.5e-5, "1.5e-05"), (100, "100"), (.nan, "nan")])
    func value(number: Double, text: String) {
        #expect(Formatting.value(number) == text)
    }

    @Test(arguments: [(12.0, "12 B"), (1536, "1.5 KiB"), (8_589_934_592, "8.0 GiB"), (536_870_912, "512 MiB")])
    func bytes(number: Double, text: String) {
        #expect(Formatting.bytes(number) == text)
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        #expect("a\u{1b}[31mred\u{7}\nb".printable == "a[31mred b")
    }
}
