import Foundation
import Testing
import TunedPlugin

@testable import mlp

@Suite struct TableTests {
    private func table(_ text: String) throws -> Table { try Table(Array(text.utf8)) }

    @Test func quotingBlanksAndLineEndsAreThoseOfCSV() throws {
        let table = try table("\u{FEFF}\n a , \"b \"\"q\"\" , c\",d\r\n1,2,3\r\n\r\n\"4\n5\",,6 ")
        #expect(table.header == ["a", "b \"q\" , c", "d"])
        #expect(table.cells == ["1", "2", "3", "4\n5", "", "6"])
        #expect(table.lines == [3, 5])
        let old = try self.table("a,b\r1,2\r3,4")
        #expect(old.cells == ["1", "2", "3", "4"])
        #expect(old.lines == [2, 3])
    }

    static let bad: [(text: String, reason: String)] = [
        ("", "the file is empty"),
        (" \n\r\n", "the file is empty"),
        ("a,b\n", "no rows of data"),
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 columns where the header has 2"),
        ("a,b\n1,2\n\n1\n", "line 4 has 1 columns where the header has 2"),
        ("a,b\n1,\"2\n3,4\n", "line 2: a quotation mark is opened and never closed"),
        ("a,b\n1,\"2\"x\n", "line 2: text follows a closing quotation mark"),
    ]

    @Test(arguments: bad.indices) func whatIsNoTableIsRefusedWithItsLine(_ index: Int) throws {
        let error = #expect(throws: TrialError.self) { try table(Self.bad[index].text) }
        #expect(error?.message.contains(Self.bad[index].reason) == true, "\(String(describing: error))")
    }

    @Test func filesAreNamedInErrors() throws {
        let missing = #expect(throws: TrialError.self) { try Table(path: "/nowhere/x.csv") }
        #expect(missing?.message == "cannot open /nowhere/x.csv: No such file or directory")
        let path = FileManager.default.temporaryDirectory.appending(path: "tuned-mlp-\(UUID().uuidString).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data([0x61, 0x00, 0x62]).write(to: URL(filePath: path))
        let binary = #expect(throws: TrialError.self) { try Table(path: path) }
        #expect(binary?.message == "\(path): byte 1 is zero: this is not a text file")
        // A folder opens and does not read.
        let folder = #expect(throws: TrialError.self) { try Table(path: "/tmp") }
        #expect(folder?.message.contains("cannot read /tmp") == true)
    }

    @Test func classesAreNumberedAsTheyCome() throws {
        let data = try LabelledRows(table("x,kind,y\n1,b,2\n3,a,4\n5,b,-6e-1\n"), target: "kind")
        #expect(data.classes == ["b", "a"])
        #expect(data.labels == [0, 1, 0])
        #expect(data.features == [1, 2, 3, 4, 5, -0.6])
        #expect(data.featureCount == 2)
        #expect(try LabelledRows(table("x,y\n1,2\n1,3\n"), target: nil).classes == ["2", "3"])
    }

    static let unusable: [(text: String, target: String?, reason: String)] = [
        ("a,b\n1,2\n", "c", "there is no column 'c' to be the target; the columns are 'a', 'b'"),
        ("a\n1\n2\n", nil, "'a' is the only column"),
        ("a,b\n1,x\n?,y\n", nil, "line 3, column 'a': '?' is not a number"),
        ("a,b\n1,x\ninf,y\n", nil, "line 3, column 'a': 'inf' is not a number"),
        ("a,b\n1,x\n1,\n", nil, "line 3: the target 'b' is empty"),
        ("a,b\n1,x\n2,x\n", nil, "every row has 'x' for the target 'b'"),
        ("a,b\n" + (0...1000).map { "1,\($0)\n" }.joined(), nil, "more than 1000 distinct values"),
    ]

    @Test(arguments: unusable.indices) func whatCannotBeClassifiedIsRefused(_ index: Int) throws {
        let (text, target, reason) = Self.unusable[index]
        let error = #expect(throws: TrialError.self) { try LabelledRows(table(text), target: target) }
        #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func scalingGoesByTheTrainingRowsAlone() throws {
        let data = try LabelledRows(table("a,b,c\n0,5,x\n2,5,y\n100,6,x\n"), target: nil)
        let scaled = Scaling(data, rows: [0, 1]).apply(data, rows: [0, 1, 2])
        #expect((0..<6).map { scaled.base[$0] } == [-1, 0, 1, 0, 99, 0])
    }
}
