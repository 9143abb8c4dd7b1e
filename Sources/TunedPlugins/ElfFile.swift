import Glibc

/// What the header of an ELF file tells before any of its code is loaded.
package struct ElfFile: Sendable {
    /// e_machine: 62 is x86-64, 183 is 64-bit ARM.
    package let machine: UInt16
    /// The GNU build id in hexadecimal; "" where the file has none.
    package let buildID: String

    private static let header = 64
    private static let programHeader = 56
    private static let sharedObject: UInt16 = 3
    private static let noteSegment: UInt32 = 4
    private static let buildIDNote: UInt32 = 3

    /// Reads an open file; `path` is for messages. Refuses what cannot be a plugin for this machine.
    package init(descriptor: Int32, path: String) throws(PluginError) {
        guard let header = Self.read(descriptor, at: 0, count: Self.header), header[0..<4].elementsEqual("\u{7F}ELF".utf8)
        else {
            throw PluginError(.notELF, "\(path) is not an ELF file: a plugin is a shared library (cc -shared -fPIC)")
        }
        machine = header.number(UInt16.self, at: 18)
        let isLittleEndian = header[5] == 1
        let is64Bit = header[4] == 2
        guard is64Bit, isLittleEndian, machine == Self.ownMachine else {
            let found = "\(is64Bit ? "" : "32-bit ")\(isLittleEndian ? "" : "big-endian ")\(Self.name(of: machine))"
            throw PluginError(
                .wrongArchitecture,
                "\(path) was built for \(found), this machine is \(Self.name(of: Self.ownMachine)): build it on one like this")
        }
        let type = header.number(UInt16.self, at: 16)
        guard type == Self.sharedObject else {
            throw PluginError(
                .notELF, "\(path) is an ELF file but no shared library (its type is \(type)): link it with -shared")
        }
        let segments = Self.segments(descriptor, header)
        try Self.checkComplete(segments, descriptor, path)
        buildID = Self.buildID(descriptor, segments)
    }

    /// The loader maps what the header promises, and dies of a file that holds less.
    private static func checkComplete(_ segments: [Segment], _ descriptor: Int32, _ path: String) throws(PluginError) {
        var status = stat()
        let size = fstat(descriptor, &status) == 0 ? UInt64(clamping: status.st_size) : 0
        let promised = segments.map { $0.offset.addingReportingOverflow($0.size) }
        guard !segments.isEmpty, promised.allSatisfy({ !$0.overflow && $0.partialValue <= size }) else {
            throw PluginError(
                .notELF, "\(path) is cut short: its header promises more than its \(size) bytes; build or copy it again")
        }
    }

    private static var ownMachine: UInt16 {
        #if arch(x86_64)
        62
        #elseif arch(arm64)
        183
        #else
        #error("add this machine's ELF number")
        #endif
    }

    private static func name(of machine: UInt16) -> String {
        switch machine {
        case 3: "i386"
        case 8: "MIPS"
        case 20, 21: "PowerPC"
        case 22: "s390"
        case 40: "ARM"
        case 62: "x86-64"
        case 183: "aarch64"
        case 243: "RISC-V"
        case 258: "LoongArch"
        default: "machine \(machine)"
        }
    }

    private struct Segment {
        var type: UInt32
        var offset: UInt64
        var size: UInt64
    }

    /// The program header table; empty where it does not make sense.
    private static func segments(_ descriptor: Int32, _ header: [UInt8]) -> [Segment] {
        let start = header.number(UInt64.self, at: 32)
        let entry = Int(header.number(UInt16.self, at: 54))
        let count = Int(header.number(UInt16.self, at: 56))
        guard entry == programHeader, count <= 256, start < UInt64(Int32.max),
            let table = read(descriptor, at: start, count: entry * count)
        else { return [] }
        return (0..<count).map { index in
            Segment(
                type: table.number(UInt32.self, at: index * entry), offset: table.number(UInt64.self, at: index * entry + 8),
                size: table.number(UInt64.self, at: index * entry + 32))
        }
    }

    private static func buildID(_ descriptor: Int32, _ segments: [Segment]) -> String {
        for segment in segments where segment.type == noteSegment && segment.size <= 64 * 1024 {
            if let notes = read(descriptor, at: segment.offset, count: Int(segment.size)),
                let id = buildID(in: notes)
            {
                return id
            }
        }
        return ""
    }

    /// Notes are a name's size, a description's size and a type, then both padded to four bytes (elf(5)).
    private static func buildID(in notes: [UInt8]) -> String? {
        var at = 0
        while at + 12 <= notes.count {
            let nameSize = Int(notes.number(UInt32.self, at: at))
            let size = Int(notes.number(UInt32.self, at: at + 4))
            let type = notes.number(UInt32.self, at: at + 8)
            let name = at + 12
            let content = name + (nameSize + 3) / 4 * 4
            guard content + size <= notes.count else { return nil }
            if type == buildIDNote, notes[name..<name + nameSize].elementsEqual("GNU\0".utf8) {
                return hexadecimal(notes[content..<content + size])
            }
            at = content + (size + 3) / 4 * 4
        }
        return nil
    }

    /// Exactly `count` bytes; nil where the file ends before.
    static func read(_ descriptor: Int32, at offset: UInt64, count: Int) -> [UInt8]? {
        guard let start = off_t(exactly: offset) else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = max(0, pread(descriptor, buffer.baseAddress, count, start))
        }
        return bytes.count == count ? bytes : nil
    }
}

extension [UInt8] {
    func number<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number {
        withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }
}

/// Two lower-case digits a byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
