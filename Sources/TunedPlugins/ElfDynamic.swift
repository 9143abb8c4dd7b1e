import Glibc

/// What the dynamic section of a shared library asks of the loader, read without loading it. Bounded in time and memory
/// whatever the file holds.
package struct ElfDynamic {
    /// Names of libraries (DT_NEEDED).
    package private(set) var needed: [String] = []
    /// Directories of DT_RPATH and DT_RUNPATH as they are written; an empty one means the working directory.
    package private(set) var searchPaths: [String] = []
    /// Names that other libraries must define; weak ones left out.
    package private(set) var undefined: [String] = []
    package private(set) var usesStaticTLS = false
    package private(set) var hasTextRelocations = false
    /// Told by PT_GNU_STACK; a file without one asks for an executable stack too.
    package private(set) var hasExecutableStack = true

    private static let entryLimit = 4096
    private static let symbolLimit = 4 << 20
    private static let textLimit = 64 << 20

    /// Constants of elf.h and the gABI.
    private enum Segment { static let load: UInt32 = 1, dynamic: UInt32 = 2, gnuStack: UInt32 = 0x6474_e551 }
    private enum Tag {
        static let null: UInt64 = 0, needed: UInt64 = 1, hash: UInt64 = 4, texts: UInt64 = 5, symbols: UInt64 = 6
        static let textSize: UInt64 = 10, rpath: UInt64 = 15, textRelocations: UInt64 = 22, runpath: UInt64 = 29
        static let flags: UInt64 = 30, gnuHash: UInt64 = 0x6fff_fef5
    }
    private static let executable: UInt32 = 1
    private static let textRelocationFlag: UInt64 = 4
    private static let staticTLSFlag: UInt64 = 16
    private static let symbolSize = 24

    private struct Load {
        var address: UInt64
        var offset: UInt64
        var size: UInt64
    }

    private let descriptor: Int32
    private var loads: [Load] = []

    /// Of an open file that ``ElfFile`` accepted. Nil where there is no dynamic section, or one that makes no sense.
    package init?(descriptor: Int32) {
        self.descriptor = descriptor
        guard let header = bytes(at: 0, count: 64), let start: UInt64 = header.number(at: 32),
            let count: UInt16 = header.number(at: 56), count <= 256,
            let table = bytes(at: start, count: Int(count) * 56)
        else { return nil }
        var dynamic: (offset: UInt64, size: UInt64)?
        for index in 0..<Int(count) {
            let at = index * 56
            guard let type: UInt32 = table.number(at: at), let flags: UInt32 = table.number(at: at + 4),
                let offset: UInt64 = table.number(at: at + 8), let address: UInt64 = table.number(at: at + 16),
                let size: UInt64 = table.number(at: at + 32)
            else { return nil }
            switch type {
            case Segment.load: loads.append(Load(address: address, offset: offset, size: size))
            case Segment.dynamic: dynamic = (offset, size)
            case Segment.gnuStack: hasExecutableStack = flags & Self.executable != 0
            default: break
            }
        }
        guard let dynamic, let entries = entries(dynamic.offset, dynamic.size) else { return nil }
        read(entries)
    }

    private typealias Entries = [(tag: UInt64, value: UInt64)]

    private func entries(_ offset: UInt64, _ size: UInt64) -> Entries? {
        let count = min(Int(clamping: size / 16), Self.entryLimit)
        guard let table = bytes(at: offset, count: count * 16) else { return nil }
        var entries: Entries = []
        for index in 0..<count {
            guard let tag: UInt64 = table.number(at: index * 16), let value: UInt64 = table.number(at: index * 16 + 8),
                tag != Tag.null
            else { break }
            entries.append((tag, value))
        }
        return entries
    }

    private mutating func read(_ entries: Entries) {
        func value(_ tag: UInt64) -> UInt64? { entries.first { $0.tag == tag }?.value }
        let texts = strings(value(Tag.texts), value(Tag.textSize))
        for (tag, value) in entries {
            switch tag {
            case Tag.needed: needed.append(texts.text(at: value))
            case Tag.rpath, Tag.runpath:
                searchPaths += texts.text(at: value).split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
            case Tag.textRelocations: hasTextRelocations = true
            case Tag.flags:
                if value & Self.textRelocationFlag != 0 { hasTextRelocations = true }
                if value & Self.staticTLSFlag != 0 { usesStaticTLS = true }
            default: break
            }
        }
        undefined = undefinedSymbols(value(Tag.symbols), symbolCount(value(Tag.hash), value(Tag.gnuHash)), texts)
    }

    private func strings(_ address: UInt64?, _ size: UInt64?) -> [UInt8] {
        guard let address, let size, size <= UInt64(Self.textLimit), let offset = offset(of: address) else { return [] }
        return bytes(at: offset, count: Int(size)) ?? []
    }

    /// Enough to reach all undefined symbols: DT_HASH counts all; the GNU table begins behind those that are undefined.
    private func symbolCount(_ hash: UInt64?, _ gnuHash: UInt64?) -> Int {
        if let gnuHash, let at = offset(of: gnuHash), let header = bytes(at: at, count: 16),
            let first: UInt32 = header.number(at: 4)
        {
            return min(Int(first), Self.symbolLimit)
        }
        if let hash, let at = offset(of: hash), let header = bytes(at: at, count: 8), let count: UInt32 = header.number(at: 4) {
            return min(Int(count), Self.symbolLimit)
        }
        return 0
    }

    private func undefinedSymbols(_ address: UInt64?, _ count: Int, _ texts: [UInt8]) -> [String] {
        guard let address, let start = offset(of: address), let table = bytes(at: start, count: count * Self.symbolSize)
        else { return [] }
        var names: [String] = []
        for index in 0..<count {
            let at = index * Self.symbolSize
            guard let name: UInt32 = table.number(at: at), let info: UInt8 = table.number(at: at + 4),
                let section: UInt16 = table.number(at: at + 6)
            else { break }
            // Section 0 is undefined; binding 1 is global, 2 weak.
            if section == 0, info >> 4 == 1, name != 0 { names.append(texts.text(at: UInt64(name))) }
        }
        return names
    }

    /// Where in the file an address of the loaded library lies.
    private func offset(of address: UInt64) -> UInt64? {
        for load in loads where address >= load.address && address - load.address < load.size {
            return load.offset &+ (address - load.address)
        }
        return nil
    }

    private func bytes(at offset: UInt64, count: Int) -> [UInt8]? {
        guard offset <= UInt64(Int64.max / 2), count >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, offset + UInt64(count) <= UInt64(clamping: status.st_size) else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
        }
        return bytes.count == count ? bytes : nil
    }
}

extension [UInt8] {
    /// Nil past the end.
    fileprivate func number<Number: FixedWidthInteger>(at offset: Int) -> Number? {
        guard offset >= 0, offset <= count - MemoryLayout<Number>.size else { return nil }
        return withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }

    /// The zero-ended text at an offset; "" past the end.
    fileprivate func text(at offset: UInt64) -> String {
        guard offset < UInt64(count) else { return "" }
        return String(decoding: self[Int(offset)...].prefix { $0 != 0 }, as: UTF8.self)
    }
}
