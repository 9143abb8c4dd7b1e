public import TunedSpace

/// Version of the messages below. Daemon and worker come from one build, so it only has to be equal.
public let wireVersion: UInt64 = 2

/// What a daemon says to a worker.
public enum ToWorker: Hashable, Sendable {
    /// Read a plugin's tables; answered by `probed` or `failed`.
    case probe(path: String)
    /// Answered by `opened` or `failed`. Once in a worker's life.
    case open(OpenRequest)
    /// Answered by `done`.
    case run(RunRequest)
    /// Answered by `pong`.
    case ping
    /// End.
    case exit
    /// Make one test of `tuned check`; answered by `checking` now and then, and `checked` or `failed`.
    case check(CheckRequest)

    private enum Tag {
        static let probe: UInt8 = 1, open: UInt8 = 2, run: UInt8 = 3, ping: UInt8 = 4, exit: UInt8 = 5
        static let check: UInt8 = 64
    }

    /// Appends the message as a frame.
    public func frame(into writer: inout BinaryWriter) {
        Frame.write(into: &writer) { writer in
            switch self {
            case .probe(let path):
                writer.write(Tag.probe)
                writer.write(path)
            case .open(let request):
                writer.write(Tag.open)
                request.encode(into: &writer)
            case .run(let request):
                writer.write(Tag.run)
                request.encode(into: &writer)
            case .ping: writer.write(Tag.ping)
            case .exit: writer.write(Tag.exit)
            case .check(let request):
                writer.write(Tag.check)
                request.encode(into: &writer)
            }
        }
    }

    public init(payload: ArraySlice<UInt8>) throws(BinaryCodingError) {
        var reader = BinaryReader(payload)
        switch try reader.readByte() {
        case Tag.probe: self = .probe(path: try reader.readString())
        case Tag.open: self = .open(try OpenRequest(from: &reader))
        case Tag.run: self = .run(try RunRequest(from: &reader))
        case Tag.ping: self = .ping
        case Tag.exit: self = .exit
        case Tag.check: self = .check(try CheckRequest(from: &reader))
        case let tag: throw .invalid(offset: 0, what: "message \(tag)")
        }
        guard reader.isAtEnd else { throw .invalid(offset: payload.count, what: "bytes after the message") }
    }
}

/// What a worker says to its daemon.
public enum FromWorker: Hashable, Sendable {
    /// First of all.
    case hello(wire: UInt64, pid: Int32)
    case probed(PluginDescription)
    /// With the data set where it was asked for and the trainable describes one.
    case opened(DatasetDescription?)
    /// The code of a `PluginError`, and what to tell a person.
    case failed(code: UInt8, message: String, detail: String)
    case done(RunResult)
    /// The shared page is half full of reports.
    case doorbell
    case pong
    /// What a test of `tuned check` is about to do: known should the plugin's code not return from it.
    case checking(String)
    case checked(CheckAnswer)

    private enum Tag {
        static let hello: UInt8 = 1, probed: UInt8 = 2, opened: UInt8 = 3, failed: UInt8 = 4, done: UInt8 = 5
        static let doorbell: UInt8 = 6, pong: UInt8 = 7
        static let checking: UInt8 = 64, checked: UInt8 = 65
    }

    /// Appends the message as a frame.
    public func frame(into writer: inout BinaryWriter) {
        Frame.write(into: &writer) { writer in
            switch self {
            case .hello(let wire, let pid):
                writer.write(Tag.hello)
                writer.writeVarint(wire)
                writer.writeVarint(Int64(pid))
            case .probed(let description):
                writer.write(Tag.probed)
                description.encode(into: &writer)
            case .opened(let dataset):
                writer.write(Tag.opened)
                writer.write(dataset != nil)
                dataset?.encode(into: &writer)
            case .failed(let code, let message, let detail):
                writer.write(Tag.failed)
                writer.write(code)
                writer.write(message)
                writer.write(detail)
            case .done(let result):
                writer.write(Tag.done)
                result.encode(into: &writer)
            case .doorbell: writer.write(Tag.doorbell)
            case .pong: writer.write(Tag.pong)
            case .checking(let what):
                writer.write(Tag.checking)
                writer.write(what)
            case .checked(let answer):
                writer.write(Tag.checked)
                answer.encode(into: &writer)
            }
        }
    }

    public init(payload: ArraySlice<UInt8>) throws(BinaryCodingError) {
        var reader = BinaryReader(payload)
        switch try reader.readByte() {
        case Tag.hello: self = .hello(wire: try reader.readUnsigned(), pid: try reader.readInt32())
        case Tag.probed: self = .probed(try PluginDescription(from: &reader))
        case Tag.opened: self = .opened(try reader.readBool() ? try DatasetDescription(from: &reader) : nil)
        case Tag.failed:
            self = .failed(
                code: try reader.readByte(), message: try reader.readString(), detail: try reader.readString())
        case Tag.done: self = .done(try RunResult(from: &reader))
        case Tag.doorbell: self = .doorbell
        case Tag.pong: self = .pong
        case Tag.checking: self = .checking(try reader.readString())
        case Tag.checked: self = .checked(try CheckAnswer(from: &reader))
        case let tag: throw .invalid(offset: 0, what: "message \(tag)")
        }
        guard reader.isAtEnd else { throw .invalid(offset: payload.count, what: "bytes after the message") }
    }
}
