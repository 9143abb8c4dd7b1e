import Testing
import TunedSlots
import tuned

@Suite struct DaemonConfigurationTests {
    @Test func aWholeFile() throws {
        let configuration = try DaemonConfiguration(
            parsing: """
                slots: {cpus: [0, 2], memory: 1GiB, gpus: [{uuid: GPU-1, memory: 24GiB}], slots_per_gpu: 2}
                listen: {port: 7878, token_file: /etc/token, names: [lab.example]}
                grace: 2s
                inprocess: true
                """, name: "config.yaml")
        #expect(configuration.cpus == .list([0, 2]))
        #expect(configuration.memory == 1 << 30)
        #expect(configuration.slotsPerGPU == 2)
        #expect(configuration.grace == 2)
        #expect(configuration.allowsInProcess && !DaemonConfiguration().allowsInProcess)
        #expect(configuration.tcp?.port == 7878)
        guard case .declared(let gpus) = configuration.gpus else {
            Issue.record("the GPUs were not read")
            return
        }
        #expect(gpus.map(\.uuid) == ["GPU-1"])
        #expect(gpus.map(\.memory) == [24 << 30])
    }

    @Test(arguments: [
        ("slot: {cpus: 1}\n", "config.yaml:1:1:", "did you mean \"slots\"?"),
        ("slots:\n  cpu: 1\n", "config.yaml:2:3:", "did you mean \"cpus\"?"),
        ("slots: {cpus: 0}\n", "config.yaml:1:9:", "a number from 1"),
        ("slots: {gpus: [{name: x}]}\n", "config.yaml:1:16:", "uuid"),
        ("listen: {port: 80}\n", "config.yaml:1:1:", "token_file"),
        ("inprocess: sometimes\n", "config.yaml:1:1:", "true or false"),
        ("grace: never\n", "config.yaml:1:1:", "a time such as"),
    ])
    func mistakesNameTheirPlace(text: String, place: String, part: String) {
        let error = #expect(throws: CommandError.self) { try DaemonConfiguration(parsing: text, name: "config.yaml") }
        #expect(error?.message.hasPrefix(place) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }
}
