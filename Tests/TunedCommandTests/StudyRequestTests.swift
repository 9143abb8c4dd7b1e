import Testing
import TunedRecords
import TunedSpace
import tuned

@Suite struct StudyRequestTests {
    @Test(arguments: [
        ("plugin: svm\nsmapler: {name: tpe}\n", "f.yaml:2:1:", "did you mean \"sampler\"?"),
        ("plugin: svm\nstop: {trails: 3}\n", "f.yaml:2:8:", "did you mean \"trials\"?"),
        ("plugin: svm\nstop:\n  trials: 0\n", "f.yaml:3:3:", "out of range"),
        ("plugin: svm\nstop:\n  trials: -5\n", "f.yaml:3:3:", "out of range"),
        ("plugin: svm\nstop:\n  time: soon\n", "f.yaml:3:3:", "a time such as"),
        ("plugin: svm\nresources:\n  memory: lots\n", "f.yaml:3:3:", "a size such as"),
        ("plugin: svm\nstudy: Has Spaces\n", "f.yaml:2:1:", "no study name"),
        ("plugin: svm\nobjectives:\n  - {metric: error, goal: least}\n", "f.yaml:3:21:", "minimize or maximize"),
        ("plugin: svm\nsplit: {folds: 1, validation: 0}\n", "f.yaml:2:1:", "no rows are left"),
        ("- a\n- b\n", "f.yaml:1:1:", "a map"),
    ])
    func mistakesInAFileNameTheirPlace(text: String, place: String, part: String) {
        let error = #expect(throws: CommandError.self) { try StudyRequest(text: text, name: "f.yaml").specification() }
        #expect(error?.message.hasPrefix(place) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test func pathsInAFileAreRelativeToIt() throws {
        let request = try StudyRequest(text: "plugin: ./svm.so\ndata: digits.csv\n", name: "/lab/studies/f.yaml")
        #expect(request.pluginPath == "/lab/studies/./svm.so")
        #expect(try request.specification().data == "/lab/studies/digits.csv")
    }

    @Test func valuesGoOverThoseOfTheFile() throws {
        var request = try StudyRequest(
            text: "plugin: svm\nsampler: grid\nstop: {trials: 5, time: 2h}\n", name: "f.yaml")
        request.merge(["trials": .integer(9)], into: "stop")
        request.merge(["points": .integer(4)], into: "sampler")
        let specification = try request.specification()
        #expect(specification.stop == StopRules(trials: 9, time: 7200))
        #expect(specification.sampler == SamplerSpecification(name: "grid", settings: ["points": .integer(4)]))
    }

    @Test func theDaemonsErrorsGetTheirPlaceToo() throws {
        let request = try StudyRequest(text: "plugin: svm\nspace:\n  C: {low: 9}\n", name: "f.yaml")
        let placed = request.located(CommandError(.usage, code: "invalid", "too high", path: "space.C.low"))
        #expect(placed.message == "f.yaml:3:7: too high")
        let unplaced = request.located(CommandError(.notFound, code: "notFound", "no such plugin"))
        #expect(unplaced.message == "no such plugin")
    }

    @Test func withoutAFileThePathIsNamed() {
        let error = #expect(throws: CommandError.self) {
            var request = StudyRequest(plugin: "svm")
            request.merge(["trials": .integer(0)], into: "stop")
            _ = try request.specification()
        }
        #expect(error?.message.hasPrefix("stop.trials: ") == true)
    }

    @Test(arguments: [
        ("lr=0.01", "lr", JSONValue.number(0.01)), ("kernel=rbf", "kernel", .string("rbf")),
        ("C={low: 0.1, high: 2}", "C", .object(["low": .number(0.1), "high": .integer(2)])),
        ("layers=[1, 2]", "layers", .array([.integer(1), .integer(2)])), ("flag=true", "flag", .boolean(true)),
        ("text='12'", "text", .string("12")), ("empty=", "empty", .string("")), ("a=b=c", "a", .string("b=c")),
        ("path=x: y", "path", .string("x: y")),
    ])
    func assignments(text: String, name: String, value: JSONValue) throws {
        let assignment = try Assignment(text)
        #expect(assignment.name == name)
        #expect(assignment.value == value)
    }

    @Test(arguments: [["lr"], ["=3"], ["a=1", "a=2"], ["a={b: "]])
    func wrongAssignments(texts: [String]) {
        #expect(throws: CommandError.self) { try Assignment.map(texts) }
    }
}
