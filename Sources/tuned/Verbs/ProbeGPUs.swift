import ArgumentParser
import Glibc
import TunedSlots

/// What the daemon runs to ask the GPU driver, which may hang, in a process that it can give up.
struct ProbeGPUs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe-gpus", abstract: "Ask the GPU driver what there is.", shouldDisplay: false)

    @Option(help: "Path of NVIDIA's management library.")
    var library: String?

    func run() {
        Glibc.exit(GPUProbe.answer(libraryPath: library ?? GPUProbe.nvmlLibrary))
    }
}
