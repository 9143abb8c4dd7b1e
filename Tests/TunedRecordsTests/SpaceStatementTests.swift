import Testing
import TunedRecords
import TunedSpace

/// What a study says of its space, and how that changes.
@Suite struct SpaceStatementTests {
    private func external() throws -> StudyDeclaration {
        let specification = try StudySpecification(
            json: [
                "space": [
                    "lr": ["type": "float", "low": 1e-3, "high": 1, "log": true],
                    "kind": ["type": "categorical", "choices": ["a", "b"]], "n": ["type": "int", "low": 1, "high": 9, "step": 2],
                ]
            ])
        let space = try SearchSpace(declaring: specification.space)
        let schema = Schema(id: "external", space: space, metrics: [Metric(name: "value", goal: .minimize)])
        return StudyDeclaration(
            specification: specification, schema: schema, space: space, objectives: [Objective(metric: 0, name: "value", goal: .minimize)],
            plugin: nil, data: nil, createdAt: 0, createdBy: "test")
    }

    private func change(_ declaration: StudyDeclaration, _ request: SpaceRequest, at sequence: EventSequence) throws -> StudyDeclaration {
        let statement = try declaration.spaceStatement.changed(by: request)
        #expect(try SpaceStatement(parsing: statement.json.text()) == statement)
        return try declaration.changed(to: statement, since: sequence)
    }

    /// Without a plugin there is no limit but the study's own.
    @Test func aStudyWithoutAPluginGrows() throws {
        let first = try external()
        let wider = try change(
            first,
            SpaceRequest(entries: [
                "lr": ["low": 1e-5, "high": 0.5], "kind": ["choices": ["b", "c"]], "decay": ["type": "float", "low": 0, "high": 1],
            ]), at: 10)
        let names = wider.space.parameters.map(\.name)
        #expect(names == ["decay", "kind", "lr", "n"])
        // What is declared has grown, and the study searches what was asked for.
        #expect(wider.spaceStatement.declared?["lr"]?["low"] == 1e-5 && wider.spaceStatement.declared?["lr"]?["high"] == 1)
        #expect(wider.spaceStatement.declared?["kind"]?["choices"] == ["a", "b", "c"])
        let (kind, lr) = (wider.space.parameters[1], wider.space.parameters[2])
        #expect(!kind.contains(.category(0)) && kind.contains(.category(2)))
        #expect(lr.contains(.float(1e-5)) && !lr.contains(.float(0.6)))
        // The old places of parameters are known for what was asked for before.
        #expect(wider.space(at: 9) == first.space && wider.space(at: 10) == wider.space)

        let free = try change(wider, SpaceRequest(entries: ["lr": .null], removed: ["n"]), at: 20)
        #expect(free.space.parameters[2].contains(.float(1)))
        #expect(free.formerParameters == ["n"])
        #expect(free.space(at: 15) == wider.space)
        // A value of before, in the space of now.
        #expect(try free.values(first.space.partial(from: ["lr": 0.5]), statedAt: 5) == free.space.partial(from: ["lr": 0.5]))
        #expect(try free.values(first.space.partial(from: ["kind": "a"]), statedAt: 5) == nil)
        #expect(try free.values(first.space.partial(from: ["n": 3]), statedAt: 5) == nil)
    }

    @Test(arguments: [
        // A step counts from the lower bound: what lies on it would change.
        SpaceRequest(entries: ["n": ["low": 0]]), SpaceRequest(removed: ["x"]), SpaceRequest(removed: ["lr", "kind", "n"]),
        SpaceRequest(entries: ["lr": ["low": -1]]), SpaceRequest(entries: ["lr": 7]), SpaceRequest(entries: ["x": ["low": 0]]),
        SpaceRequest(entries: ["x": ["type": "float"]]), SpaceRequest(entries: ["lr": 0.1], removed: ["lr"]),
    ])
    func whatIsNoSpaceIsRefused(request: SpaceRequest) throws {
        let declaration = try external()
        #expect(throws: SpaceError.self) { try change(declaration, request, at: 10) }
    }

    @Test func damagedTextIsRefused() {
        for text in ["", "{}", #"{"space": [], "rules": []}"#, #"{"space": {}}"#] {
            #expect(throws: DeclarationError.self) { try SpaceStatement(parsing: text) }
        }
    }
}
