package import TunedRecords
package import TunedSpace

/// What a person asks of a new study: a study file, the flags of `tuned run`, or a file with flags over it.
package struct StudyRequest: Sendable {
    /// In the grammar of ``StudySpecification``.
    package private(set) var fields: [String: JSONValue]
    private let document: YAMLDocument?

    /// A study of a loaded plugin or of a shared library.
    package init(plugin: String) {
        fields = ["plugin": .string(Self.isPath(plugin) ? FileText.absolute(plugin) : plugin)]
        document = nil
    }

    /// A study file. Paths in it are relative to its folder.
    package init(file: String) throws(CommandError) {
        try self.init(text: FileText.read(file, what: "study file"), name: file)
    }

    package init(text: String, name: String) throws(CommandError) {
        let document = try YAMLDocument(parsing: text, name: name)
        guard case .object(let fields) = document.value else {
            throw document.error(at: "", "a study file is a map such as \"plugin: svm\", found something else")
        }
        self.document = document
        self.fields = fields
        let folder = FileText.folder(of: name)
        if case .string(let data)? = fields["data"] {
            self.fields["data"] = .string(FileText.absolute(data, in: folder))
        }
        if case .string(let plugin)? = fields["plugin"], Self.isPath(plugin) {
            self.fields["plugin"] = .string(FileText.absolute(plugin, in: folder))
        }
    }

    /// A name never holds a slash, a shared library always does or ends in `.so`.
    package static func isPath(_ text: String) -> Bool { text.contains("/") || text.hasSuffix(".so") }

    package static func isStudyFile(_ text: String) -> Bool { text.hasSuffix(".yaml") || text.hasSuffix(".yml") }

    /// Path of the shared library to load first; nil where the study names a loaded plugin or none.
    package var pluginPath: String? {
        guard case .string(let plugin)? = fields["plugin"], Self.isPath(plugin) else { return nil }
        return plugin
    }

    /// What the daemon is sent.
    package var json: JSONValue { .object(fields) }

    package mutating func set(_ key: String, _ value: JSONValue?) {
        if let value { fields[key] = value }
    }

    /// Sets fields of a map inside the specification, over those of the file.
    package mutating func merge(_ values: [String: JSONValue], into key: String) {
        guard !values.isEmpty else { return }
        var inner: [String: JSONValue] = [:]
        switch fields[key] {
        case .object(let present): inner = present
        // A sampler and a pruner may be written as their names alone.
        case .string(let name) where key == "sampler" || key == "pruner": inner = ["name": .string(name)]
        default: break
        }
        fields[key] = .object(inner.merging(values) { _, new in new })
    }

    /// The whole, checked as far as that is possible without the plugin's schema.
    package func specification() throws(CommandError) -> StudySpecification {
        do { return try StudySpecification(json: .object(fields)) } catch {
            throw located(error.message, path: error.path)
        }
    }

    /// An error at a path of the specification, with the place in the file where there is one.
    package func located(_ message: String, path: String) -> CommandError {
        if let document { return document.error(at: path, message) }
        return CommandError(
            .usage, code: "invalid", path.isEmpty ? message : "\(path): \(message)", path: path.isEmpty ? nil : path)
    }

    /// The daemon's refusal of this request, likewise.
    package func located(_ error: CommandError) -> CommandError {
        guard let path = error.path else { return error }
        var placed = located(error.message, path: path)
        placed.status = error.status
        placed.code = error.code
        placed.underlying = error.underlying
        return placed
    }
}
