import Testing
import TunedSpace
import tuned

@Suite struct YAMLDocumentTests {
    @Test(arguments: [
        ("12", JSONValue.integer(12)), ("-3", .integer(-3)), ("0x1f", .integer(31)), ("0o17", .integer(15)),
        ("1.5", .number(1.5)), (".5", .number(0.5)), ("1e-3", .number(0.001)), (".inf", .number(.infinity)),
        ("true", .boolean(true)), ("False", .boolean(false)), ("~", .null), ("", .null),
        ("no", .string("no")), ("on", .string("on")), ("1:30", .string("1:30")), ("2h", .string("2h")),
        ("inf", .string("inf")), ("0x1.8p3", .string("0x1.8p3")), ("rbf", .string("rbf")), ("1_000", .string("1_000")),
    ])
    func scalarsFollowTheCoreSchema(text: String, value: JSONValue) {
        #expect(YAMLScalar.value(of: text) == value)
    }

    @Test func quotedScalarsAreText() throws {
        let document = try YAMLDocument(parsing: "a: '12'\nb: \"true\"\n", name: "x.yaml")
        #expect(document.value == .object(["a": .string("12"), "b": .string("true")]))
    }

    @Test func everyKeyHasItsPlace() throws {
        let text = """
            study: a
            sampler: {name: tpe, setting: 3}
            objectives:
              - metric: error
                goal: minimize
            """
        let document = try YAMLDocument(parsing: text, name: "x.yaml")
        #expect(document.marks["sampler.setting"] == .init(line: 2, column: 22))
        #expect(document.marks["objectives[0].goal"] == .init(line: 5, column: 5))
        #expect(document.error(at: "objectives[0].goal", "m").message == "x.yaml:5:5: m")
        #expect(document.error(at: "objectives[0].nothing", "m").message == "x.yaml:4:5: m")
        #expect(document.error(at: "", "m").message.hasPrefix("x.yaml"))
    }

    @Test(arguments: [
        ("a: [1,\nb: }", "x.yaml:2:"), ("a: 1\na: 2\n", "x.yaml:1:1: given twice: a"), ("", "empty"),
        ("a: *nobody", "x.yaml:1:"), ("? [1, 2]\n: 3", "text"), ("\ta: 1", "x.yaml:1:"),
    ])
    func brokenFilesAreRefusedWithTheirPlace(text: String, part: String) {
        let error = #expect(throws: CommandError.self) { try YAMLDocument(parsing: text, name: "x.yaml") }
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
        #expect(error?.status == .usage)
    }

    @Test func aliasesCannotMultiplyWithoutLimit() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...8 {
            let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        #expect(throws: CommandError.self) { try YAMLDocument(parsing: text, name: "x.yaml") }
    }

    @Test func nestingHasALimit() {
        let text = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(throws: CommandError.self) { try YAMLDocument(parsing: text, name: "x.yaml") }
    }
}
