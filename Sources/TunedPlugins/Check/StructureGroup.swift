import CTunedPlugin
import Glibc
import TunedSpace
import TunedWire

/// Group 2: the tables and texts that a plugin hands over. What ``PluginLibrary`` refuses has failed before.
enum StructureGroup {
    private static let knownFlags = TUNED_THREAD_SAFE | TUNED_DETERMINISTIC | TUNED_CHECKPOINTS
    private static let textLimit = 4096

    static func tables(_ request: CheckRequest, _ library: PluginLibrary) -> CheckAnswer {
        var findings = CheckFindings(test: request.test)
        let table = library.table
        if table.abi_minor > UInt32(TUNED_ABI_MINOR) {
            findings.add(
                .note, "newer-minor", """
                    it was built with minor \(table.abi_minor) of the ABI; this program knows \(TUNED_ABI_MINOR)
                    """,
                advice: "Nothing, as long as it asks TUNED_HAS before it uses what is newer.")
        }
        size(table.size, MemoryLayout<tuned_plugin>.size, "tuned_plugin", minor: table.abi_minor, &findings)
        for (what, text) in [("version", table.version), ("build", table.build)] { utf8(text, "the plugin's \(what)", &findings) }
        if PluginText.prefix(table.version, limit: textLimit).isEmpty {
            findings.add(
                .note, "no-version", "the plugin's version is empty",
                advice: "Give one: a study's record names the plugin by it.")
        }
        for (index, trainable) in library.trainables.enumerated() {
            let id = library.plugin.trainables[index].id
            size(trainable.size, MemoryLayout<tuned_trainable>.size, "tuned_trainable of \(id)", minor: table.abi_minor, &findings)
            utf8(trainable.schema_json, "the schema of \(id)", &findings)
            if trainable.flags & ~knownFlags != 0, table.abi_minor <= UInt32(TUNED_ABI_MINOR) {
                findings.add(
                    .warning, "unknown-flags", """
                        the flags of \(id) are 0x\(String(trainable.flags, radix: 16)), with bits that mean nothing
                        """,
                    advice: "Use TUNED_THREAD_SAFE, TUNED_DETERMINISTIC and TUNED_CHECKPOINTS, and zero the rest.")
            }
            if let again = table.trainable?(UInt32(index)), again.pointee.schema_json != trainable.schema_json {
                findings.add(
                    .warning, "unstable-table", "asked again, trainable(\(index)) gives another table",
                    advice: "Return the address of a static const table.")
            }
        }
        if let find = table.extension, find("tuned.no-such-extension/1") != nil {
            findings.add(
                .error, "unknown-extension", "the plugin's extension() answers an id that does not exist",
                advice: "Compare the id with those you offer, and return NULL for every other.")
        }
        return CheckAnswer(findings: findings.all, summary: """
            minor \(table.abi_minor), \(counted(library.trainables.count, "trainable"))
            """)
    }

    private static func size(
        _ size: UInt32, _ own: Int, _ what: String, minor: UInt32, _ findings: inout CheckFindings
    ) {
        if Int(size) < own {
            findings.add(
                .warning, "short-table", "size of \(what) is \(size), the header's is \(own): its last fields are not read",
                advice: "Set size to sizeof.")
        } else if Int(size) > own, minor <= UInt32(TUNED_ABI_MINOR) {
            findings.add(
                .warning, "long-table", "size of \(what) is \(size), which minor \(minor) of the header does not have",
                advice: "Set size to sizeof, and abi_minor to TUNED_ABI_MINOR.")
        }
    }

    private static func utf8(_ text: UnsafePointer<CChar>?, _ what: String, _ findings: inout CheckFindings) {
        guard let text else { return }
        let bytes = UnsafeRawBufferPointer(start: text, count: strnlen(text, 1 << 20))
        if String(validating: bytes, as: UTF8.self) == nil {
            findings.add(
                .error, "not-utf8", "\(what) is not UTF-8", advice: "Save the source file as UTF-8, or escape the bytes.")
        }
    }

    // MARK: The schema

    static func schema(_ request: CheckRequest, _ plugin: PluginDescription) throws(PluginError) -> CheckAnswer {
        var findings = CheckFindings(test: request.test)
        guard let index = plugin.trainables.firstIndex(where: { $0.id == request.open.trainable }) else {
            throw PluginError(.unknownTrainable, "there is no trainable \"\(request.open.trainable)\"")
        }
        let trainable = plugin.trainables[index]
        let schema: Schema
        do {
            schema = try Schema(parsing: trainable.schemaJSON)
        } catch {
            let place = error.path.isEmpty ? "" : " at \(error.path)"
            findings.add(
                .error, "schema", "the schema is wrong\(place): \(error.message)",
                advice: "Correct it: the grammar is in sdk/README.md, under The schema.",
                detail: String(trainable.schemaJSON.prefix(400)))
            return CheckAnswer(findings: findings.all)
        }
        if schema.id != trainable.id {
            findings.add(
                .warning, "schema-id", "the schema's id is \"\(schema.id)\", the trainable's is \"\(trainable.id)\"",
                advice: "Give both the same id.")
        }
        if schema.isDeterministic, trainable.flags & TUNED_DETERMINISTIC == 0 {
            findings.add(
                .warning, "deterministic-flag", "the schema says that it is deterministic, and its flags do not",
                advice: "Set TUNED_DETERMINISTIC in flags, or take \"deterministic\" out of the schema.")
        }
        let missing = schema.space.parameters.filter { $0.defaultValue == nil }.map(\.name)
        if !missing.isEmpty {
            let shown = missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? ", …" : "")
            findings.add(
                .note, "no-default", "\(missing.count) of \(schema.space.count) parameters have no default: \(shown)",
                advice: "Give what an expert would use untuned: searches begin there.")
        }
        let scheduled = schema.space.parameters.filter { !$0.schedule.isEmpty }.map(\.name)
        return CheckAnswer(
            findings: findings.all,
            summary: """
                \(counted(schema.space.count, "parameter"))\(scheduled.isEmpty ? "" : " (scheduled: \(scheduled.joined(separator: ", ")))"), \
                \(counted(schema.metrics.count, "metric"))\(schema.fidelity.map { ", fidelity \($0.name)" } ?? "")
                """)
    }

    // MARK: Extensions

    static func extensions(_ lab: CheckLab) throws(PluginError) -> CheckAnswer {
        var findings = lab.findings
        lab.about("create, then extension() with several ids")
        let instance = try CheckInstance(lab, describesData: false)
        for id in ["tuned.no-such-extension/1", ""] where instance.find(id) != nil {
            findings.add(
                .error, "unknown-extension", "extension(self, \"\(id)\") is not NULL, and there is no such extension",
                advice: "Compare the id with those you offer, and return NULL for every other.")
        }
        // Whoever answers every id answers the known ones with tables of another kind.
        guard findings.isEmpty else { return CheckAnswer(findings: findings.all) }
        var offered: [String] = []
        if let found = instance.find(TUNED_DATASET) {
            offered.append(TUNED_DATASET)
            dataset(found, instance, &findings)
        }
        if let found = instance.find(TUNED_STEPWISE) {
            offered.append(TUNED_STEPWISE)
            stepwise(found, lab, &findings)
        }
        if let found = instance.find(TUNED_BATCH) {
            offered.append(TUNED_BATCH)
            if tuned_batch_extension(at: found)?.run == nil {
                incomplete(TUNED_BATCH, "its size is \(found.load(as: UInt32.self)), or run is NULL", &findings)
            }
        }
        return CheckAnswer(findings: findings.all, summary: offered.isEmpty ? "offers none" : offered.joined(separator: ", "))
    }

    private static func incomplete(_ id: String, _ what: String, _ findings: inout CheckFindings) {
        findings.add(
            .error, "incomplete-extension", "the table of \(id) is not complete: \(what)",
            advice: "Set size to sizeof and fill every function that the header does not call optional.")
    }

    private static func dataset(_ found: UnsafeRawPointer, _ instance: CheckInstance, _ findings: inout CheckFindings) {
        guard let describe = tuned_dataset_extension(at: found)?.describe else {
            return incomplete(TUNED_DATASET, "its size is \(found.load(as: UInt32.self)), or describe is NULL", &findings)
        }
        var dataset = tuned_dataset()
        dataset.size = UInt32(MemoryLayout<tuned_dataset>.size)
        guard describe(instance.instance, &dataset) == TUNED_OK else { return }
        if let labels = dataset.labels, let least = UnsafeBufferPointer(start: labels, count: Int(dataset.rows)).min(), least < 0 {
            findings.add(
                .warning, "negative-label", "the data set has the class label \(least)",
                advice: "Number classes from 0: a negative label most often stands for a missing one.")
        }
    }

    private static func stepwise(_ found: UnsafeRawPointer, _ lab: CheckLab, _ findings: inout CheckFindings) {
        guard let table = tuned_stepwise_extension(at: found), table.begin != nil, table.step != nil else {
            return incomplete(TUNED_STEPWISE, "its size is \(found.load(as: UInt32.self)), or begin or step is NULL", &findings)
        }
        if (table.save == nil) != (table.load == nil) {
            incomplete(TUNED_STEPWISE, "save and load come together or not at all", &findings)
        }
        if lab.schema.fidelity == nil {
            findings.add(
                .error, "no-fidelity", "it offers \(TUNED_STEPWISE), and its schema declares no fidelity",
                advice: "Declare \"fidelity\": its unit is one call of step.")
        }
    }
}

extension SizedTable {
    /// A table that a plugin's extension() returned; nil where it is shorter than the header's first release has it.
    init?(at pointer: UnsafeRawPointer) {
        self.init(reading: pointer.assumingMemoryBound(to: Self.self), required: MemoryLayout<Self>.size)
    }
}
