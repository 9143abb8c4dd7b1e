import Testing
import TunedSpace
import TunedTestSupport

@Suite struct JSONTests {
    @Test(arguments: [
        ("null", JSONValue.null), ("true", .boolean(true)), (" [1, 2.5] ", .array([.integer(1), .number(2.5)])),
        ("1e3", .number(1000)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
        ("9223372036854775808", .number(0x1p63)), ("1.0", .number(1)), (#""\u00e9\ud83d\ude00\n""#, .string("é😀\n")),
        (#"{"a": {}, "b": []}"#, .object(["a": .object([:]), "b": .array([])])),
    ])
    func parses(_ text: String, _ expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "01", "1.", ".5", "+1", "1e", "nul", "tru", "'a'", "\"a", "\"\\x\"", "\"\\ud800\"",
        "\"\\ud800\\u0041\"", "\"\u{1}\"", "1 2", "{a: 1}", "NaN", "1e999", "{\"a\": 1, \"a\": 2}", "[1 2]", "{\"a\" 1}", "\u{feff}1",
        "\"\\u00g0\"",
    ])
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func namesThePlaceOfAnError() throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: "{\"a\": 1,\n \"b\": tru}") }
        #expect(error.line == 2)
        #expect(error.column == 7)
        #expect(error.offset == 15)
    }

    @Test func namesTheKeyThatComesTwice() throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: "{\"low\": 1, \"low\": 2}") }
        #expect(error.message.contains("\"low\" comes twice"))
    }

    @Test func limitsDepthAndSize() throws {
        let depth = JSONValue.maximumDepth
        let deepest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(throws: Never.self) { try JSONValue(parsing: deepest) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[" + deepest + "]") }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1, 2]", limit: 5) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xff, 0x22]) }
    }

    @Test(arguments: [0.1, 1e-5, .leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 1e16, 123456789.125, 1.0 / 3] as [Double])
    func writesDoublesThatReadBackTheSame(_ number: Double) throws {
        let back = try JSONValue(parsing: JSONValue.number(number).text())
        #expect(back.doubleValue?.bitPattern == number.bitPattern)
        #expect(back == .number(number))
    }

    @Test func writesSortedAndEscaped() throws {
        let value = JSONValue.object(["b": .array([.integer(1), .null]), "a": .string("\"\\\n\u{1}é"), "c": .number(.nan)])
        #expect(value.text() == #"{"a":"\"\\\n\u0001é","b":[1,null],"c":null}"#)
        #expect(try JSONValue(parsing: value.text(pretty: true)) == JSONValue(parsing: value.text()))
        #expect(JSONValue.object(["a": .array([.integer(1)])]).text(pretty: true) == "{\n  \"a\": [\n    1\n  ]\n}")
    }

    @Test func survivesAnyBytes() {
        var random = SeededGenerator(seed: 1)
        let alphabet = Array("{}[]\",:0123456789.eE+-truefalsn\\u \n".utf8) + [0xff, 0xc3, 0x00]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            if let value = try? JSONValue(parsing: bytes) {
                #expect((try? JSONValue(parsing: value.text())) == value, "seed 1, bytes \(bytes)")
            }
        }
    }

    @Test func readsNumbersAcrossTheirKinds() {
        #expect(JSONValue.number(3).integerValue == 3)
        #expect(JSONValue.number(3.5).integerValue == nil)
        #expect(JSONValue.number(1e300).integerValue == nil)
        #expect(JSONValue.integer(3).doubleValue == 3)
        #expect(JSONValue.string("3").integerValue == nil)
    }
}
