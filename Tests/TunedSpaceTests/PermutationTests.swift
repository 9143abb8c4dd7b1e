import Testing
import TunedSpace

@Suite struct PermutationTests {
    @Test func numbersOrdersLexicographically() {
        #expect((0..<6).map { PermutationCode.order(at: $0, items: 3) } == [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        // 2·3! + 1·2! + 0·1! = 14.
        #expect(PermutationCode.digits(of: [2, 1, 0, 3]) == [2, 1, 0, 0])
        #expect(PermutationCode.number(of: [2, 1, 0, 3]) == 14)
        for number in 0..<720 as Range<UInt64> {
            let order = PermutationCode.order(at: number, items: 6)
            #expect(PermutationCode.number(of: order) == number)
            #expect(PermutationCode.order(ofKeys: PermutationCode.keys(of: order)) == order)
        }
        #expect(PermutationCode.count(18) == 6_402_373_705_728_000)
        #expect(PermutationCode.number(of: Array((0..<18).reversed())) == PermutationCode.count(18) - 1)
        for wrong in [[0, 0], [1, 2], [-1, 0], Array(0..<19)] { #expect(PermutationCode.number(of: wrong) == nil) }
        #expect(PermutationCode.number(of: []) == 0)
    }

    static let steps: JSONValue = ["type": "permutation", "of": ["scale", "select", "project"], "default": ["select", "scale", "project"]]

    @Test func isWrittenAsAList() throws {
        let space = try SearchSpace(declaring: ["steps": Self.steps])
        let parameter = space.parameters[0]
        #expect(space.finiteSize == 6)
        #expect(parameter.defaultValue == .integer(2))
        #expect(space.json(space.defaults)[0].value == ["select", "scale", "project"])
        #expect(space.text(.integer(5), of: 0) == "project,select,scale")
        #expect(parameter.value(meantBy: "project, scale,select") == .integer(4))
        #expect(parameter.order(of: .integer(4)) == [2, 0, 1])
        for wrong in ["scale", ["scale", "select"], ["scale", "scale", "project"], "a,b,c", 3, ["scale", "select", "project", "scale"]] as [JSONValue] {
            #expect(parameter.value(meantBy: wrong) == nil)
        }
        for number in 0..<6 as Range<Int64> {
            let configuration = Configuration([.integer(number)])
            let fields = Dictionary(space.json(configuration).map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
            #expect(try space.configuration(from: fields) == configuration)
            #expect(UnitCube(space).configuration(at: UnitCube(space).coordinates(of: configuration)) == configuration)
        }
        // Stored as the integer that it is.
        var writer = BinaryWriter()
        Configuration([.integer(4)]).encode(into: &writer)
        #expect(writer.bytes == [1, 2, 8])
        let schema = Schema(id: "s", space: space, metrics: [Metric(name: "m", goal: .minimize)])
        #expect(try Schema(json: schema.json) == schema)
    }

    @Test func beginsWithTheOrderAsDeclared() throws {
        let space = try SearchSpace(declaring: ["order": ["type": "permutation", "of": 4]])
        #expect(space.json(space.defaults)[0].value == [0, 1, 2, 3])
        #expect(try SearchSpace(declaring: ["order": ["type": "permutation", "of": 18]]).finiteSize == PermutationCode.count(18))
    }

    @Test func isFixedOrLeft() throws {
        let space = try SearchSpace(declaring: ["steps": Self.steps])
        #expect(try space.narrowed(by: ["steps": ["project", "scale", "select"]]).finiteSize == 1)
        #expect(throws: SpaceError.self) { try space.narrowed(by: ["steps": ["low": 2]]) }
        #expect(try space.narrowed(by: ["steps": ["prior": ["value": ["project", "scale", "select"]]]]).defaults == Configuration([.integer(4)]))
    }

    @Test func canBeARulesSubject() throws {
        let space = try SearchSpace(
            declaring: ["steps": Self.steps, "x": ["type": "float", "low": 0, "high": 1]],
            rules: [["if": ["steps": ["project", "scale", "select"]], "then": ["x": ["high": 0.5]]]])
        #expect(!space.isLegal(Configuration([.integer(4), .float(0.6)])))
        #expect(space.isLegal(Configuration([.integer(3), .float(0.6)])))
        let error = try #require(throws: SpaceError.self) { try SearchSpace(declaring: ["s": Self.steps], rules: ["s <= 3"]) }
        #expect(error.code == .rule)
    }

    @Test(arguments: [
        (0, SpaceError.Code.limit), (19, .limit), (["a", "a"], .duplicate), ([], .limit), (["a", [1]], .type), ("abc", .type),
        (.array((0..<19).map { .integer($0) }), .limit),
    ] as [(JSONValue, SpaceError.Code)])
    func refuses(_ items: JSONValue, _ code: SpaceError.Code) throws {
        let error = try #require(throws: SpaceError.self) { try SearchSpace(declaring: ["p": ["type": "permutation", "of": items]]) }
        #expect(error.code == code && error.path.contains("of"), "\(error)")
    }
}
