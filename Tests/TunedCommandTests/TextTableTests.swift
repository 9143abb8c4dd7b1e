import Testing
import tuned

@Suite struct TextTableTests {
    @Test func alignsTextLeftAndNumbersRight() {
        var table = TextTable([.init("NAME"), .init("VALUE", .right)])
        table.add(["a", "1"])
        table.add(["longer", "1000"])
        #expect(
            table.text() == """
                NAME    VALUE
                ------  -----
                a           1
                longer   1000

                """)
    }

    @Test func textGivesWayBeforeNumbers() {
        var table = TextTable([.init("REMARK"), .init("VALUE", .right)])
        table.add(["a remark that is far too long", "123456"])
        let lines = table.text(width: 20).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 20 })
        #expect(lines.last == "a remark th~  123456")
    }

    @Test func withoutAWidthNothingIsCut() {
        var table = TextTable([.init("X")])
        table.add([String(repeating: "y", count: 500)])
        #expect(table.text().contains(String(repeating: "y", count: 500)))
    }

    @Test func emptyColumnsCanBeHidden() {
        var table = TextTable([.init("A"), .init("B"), .init("C")], hidesEmpty: true)
        table.add(["1", "", "3"])
        #expect(table.text().split(separator: "\n").first == "A  C")
    }

    @Test func wideCharactersTakeTwoColumns() {
        #expect("日本".columns == 4)
        #expect("日本語".cut(to: 5, unicode: true) == "日本…")
        #expect("日本語".cut(to: 4, unicode: true) == "日…")
    }
}
