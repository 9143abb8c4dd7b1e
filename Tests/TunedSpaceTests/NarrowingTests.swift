import Testing
import TunedSpace

@Suite struct NarrowingTests {
    let space: SearchSpace

    init() throws { space = try Schema(parsing: SchemaTests.svm).space }

    private func narrowed(_ text: String) throws -> SearchSpace {
        try space.narrowed(by: try JSONValue(parsing: text).objectValue ?? [:])
    }

    @Test func narrowsRangesAndChoices() throws {
        let narrow = try narrowed(#"{"C": {"low": 0.1}, "kernel": {"choices": ["rbf", "poly"]}, "degree": {"high": 3}, "gamma": {"low": 0.2}}"#)
        #expect(narrow.parameters[0].domain == .float(FloatDomain(low: 0.1, high: 1e3, isLogarithmic: true)))
        #expect(narrow.parameters[1].domain == .integer(IntegerDomain(low: 2, high: 3)))
        #expect(narrow.parameters[2].allowed == [1, 2])
        // 0.2 is no point of the declared steps: the next one is.
        #expect(narrow.parameters[3].domain == .float(FloatDomain(low: 0.25, high: 1, step: 0.25)))
    }

    @Test func keepsTheMeaningOfCategories() throws {
        let narrow = try narrowed(#"{"kernel": {"choices": ["poly"]}}"#)
        #expect(narrow.parameters[2].isFixed)
        #expect(narrow.defaults[2] == .category(1))
        #expect(narrow.text(.category(1), of: 2) == "poly")
        #expect(!narrow.parameters[2].contains(.category(0)))
        #expect(narrow.defaults[1] != nil)
    }

    @Test func fixesParameters() throws {
        let narrow = try narrowed(#"{"C": 2, "kernel": "linear", "scale": true, "size": 2.5}"#)
        #expect(narrow.parameters.map(\.isFixed) == [true, false, true, false, true, true])
        #expect(narrow.defaults.values == [.float(2), nil, .category(0), nil, .category(1), .category(1)])
        #expect(narrow.finiteSize == 1)
        #expect(narrow.count == space.count)
    }

    @Test(arguments: [
        (#"{"gama": 1}"#, SpaceError.Code.unknownParameter, "did you mean \"gamma\""), (#"{"C": {"lwo": 1}}"#, .unknownKey, "low"),
        (#"{"C": {"low": 1e-9}}"#, .range, "C.low"), (#"{"C": {"low": 5, "high": 2}}"#, .range, "above"),
        (#"{"C": 0}"#, .value, "0.001"), (#"{"kernel": {"choices": ["sigmoid"]}}"#, .value, "sigmoid"),
        (#"{"kernel": {"choices": []}}"#, .choices, "choose"), (#"{"kernel": {"choices": ["rbf", "rbf"]}}"#, .duplicate, "twice"),
        (#"{"gamma": {"low": 0.3, "high": 0.4}}"#, .range, "lies between"), (#"{"C": {"log": false}}"#, .unknownKey, "log"),
        (#"{"C": [1, 2]}"#, .value, "a list"), (#"{"degree": {"low": 2.5}}"#, .type, "whole"),
    ])
    func refuses(_ text: String, _ code: SpaceError.Code, _ tells: String) throws {
        let error = try #require(throws: SpaceError.self) { try narrowed(text) }
        #expect(error.code == code, "\(error)")
        #expect(error.description.contains(tells), "\(error)")
    }
}
