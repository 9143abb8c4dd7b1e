import CTunedPlugin
import Foundation
import Testing
import TunedPlugin
import TunedPluginTesting

extension AllTests {
    @Suite struct SchemaTests {
        @Test func everyKindIsWrittenInTheGrammarOfTheHost() throws {
            let host = try TestHost(Everything.self)
            #expect(
                host.schemaJSON == """
                    {"id":"plugin","description":"one of each","parameters":[\
                    {"name":"rate","type":"float","description":"how \\"fast\\"\\u000a","low":0.0001,"high":1.0,"log":true,"default":0.01},\
                    {"name":"share","type":"float","low":0.0,"high":1.0,"step":0.25},\
                    {"name":"kernel","type":"categorical","choices":["linear","poly","rbf"],"default":"rbf"},\
                    {"name":"degree","type":"int","when":{"kernel":["poly"]},"low":2,"high":5,"default":3},\
                    {"name":"scale","type":"bool","default":true},\
                    {"name":"size","type":"ordinal","when":{"kernel":["poly","rbf"],"scale":[true]},"choices":[16,32,64],"default":32}],\
                    "metrics":[{"name":"error","goal":"minimize"},{"name":"score","goal":"maximize","description":"the larger"}],\
                    "fidelity":{"name":"epochs","low":1.0,"high":50.0},"deterministic":true,\
                    "config":[{"name":"target","required":false,"description":"a column"},{"name":"must","required":true}]}
                    """)
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(host.schemaJSON.utf8)) }
            #expect(host.trainable.flags == UInt32(TUNED_DETERMINISTIC | TUNED_CHECKPOINTS))
        }

        /// Anything that a person may type into a help text comes back from a JSON reader as it was.
        @Test(arguments: ["", "\"\\/\u{8}\t\u{1f}", "Grüße, 世界 🦉", "\u{7f}\u{2028}"])
        func textsSurvive(_ text: String) throws {
            struct Help: Trainable {
                nonisolated(unsafe) static var text = ""
                static var schema: Schema { Schema(help: text, parameters: [], metrics: [.minimize("m")]) }
                init(_ config: borrowing Config) {}
                func evaluate(_ trial: borrowing Trial) {}
            }
            Help.text = text
            let json = try JSONSerialization.jsonObject(with: Data(TestHost(Help.self).schemaJSON.utf8))
            #expect((json as? [String: Any])?["description"] as? String == (text.isEmpty ? nil : text))
        }

        @Test func schedulesAreListsOfShapes() throws {
            struct Scheduled: Trainable {
                static let rate = Parameter.float("rate", 0.5...1, schedule: [.warmRestarts, .cosine], help: "fast")
                static let batch = Parameter.integer("batch", 8...64, schedule: ScheduleShape.allCases)
                static let schema = Schema(parameters: [rate, batch], metrics: [.minimize("m")])
                init(_ config: borrowing Config) {}
                func evaluate(_ trial: borrowing Trial) {}
            }
            let text = try TestHost(Scheduled.self).schemaJSON
            #expect(text.contains(#""high":1.0,"schedule":["warm_restarts","cosine"]}"#), "\(text)")
            #expect(text.contains(#""schedule":["constant","step","exponential","polynomial","cosine","warm_restarts","one_cycle","warmup"]}"#))
        }

        @Test func whatMayChangeDuringTrainingIsSaidOfAnyKind() throws {
            struct Changing: Trainable {
                static let how = Parameter.categorical("how", ["a", "b"], mutable: true)
                static let rate = Parameter.float("rate", 0.5...1, schedule: [.cosine], mutable: true, when: how.is("a"), help: "fast")
                static let batch = Parameter.integer("batch", 8...64, default: 8, mutable: true)
                static let size = Parameter.ordinal("size", [1, 2], mutable: true)
                static let flag = Parameter.boolean("flag", mutable: true)
                static let depth = Parameter.integer("depth", 1...3)
                static let schema = Schema(parameters: [how, rate, batch, size, flag, depth], metrics: [.minimize("m")])
                init(_ config: borrowing Config) {}
                func evaluate(_ trial: borrowing Trial) {}
            }
            let text = try TestHost(Changing.self).schemaJSON
            let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            let parameters = json?["parameters"] as? [[String: Any]] ?? []
            #expect(parameters.map { $0["mutable"] as? Bool } == [true, true, true, true, true, nil], "\(text)")
        }

        @Test func boundsThatJSONDoesNotHaveAreLeftToTheHostToRefuse() throws {
            struct Endless: Trainable {
                static let x = Parameter.float("x", 0...Double.infinity, default: .nan)
                static let schema = Schema(parameters: [x], metrics: [.minimize("m")])
                init(_ config: borrowing Config) {}
                func evaluate(_ trial: borrowing Trial) {}
            }
            #expect(try TestHost(Endless.self).schemaJSON.contains(#""low":0.0,"high":null,"default":null"#))
        }

        @Test func tooManyTrainablesAreRefusedWithAReason() {
            TooMany.told = ""
            var table = tuned_host()
            table.size = UInt32(MemoryLayout<tuned_host>.size)
            table.fail = { _, code, text in
                TooMany.told = String(cString: text!)
                return code
            }
            let s = Square.self
            #expect(export(s, s, s, s, s, s, s, s, s, id: "many", version: "1", to: &table) == nil)
            #expect(TooMany.told == "it exports 9 trainables; at most 8 are possible")
        }

        private enum TooMany {
            nonisolated(unsafe) static var told = ""
        }

        @Test func severalTrainablesKeepTheirOwnTables() throws {
            let sum = try TestHost(Sum.self, Square.self), square = try TestHost(Sum.self, Square.self, index: 1)
            #expect(String(cString: sum.trainable.id) == "sum")
            #expect(String(cString: square.trainable.id) == "square")
            #expect(square.evaluate([TestValue.float(0.5)]) == TUNED_OK)
            #expect(square.objectives == [0: 0.25])
            #expect(sum.pluginExtension(TUNED_STEPWISE, as: tuned_stepwise_extension.self) != nil)
            #expect(square.pluginExtension(TUNED_STEPWISE, as: tuned_stepwise_extension.self) == nil)
        }
    }
}
