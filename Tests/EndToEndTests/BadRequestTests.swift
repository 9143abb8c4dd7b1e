import Testing
import TunedSpace
import TunedTestSupport

/// What a person types wrongly is answered with what, where and what to do, and changes nothing.
@Suite(.timeLimit(.minutes(5))) struct BadRequestTests {
    @Test(arguments: ["show", "trials", "best", "pause", "resume", "stop", "ask", "verify", "export"])
    func unknownStudy(verb: String) async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned(verb, "nothing")
            #expect(run.status == 3)
            #expect(run.error.contains("there is no study \"nothing\"; `tuned studies` lists them"), "\(run.error)")
            #expect(run.output.isEmpty)
        }
    }

    @Test func aMistypedStudyIsGuessed() async throws {
        try await Lab.with { lab in
            try await lab.external("digits")
            let run = try await lab.tuned("pause", "digts")
            #expect(run.status == 3)
            #expect(run.error.contains("did you mean \"digits\"?"))
        }
    }

    @Test func unknownPlugin() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            let run = try await lab.tuned("run", "nop", "--trials", "3")
            #expect(run.status == 3)
            #expect(run.error.contains("did you mean \"noop\"?"))
            #expect(try await lab.tuned("unload", "svm").status == 3)
        }
    }

    @Test func aStudyNameThatIsTaken() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("noop"))
            try await lab.tunedOK("run", "noop", "--trainable", "noop", "--study", "mine", "--trials", "3")
            let run = try await lab.tuned(
                "run", "noop", "--trainable", "noop", "--study", "mine", "--trials", "4", "--json")
            #expect(run.status == 4)
            #expect(try JSONValue(parsing: run.error)["error"]?["code"]?.stringValue == "exists")
            #expect(try await lab.count("complete", of: "mine") == 3)
        }
    }

    @Test(arguments: ["0", "-5", "many", "1.5"])
    func wrongNumbersOfTrials(trials: String) async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned("run", "noop", "--trials", trials)
            #expect(run.status == 2)
            #expect(run.error.contains("trials"))
            #expect(lab.daemon == nil, "a command line that is wrong in itself needs no daemon")
        }
    }

    @Test func aTypoInAStudyFile() async throws {
        try await Lab.with { lab in
            let path = try lab.file("study.yaml", "plugin: noop\nstop: {trials: 3}\nsmapler: {name: tpe}\n")
            let run = try await lab.tuned("run", path)
            #expect(run.status == 2)
            #expect(run.error.contains("study.yaml:3:1: unknown key \"smapler\"; did you mean \"sampler\"?"))
        }
    }

    @Test func aTypoThatOnlyTheDaemonCanSee() async throws {
        try await Lab.with { lab in
            try await lab.tunedOK("load", TestPlugins.path("svm"))
            let path = try lab.file("study.yaml", "plugin: svm\nstop: {trials: 3}\nspace:\n  kernle: rbf\n")
            let run = try await lab.tuned("run", path)
            #expect(run.status == 2)
            #expect(run.error.contains("study.yaml:4:3: "))
            #expect(run.error.contains("did you mean \"kernel\"?"))
        }
    }

    @Test func usageErrorsAreJSONWhereAskedFor() async throws {
        try await Lab.with { lab in
            let run = try await lab.tuned("trials", "--json")
            #expect(run.status == 2)
            #expect(try JSONValue(parsing: run.error)["error"]?["code"]?.stringValue == "usage")
        }
    }
}

extension Lab {
    /// Begins a study that is asked and told from outside.
    func external(_ name: String) async throws {
        let path = try file(
            "\(name).yaml", "study: \(name)\nspace: {x: {type: float, low: 0, high: 1}}\nobjectives: [error]\n")
        try await tunedOK("run", path, "--detach")
    }
}
