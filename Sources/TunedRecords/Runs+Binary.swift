package import TunedSpace

// The compact form of what is run beside the search; see Event+Binary.swift for the rules.

extension FinalizeBegun {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(use)
        writer.writeVarint(trial)
        configuration.encode(into: &writer)
        writer.writeVarint(askedAfter)
        writer.write(plugin)
        writer.write(reason)
        writer.write(texts: remarks)
        writer.writeVarint(trainRows)
        writer.writeVarint(testRows)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        self.init(
            use: try reader.readInt(), trial: try reader.readInt(), configuration: try Configuration(from: &reader),
            askedAfter: try reader.readInteger(), plugin: try reader.readString(), reason: try reader.readString(),
            remarks: try reader.readTexts(), trainRows: try reader.readInt(), testRows: try reader.readInt())
    }
}

extension Finalized {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(use)
        writer.write(numbers: values)
        writer.write(numbers: metrics)
        writer.write(constraints: constraints)
        writer.write(failure != nil)
        failure?.encode(into: &writer)
        writer.writeVarint(UInt64(artifacts.count))
        for artifact in artifacts {
            writer.write(artifact.name)
            writer.writeVarint(artifact.size)
            writer.write(artifact.digest)
        }
        writer.write(environment)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        use = try reader.readInt()
        values = try reader.readNumbers()
        metrics = try reader.readNumbers()
        constraints = try reader.readConstraints()
        failure = try reader.readBool() ? try Failure(from: &reader) : nil
        artifacts = try reader.readList { reader throws(BinaryCodingError) in
            Artifact(name: try reader.readString(), size: try reader.readInteger(), digest: try reader.readString())
        }
        environment = try reader.readString()
    }
}

extension ReplayBegun {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(number)
        writer.writeVarint(trial)
        writer.write(plugin)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        self.init(number: try reader.readInt(), trial: try reader.readInt(), plugin: try reader.readString())
    }
}

extension ReplayEnded {
    func encode(into writer: inout BinaryWriter) {
        writer.writeVarint(number)
        writer.writeVarint(UInt64(runs.count))
        for run in runs {
            run.run.encode(into: &writer)
            run.before.encode(into: &writer)
            run.now.encode(into: &writer)
        }
        writer.write(texts: differences)
    }

    init(from reader: inout BinaryReader) throws(BinaryCodingError) {
        number = try reader.readInt()
        runs = try reader.readList { reader throws(BinaryCodingError) in
            ReplayedRun(run: try RunKey(from: &reader), before: try AttemptOutcome(from: &reader), now: try AttemptOutcome(from: &reader))
        }
        differences = try reader.readTexts()
    }
}

/// Lists as the store's state table keeps them with their study.
extension [TestUse] {
    package var encoded: [UInt8] {
        Self.encode(self) { use, writer in
            writer.writeVarint(use.at)
            use.begun.encode(into: &writer)
            writer.write(use.result != nil)
            guard let result = use.result else { return }
            writer.writeVarint(use.endedAt ?? use.at)
            result.encode(into: &writer)
        }
    }

    package init(decoding bytes: [UInt8]) throws(BinaryCodingError) {
        var reader = BinaryReader(bytes)
        self = try reader.readList { reader throws(BinaryCodingError) in
            var use = TestUse(at: try reader.readInteger(), begun: try FinalizeBegun(from: &reader))
            guard try reader.readBool() else { return use }
            use.endedAt = try reader.readInteger()
            use.result = try Finalized(from: &reader)
            return use
        }
    }
}

extension [Replay] {
    package var encoded: [UInt8] {
        Self.encode(self) { replay, writer in
            writer.writeVarint(replay.at)
            replay.begun.encode(into: &writer)
            writer.write(replay.result != nil)
            guard let result = replay.result else { return }
            writer.writeVarint(replay.endedAt ?? replay.at)
            result.encode(into: &writer)
        }
    }

    package init(decoding bytes: [UInt8]) throws(BinaryCodingError) {
        var reader = BinaryReader(bytes)
        self = try reader.readList { reader throws(BinaryCodingError) in
            var replay = Replay(at: try reader.readInteger(), begun: try ReplayBegun(from: &reader))
            guard try reader.readBool() else { return replay }
            replay.endedAt = try reader.readInteger()
            replay.result = try ReplayEnded(from: &reader)
            return replay
        }
    }
}

extension Array {
    fileprivate static func encode(_ elements: [Element], _ body: (Element, inout BinaryWriter) -> Void) -> [UInt8] {
        var writer = BinaryWriter(reserving: 256)
        writer.writeVarint(UInt64(elements.count))
        for element in elements { body(element, &writer) }
        return Array<UInt8>(writer.bytes)
    }
}

extension BinaryWriter {
    fileprivate mutating func write(texts: [String]) {
        writeVarint(UInt64(texts.count))
        for text in texts { write(text) }
    }
}

extension BinaryReader {
    fileprivate mutating func readTexts() throws(BinaryCodingError) -> [String] {
        try readList { reader throws(BinaryCodingError) in try reader.readString() }
    }
}
