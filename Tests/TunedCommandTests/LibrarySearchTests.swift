import Foundation
import Testing

import tuned

/// Where `tuned load libm.so.6` looks.
@Suite struct LibrarySearchTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tuned-search-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test func theSystemsLibrariesAreFound() throws {
        let found = try #require(LibrarySearch(environment: nil).find("libm.so.6"))
        #expect(found.hasPrefix("/") && found.hasSuffix("/libm.so.6"))
        #expect(LibrarySearch(environment: nil).find("libno-such-library.so.9") == nil)
    }

    @Test func theEnvironmentComesFirstAndScriptsAreNoLibraries() throws {
        try inFolder { folder in
            try Data("\u{7F}ELF".utf8).write(to: URL(filePath: folder + "/libm.so.6"))
            try Data("GROUP ( /lib/libm.so.6 )".utf8).write(to: URL(filePath: folder + "/libscript.so"))
            let search = LibrarySearch(environment: ":relative:\(folder):\(folder)", configuration: "/none")
            #expect(search.folders.first == folder)
            #expect(search.folders.filter { $0 == folder }.count == 1)
            #expect(search.folders.allSatisfy { $0.hasPrefix("/") })
            #expect(search.find("libm.so.6") == folder + "/libm.so.6")
            #expect(search.find("libscript.so") == nil)
        }
    }

    @Test func theLoadersConfigurationIsFollowed() throws {
        try inFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/conf.d", withIntermediateDirectories: true)
            try Data("# comment\ninclude conf.d/*.conf\n/last # and why\n".utf8).write(to: URL(filePath: folder + "/ld.so.conf"))
            try Data("/one\n\t/two\n".utf8).write(to: URL(filePath: folder + "/conf.d/a.conf"))
            // A file that includes itself ends.
            try Data("include \(folder)/conf.d/b.conf\n/three\n".utf8).write(to: URL(filePath: folder + "/conf.d/b.conf"))
            let search = LibrarySearch(environment: nil, configuration: folder + "/ld.so.conf")
            #expect(Array(search.folders.prefix(4)) == ["/one", "/two", "/three", "/last"])
        }
    }
}
