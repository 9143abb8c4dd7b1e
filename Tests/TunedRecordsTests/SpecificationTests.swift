import Testing
import TunedRecords
import TunedSpace

@Suite struct SpecificationTests {
    private func read(_ text: String) throws -> StudySpecification {
        try StudySpecification(json: try JSONValue(parsing: text))
    }

    @Test func wholeFileIsRead() throws {
        let specification = try read(
            """
            {"study": "digits-svm", "title": "Digits", "plugin": "svm", "trainable": "svm", "data": "/digits.csv",
             "config": {"target": "digit"}, "objectives": [{"metric": "error", "goal": "minimize"}, "recall"],
             "split": {"train": 0.6, "validation": 0.2, "test": 0.2, "by": "stratified", "folds": 5, "seed": 7},
             "sampler": {"name": "tpe", "startup": 5}, "stop": {"trials": 200, "time": "2h", "target": 0.01, "patience": 50},
             "resources": {"cpus": 2, "gpus": 1, "memory": "1GiB", "parallel": 8}, "timeout": "90s", "isolation": "worker",
             "space": {"C": {"low": 0.1}}, "rules": ["a <= b", {"never": {"kernel": "rbf"}}], "seed": 7}
            """)
        #expect(specification.slug == "digits-svm")
        #expect(specification.objectives == [ObjectiveSpecification(metric: "error", goal: .minimize), ObjectiveSpecification(metric: "recall")])
        #expect(specification.split?.folds == 5 && specification.split?.test == 0.2 && specification.split?.method == .stratified)
        #expect(specification.sampler == SamplerSpecification(name: "tpe", settings: ["startup": .integer(5)]))
        #expect(specification.stop == StopRules(trials: 200, time: 7200, target: 0.01, patience: 50))
        #expect(specification.resources == ResourceRequest(cpus: 2, gpus: 1, memory: 1 << 30))
        #expect(specification.parallel == 8 && specification.timeout == 90)
        #expect(specification.rules == ["a <= b", ["never": ["kernel": "rbf"]]])
        #expect(try StudySpecification(json: specification.json) == specification)
    }

    /// With a plugin and without one, a stored declaration gives the same space and the same rules.
    @Test(arguments: [nil, "svm"] as [String?]) func rulesOutliveADeclaration(_ plugin: String?) throws {
        var specification = StudySpecification()
        specification.plugin = plugin
        specification.rules = ["x <= y"]
        let fields: [String: JSONValue] = ["x": ["type": "float", "low": 0, "high": 1], "y": ["type": "float", "low": 0, "high": 1]]
        specification.space = plugin == nil ? fields : ["x": ["high": 0.9, "prior": 0.2]]
        let declared = try SearchSpace(declaring: fields, rules: plugin == nil ? specification.rules : [])
        let space = plugin == nil ? declared : try declared.narrowed(by: specification.space, rules: specification.rules)
        let declaration = StudyDeclaration(
            specification: specification, schema: Schema(id: "s", space: declared, metrics: [Metric(name: "m", goal: .minimize)]), space: space,
            objectives: [Objective(metric: 0, name: "m", goal: .minimize)],
            plugin: plugin.map { PluginReference(name: $0, trainable: "s", hash: "") }, data: nil, createdAt: 0, createdBy: "")
        let read = try StudyDeclaration(parsing: declaration.text)
        #expect(read == declaration)
        #expect(read.space.rules.count == 1)
    }

    @Test(arguments: [
        (#"{"plugin": "a", "smapler": "tpe"}"#, "smapler", #"did you mean "sampler"?"#),
        (#"{"plugin": "a", "stop": {"trails": 3}}"#, "stop.trails", #"did you mean "trials"?"#),
        (#"{"plugin": "a", "rules": "a <= b"}"#, "rules", "list"),
        (#"{"plugin": "a", "stop": {"trials": 0}}"#, "stop.trials", "out of range"),
        (#"{"plugin": "a", "stop": {"trials": -5}}"#, "stop.trials", "out of range"),
        (#"{"plugin": "a", "stop": {"trials": "many"}}"#, "stop.trials", "whole number"),
        (#"{"plugin": "a", "stop": {"time": "soon"}}"#, "stop.time", "45s"),
        (#"{"plugin": "a", "resources": {"cpus": 0}}"#, "resources.cpus", "out of range"),
        (#"{"plugin": "a", "resources": {"memory": "lots"}}"#, "resources.memory", "512MiB"),
        (#"{"plugin": "a", "objectives": [{"metric": "e", "goal": "down"}]}"#, "objectives[0].goal", "minimize or maximize"),
        (#"{"plugin": "a", "objectives": []}"#, "objectives", "expected a list"),
        (#"{"plugin": "a", "split": {"train": 0.5, "validation": 0.2, "test": 0.2}}"#, "split", "add up"),
        (#"{"plugin": "a", "split": {"folds": 0}}"#, "split.folds", "out of range"),
        (#"{"plugin": "a", "split": {"test": 1.0}}"#, "split.test", "no fraction"),
        (#"{"plugin": "a", "split": {"by": "luck"}}"#, "split.by", "use one of plain, stratified"),
        (#"{"plugin": "a", "study": "Not A Name"}"#, "study", "a-z"),
        (#"{"plugin": "a", "study": "../x"}"#, "study", "a-z"),
        (#"{"plugin": "a", "seed": -1}"#, "seed", "from 0"),
        (#"{"plugin": "a", "isolation": "thread"}"#, "isolation", "worker or inprocess"),
        (#"{"plugin": "a", "isolation": "inprocess", "timeout": "5s"}"#, "timeout", "cannot be killed"),
        (#"{"plugin": "a", "isolation": "inprocess", "resources": {"memory": "1GiB"}}"#, "resources.memory", "isolation: worker"),
        (#"{"plugin": "a", "isolation": "inprocess", "resources": {"gpus": 1}}"#, "resources.gpus", "isolation: worker"),
        (#"{"isolation": "inprocess", "space": {"x": {"type": "bool"}}}"#, "isolation", "no code of a plugin"),
        (#"{"study": "x"}"#, "plugin", "name a plugin"),
        (#"[]"#, "", "expected a map"),
    ])
    func mistakeIsNamedWithItsPlace(text: String, path: String, words: String) throws {
        do {
            _ = try read(text)
            Issue.record("\(text) was read without an error")
        } catch let error as SpecificationError {
            #expect(error.path == path)
            #expect(error.message.contains(words), "\(error.message)")
        }
    }

    @Test func isolationIsKept() throws {
        #expect(try read(#"{"plugin": "a"}"#).isolation == .worker)
        let inside = try read(#"{"plugin": "a", "isolation": "inprocess", "resources": {"cpus": 2, "parallel": 3}}"#)
        #expect(inside.isolation == .inprocess)
        #expect(try StudySpecification(json: inside.json) == inside)
    }

    @Test(arguments: [
        (Quantity.duration, "45s", 45.0), (.duration, "1h30m", 5400), (.duration, "2h", 7200), (.duration, "1.5m", 90), (.duration, "10", 10),
        (.bytes, "1GiB", 1_073_741_824), (.bytes, "512 MiB", 536_870_912), (.bytes, "2GB", 2e9), (.bytes, "100", 100),
    ])
    func quantityIsRead(unit: Quantity, text: String, value: Double) { #expect(unit.parse(text) == value) }

    @Test(arguments: ["", "h", "3 parsecs", "1h2", "--3s", "nan", "inf", "1..2s"])
    func nonsenseIsNoQuantity(text: String) { #expect(Quantity.duration.parse(text) == nil) }

    @Test func seedFollowsFromStudyTrialAndFoldOnly() {
        let seed = { (fold: Int, trial: Int) in RunKey(fold: fold).seed(study: 7, trial: trial) }
        #expect(seed(1, 2) == seed(1, 2))
        #expect(Set((0..<100).flatMap { trial in (0..<5).map { seed($0, trial) } }).count == 500)
        #expect(RunKey(segment: 3).seed(study: 7, trial: 1) == RunKey().seed(study: 7, trial: 1))
    }
}
