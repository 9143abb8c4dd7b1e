import Testing
import TunedEngine
import TunedPlots
import TunedRecords
import TunedSpace

@testable import TunedService

/// What the two formats of a report make of hostile text, and the study file in it.
@Suite struct ReportTests {
    @Test func markupInTextStaysText() {
        var document = ReportDocument(title: "a <b> & *c*")
        document.heading("x | y")
        document.table(["p|q"], [["1 | 2 <script>"]])
        document.code("```\nfence", "sh")
        document.list(["# no heading", "- no list"])
        let html = HTMLReport.text(of: document)
        #expect(html.contains("<h1>a &lt;b&gt; &amp; *c*</h1>") && !html.contains("<script>") && html.contains("<code>```\nfence</code>"))
        let markdown = MarkdownReport.text(of: document, pictures: "p-")
        #expect(markdown.hasPrefix("# a \\<b\\> \\& \\*c\\*\n") && markdown.contains("| 1 \\| 2 \\<script\\> |") && markdown.contains("````sh\n```\nfence\n````"))
        #expect(markdown.contains("- \\# no heading\n- \\- no list"))
    }

    @Test func yamlQuotesWhatWouldBeReadOtherwise() {
        let fields: [String: JSONValue] = [
            "study": .string("a"), "title": .string("Does it: work? #1"), "off": .string("no"), "count": .string("12"), "seed": .integer(3), "empty": .string(""),
            "space": .object(["C": .object(["low": .number(0.1)]), "kernel": .object(["choices": .array([.string("rbf"), .boolean(true)])])]),
            "sampler": .object(["name": .string("auto")]),
        ]
        #expect(
            YAMLText.text(of: fields, order: ["study", "seed"])
                == """
                study: a
                seed: 3
                count: "12"
                empty: ""
                "off": "no"
                sampler: {name: auto}
                space:
                  C: {low: 0.1}
                  kernel: {choices: [rbf, true]}
                title: "Does it: work? #1"

                """)
    }

    @Test func failuresThatSayTheSameAreOne() {
        #expect(StudyReport.withoutNumbers("row 17 of 1200") == StudyReport.withoutNumbers("row 3 of 9"))
        #expect(StudyReport.withoutNumbers("bad kernel") != StudyReport.withoutNumbers("bad gamma"))
    }

    @Test func theLogTellsWhichSurroundingsDiffer() {
        func record(_ cpu: String) -> String {
            EnvironmentRecord(
                pluginHash: "a", buildID: "", abiMinor: 1, dataDigest: "", host: "h", kernel: "k", cpuModel: cpu, gpus: [], threads: 1, variables: [:],
                daemonVersion: "1"
            ).json.text()
        }
        func started(_ trial: Int, _ environment: EventSequence) -> EventPayload {
            .attemptStarted(AttemptStarted(trial: trial, run: RunKey(), attempt: 0, nonce: 1, cpus: [0], gpus: [], environment: environment))
        }
        var log = StudyLog()
        let payloads: [EventPayload] = [
            .environmentSeen(record: record("one")), started(0, 1), started(1, 1), .environmentSeen(record: record("other")), started(2, 4),
            .noted(text: "the CPU was one, is other"), .noted(text: "the CPU was one, is other"),
            .reported(trial: 0, run: RunKey(), MetricReport(metric: 0, step: 1, value: 2)),
            // A final refit is no part of the search.
            .reported(trial: 0, run: RunKey(purpose: .final), MetricReport(metric: 0, step: 9, value: 9)),
        ]
        for (index, payload) in payloads.enumerated() { log.take(Event(sequence: EventSequence(index + 1), study: StudyID(rawValue: 1), time: 5, payload: payload)) }
        #expect(log.environments.map(\.attempts) == [2, 1] && log.notes.count == 1)
        #expect(log.environments[1].record.differences(from: log.environments[0].record) == ["CPU was one, is other"])
        #expect(log.curves.curves(of: 0) == [PlottedCurve(trial: 0, fold: 0, steps: [1], values: [2])])
    }

    @Test func theTestSetIsReportedWhereItWasUsed() throws {
        let engine = FakeEngine()
        let id = try engine.addStudy("digits")
        for number in 0..<3 { engine.addTrial(number, of: id, value: number == 1 ? nil : 0.5) }
        let row = try #require(try engine.store.study(slug: "digits"))
        let declaration = try StudyDeclaration(of: row)
        let rows = try engine.store.trials(of: row.id, matching: TrialQuery())
        func html(_ study: [String: JSONValue]) -> String {
            let report = StudyReport(
                row: row, declaration: declaration, rows: rows, log: StudyLog(), study: .object(study), winner: nil, best: Array(rows.prefix(1)), attempts: [],
                plugin: nil, version: "1")
            return HTMLReport.text(of: report.document)
        }
        #expect(html([:]).contains("The test set has not been used."))
        func use(_ at: Int64, _ value: Double, _ reason: String) -> JSONValue {
            .object(["at": .integer(at), "trial": .integer(2), "values": .array([.number(value)]), "reason": .string(reason), "state": .string("complete")])
        }
        let fields: [String: JSONValue] = [
            "trial": .integer(2), "values": .array([.number(0.125)]), "train_rows": .integer(80), "test_rows": .integer(20), "at": .integer(0),
            "uses": .array([use(0, 0.125, "")]),
        ]
        let once = html(["final": .object(fields)])
        #expect(!once.contains("has not been used") && once.contains("used once") && once.contains("error 0.125") && once.contains("20 rows"))
        let twice = html(["final": .object(fields.merging(["uses": .array([use(0, 0.125, ""), use(1000, 0.25, "a &lt;bug&gt;")])]) { $1 })])
        #expect(twice.contains("2 times") && twice.contains("1970-01-01T00:00:01Z: trial 2, 0.25") && twice.contains("a &amp;lt;bug"))
        #expect(once.contains("1 of 3 trials failed."))
    }

    @Test func timesAreInUTC() {
        #expect(StudyReport.time(0) == "1970-01-01T00:00:00Z" && StudyReport.time(1_790_000_000_123) == "2026-09-21T14:13:20Z")
    }

    @Test func manyReportsOfARunAreThinnedAndTheLastIsKept() {
        var curves = ReportedCurves()
        for step in 0..<10_000 { curves.add(MetricReport(metric: 0, step: Int64(step), value: Double(step)), trial: 1, fold: 0) }
        let curve = curves.curves(of: 0)
        #expect(curve.count == 1 && curve[0].steps.count <= 402 && curve[0].steps.first == 0 && curve[0].steps.last == 9_999)
        #expect(zip(curve[0].steps, curve[0].steps.dropFirst()).allSatisfy { $0 < $1 })
        curves.add(MetricReport(metric: 1, step: 0, value: .nan), trial: 2, fold: 0)
        #expect(curves.metrics == [0])
    }
}
