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
        buildID = Self.buildID(descriptor, header)
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

    private static func buildID(_ descriptor: Int32, _ header: [UInt8]) -> String {
        let start = header.number(UInt64.self, at: 32)
        let entry = Int(header.number(UInt16.self, at: 54))
        let count = Int(header.number(UInt16.self, at: 56))
        guard entry == programHeader, count <= 256, start < UInt64(Int32.max),
            let table = read(descriptor, at: Int(start), count: entry * count)
        else { return "" }
        for index in 0..<count {
            let segment = Array(table[index * entry..<(index + 1) * entry])
            let offset = segment.number(UInt64.self, at: 8)
            let size = segment.number(UInt64.self, at: 32)
            guard segment.number(UInt32.self, at: 0) == noteSegment, size <= 64 * 1024, offset < UInt64(Int64.max),
                let notes = read(descriptor, at: Int(offset), count: Int(size)), let id = buildID(in: notes)
            else { continue }
            return id
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

    private static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
        }
        return bytes.count == count ? bytes : nil
    }
}

extension [UInt8] {
    fileprivate func number<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number {
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
