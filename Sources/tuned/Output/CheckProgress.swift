import TunedPlugins
import TunedWorkers

/// One line on the terminal that says which test is under way.
final class CheckProgress: Sendable {
    private let isShown: Bool

    init(isShown: Bool) { self.isShown = isShown }

    func show(_ progress: PluginCheck.Progress) {
        guard isShown, case .began(let test, let trainable) = progress else { return }
        let width = (Terminal.error.width ?? 80) - 1
        let line = "checking \(trainable.map { "\($0): " } ?? "")\(test.id) - \(test.purpose)"
        Terminal.error.write("\r\u{1b}[K" + line.printable.cut(to: width, unicode: Terminal.error.usesUnicode))
    }

    func clear() {
        if isShown { Terminal.error.write("\r\u{1b}[K") }
    }
}
