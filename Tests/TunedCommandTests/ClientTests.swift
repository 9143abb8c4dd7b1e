import Testing
import tuned

@Suite struct ClientTests {
    @Test(arguments: [
        (["TUNED_HOME": "/a/b/"], "/a/b"), (["XDG_DATA_HOME": "/x", "HOME": "/h"], "/x/tuned-hpo"),
        (["HOME": "/h"], "/h/.local/share/tuned-hpo"),
        (["HOME": "/h", "XDG_DATA_HOME": "relative"], "/h/.local/share/tuned-hpo"),
        (["HOME": "/h", "TUNED_HOME": ""], "/h/.local/share/tuned-hpo"),
    ])
    func dataDirectory(variables: [String: String], path: String) throws {
        #expect(try DataDirectory(environment: ProcessEnvironment(variables)).path == path)
    }

    @Test func withoutAHomeThereIsNoDataDirectory() {
        #expect(throws: CommandError.self) { try DataDirectory(environment: ProcessEnvironment([:])) }
    }

    @Test func theSocketsPathFitsItsLimit() {
        let short = DataDirectory(path: "/home/me/.local/share/tuned-hpo", user: 1000)
        #expect(short.socket == "/home/me/.local/share/tuned-hpo/daemon.sock")
        let long = DataDirectory(path: "/" + String(repeating: "d", count: 200), user: 1000)
        #expect(long.socket.hasPrefix("/tmp/tuned-1000/"))
        #expect(long.socket.utf8.count <= 107)
        #expect(long.socket != DataDirectory(path: "/" + String(repeating: "e", count: 200), user: 1000).socket)
        let edge = DataDirectory(path: "/" + String(repeating: "d", count: 94), user: 1000)
        #expect(edge.socket.utf8.count == 107)
    }

    @Test(arguments: [
        ("svm-1", "svm-1"), ("..", "%2E%2E"), ("a/b", "a%2Fb"), ("a?b#c", "a%3Fb%23c"), ("%2e", "%252e"),
        ("ä", "%C3%A4"),
        ("v1.2", "v1.2"),
    ])
    func segments(name: String, encoded: String) {
        #expect(Route.segment(name) == encoded)
    }

    @Test func queries() {
        #expect(Route.query(["a": "1", "b": nil, "c": "x,y"]) == "?a=1&c=x%2Cy")
        #expect(Route.query(["a": nil]) == "")
    }

    @Test(arguments: ["svm", "svm/", "/3", "svm/x", "svm/-1", "a/b/3", ""])
    func noTrial(text: String) {
        #expect(TrialReference(text) == nil)
    }

    @Test func trial() {
        #expect(TrialReference("svm-1/17")?.number == 17)
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func serverSentEvents(lineEnd: String) {
        let text = [
            "retry: 1000", "", ": heartbeat", "", "id: 7", "event: trial_ended", "data: {\"a\":", "data: 1}", "",
            "data: x", "", "",
        ].joined(separator: lineEnd)
        for size in [1, 3, 1000] {
            var parser = ServerSentEventParser()
            let bytes = Array(text.utf8)
            var events: [ServerSentEventParser.Event] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += parser.parse(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(events.map(\.name) == ["trial_ended", "message"])
            #expect(events.map(\.data) == ["{\"a\":\n1}", "x"])
            #expect(events.map(\.id) == ["7", "7"])
        }
    }
}
