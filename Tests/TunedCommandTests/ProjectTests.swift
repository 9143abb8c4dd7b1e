import Glibc
import Testing
import tuned

@Suite struct ProjectNameTests {
    @Test(arguments: [
        ("digits", "digits", "Digits"), ("House prices", "house-prices", "HousePrices"), ("my_net-2.0", "my_net-2.0", "MyNet20"),
        ("3d", "3d", "Plugin3d"), ("SVM", "svm", "SVM"),
    ])
    func names(typed: String, id: String, type: String) throws {
        let name = try ProjectName(typed)
        #expect(name.id == id && name.type == type && name.typed == typed)
    }

    @Test(arguments: ["", " ", "-x", ".hidden", "a/b", "../up", "naïve", "a\nb", "*/ end", String(repeating: "n", count: 65)])
    func whatIsNoName(typed: String) {
        #expect(throws: CommandError.self) { try ProjectName(typed) }
    }
}

/// A folder that goes with the test.
private final class Scratch {
    let path: String

    init() {
        var template = Array("/tmp/tuned-new-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit { _ = Glibc.system("rm -rf '\(path)'") }

    func write(_ name: String, _ text: String = "") throws {
        let target = "\(path)/\(name)"
        _ = Glibc.system("mkdir -p '\(FileText.folder(of: target))'")
        let file = try #require(fopen(target, "w"))
        fputs(text, file)
        fclose(file)
    }
}

@Suite struct SDKFolderTests {
    @Test func besideAnInstalledProgram() throws {
        let scratch = Scratch()
        try scratch.write("share/tuned/sdk/include/tuned/plugin.h")
        #expect(try SDKFolder(chosen: nil, executable: "\(scratch.path)/bin/tuned").path == "\(scratch.path)/share/tuned/sdk")
    }

    @Test func aboveAProgramInABuildTree() throws {
        let scratch = Scratch()
        try scratch.write("sdk/include/tuned/plugin.h")
        let executable = "\(scratch.path)/.build/x86_64-unknown-linux-gnu/release/tuned"
        #expect(try SDKFolder(chosen: nil, executable: executable).path == "\(scratch.path)/sdk")
    }

    @Test func asChosen() throws {
        let scratch = Scratch()
        try scratch.write("mine/include/tuned/plugin.h")
        #expect(try SDKFolder(chosen: "\(scratch.path)/mine/../mine", executable: "/nowhere/bin/tuned").path == "\(scratch.path)/mine")
        #expect(throws: CommandError.self) { try SDKFolder(chosen: scratch.path, executable: "/nowhere/bin/tuned") }
    }

    @Test func missing() {
        let error = #expect(throws: CommandError.self) { try SDKFolder(chosen: nil, executable: "/nowhere/bin/tuned") }
        #expect(error?.message.contains("/nowhere/share/tuned/sdk") == true)
    }

    @Test func aPathThatBuildFilesCannotHold() throws {
        let scratch = Scratch()
        try scratch.write("a$b/include/tuned/plugin.h")
        #expect(throws: CommandError.self) { try SDKFolder(chosen: "\(scratch.path)/a$b", executable: "") }
    }
}

@Suite struct ProjectTemplateTests {
    @Test(arguments: ProjectTemplate.Language.allCases)
    func filledAndWritten(language: ProjectTemplate.Language) throws {
        let scratch = Scratch()
        try scratch.write("sdk/include/tuned/plugin.h")
        let sdk = try SDKFolder(chosen: "\(scratch.path)/sdk", executable: "")
        let template = ProjectTemplate(language, name: try ProjectName("House prices"), sdk: sdk)
        #expect(template.files.count == 5)
        for file in template.files {
            for placeholder in ["@NAME@", "@ID@", "@TYPE@", "@SDK@"] {
                #expect(!file.path.contains(placeholder) && !file.text.contains(placeholder))
            }
        }
        #expect(template.files.contains { $0.text.contains(sdk.path) })
        #expect(template.files.contains { $0.path == "study.yaml" && $0.text.contains("plugin: house-prices\n") })

        let target = "\(scratch.path)/deep/below/project"
        try ProjectFolder(making: target).write(template.files)
        for file in template.files { #expect(try FileText.read("\(target)/\(file.path)", what: "project file") == file.text) }
        let error = #expect(throws: CommandError.self) { try ProjectFolder(making: target) }
        #expect(error?.status == .conflict && error?.message.contains("not empty") == true)
    }

    @Test func aFileInPlaceOfTheFolder() throws {
        let scratch = Scratch()
        try scratch.write("file", "text")
        #expect(throws: CommandError.self) { try ProjectFolder(making: "\(scratch.path)/file") }
        #expect(throws: CommandError.self) { try ProjectFolder(making: "\(scratch.path)/file/below") }
        #expect(try FileText.read("\(scratch.path)/file", what: "file") == "text")
    }

    @Test func aPathThatGoesUpAgainIsResolved() throws {
        let scratch = Scratch()
        try scratch.write("data/rows.csv", "1")
        try scratch.write("studies/study.yaml", "")
        _ = Glibc.system("ln -s data '\(scratch.path)/link'")
        let root = try #require(realpath(scratch.path, nil).map { String(cString: $0) })
        #expect(FileText.absolute("../data/rows.csv", in: "\(root)/studies") == "\(root)/data/rows.csv")
        #expect(FileText.absolute("./rows.csv", in: "\(root)/data") == "\(root)/data/rows.csv")
        // What a person named stays as it is, and so does what is not there.
        #expect(FileText.absolute("\(root)/link/rows.csv") == "\(root)/link/rows.csv")
        #expect(FileText.absolute("../absent/rows.csv", in: "\(root)/studies") == "\(root)/studies/../absent/rows.csv")
        #expect(FileText.absolute("..", in: "\(root)/studies") == "\(root)/studies/..")
    }
}
