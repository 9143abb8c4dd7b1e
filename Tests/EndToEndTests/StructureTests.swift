import Foundation
import Testing

/// Imports point down the floors that `docs/architecture.md` names.
@Suite struct StructureTests {
    private static let floors: [String: Int] = [
        "CTunedPlugin": 0, "CTunedWorker": 0, "CAssets": 0, "CFFI": 0, "CBLAS": 0, "CNLopt": 0, "TunedSpace": 1,
        "TunedRecords": 2, "TunedWire": 2, "TunedNumerics": 2,
        "TunedPlugins": 3, "TunedSlots": 3, "TunedStorage": 3, "TunedSearch": 3, "TunedWorkers": 4, "tuned-worker": 4, "TunedPlots": 4,
        "TunedEngine": 5, "TunedService": 6, "tuned": 7,
    ]

    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    private func imports(of text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 1, place + 1 < words.count else { return nil }
            return String(words[place + 1])
        }
    }

    @Test func importsPointDown() throws {
        let modules = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
        #expect(Set(modules) == Set(Self.floors.keys))
        for module in modules {
            let files = FileManager.default.enumerator(atPath: Self.sources.appending(path: module).path)
            while let file = files?.nextObject() as? String {
                guard file.hasSuffix(".swift") else { continue }
                let text = try String(contentsOf: Self.sources.appending(path: "\(module)/\(file)"), encoding: .utf8)
                #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 500, "\(module)/\(file) is long")
                for name in imports(of: text) {
                    guard let other = Self.floors[name], let own = Self.floors[module] else { continue }
                    #expect(other < own, "\(module)/\(file) imports \(name)")
                }
            }
        }
    }
}
