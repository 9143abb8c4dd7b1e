import Glibc

/// The dynamic symbols that a shared library defines, read from its file: for saying what it offers where a name is not found.
struct ElfSymbols {
    private(set) var functions: [String] = []
    private(set) var variables: [String] = []

    private static let dynamicSymbols: UInt32 = 11
    private static let sectionSize = 64
    private static let symbolSize = 24
    /// Bytes; larger tables are not looked at.
    private static let tableLimit: UInt64 = 64 << 20

    /// Empty where the file has no section table, or one that makes no sense.
    init(path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard let sections = Self.sections(descriptor),
            let symbols = sections.first(where: { $0.type == Self.dynamicSymbols }), sections.indices.contains(symbols.link),
            let table = Self.content(of: symbols, descriptor), let names = Self.content(of: sections[symbols.link], descriptor)
        else { return }
        for entry in stride(from: 0, through: table.count - Self.symbolSize, by: Self.symbolSize) {
            let section = table.number(UInt16.self, at: entry + 6)
            let name = Self.name(at: Int(table.number(UInt32.self, at: entry)), in: names)
            guard section != 0, !name.isEmpty else { continue }
            // Low four bits: the symbol's type (elf(5)); 10 is a function that is chosen when it is first used.
            switch table[entry + 4] & 15 {
            case 2, 10: functions.append(name)
            case 1: variables.append(name)
            default: break
            }
        }
    }

    private struct Section {
        var type: UInt32
        var offset: UInt64
        var size: UInt64
        var link: Int
    }

    private static func sections(_ descriptor: Int32) -> [Section]? {
        guard let header = ElfFile.read(descriptor, at: 0, count: 64) else { return nil }
        let start = header.number(UInt64.self, at: 40)
        let count = Int(header.number(UInt16.self, at: 60))
        guard header.number(UInt16.self, at: 58) == sectionSize, start < UInt64(Int32.max), count > 0,
            let table = ElfFile.read(descriptor, at: Int(start), count: count * sectionSize)
        else { return nil }
        return (0..<count).map { index in
            let at = index * sectionSize
            return Section(
                type: table.number(UInt32.self, at: at + 4), offset: table.number(UInt64.self, at: at + 24),
                size: table.number(UInt64.self, at: at + 32), link: Int(table.number(UInt32.self, at: at + 40)))
        }
    }

    private static func content(of section: Section, _ descriptor: Int32) -> [UInt8]? {
        guard section.size <= tableLimit, section.offset < UInt64(Int32.max) else { return nil }
        return ElfFile.read(descriptor, at: Int(section.offset), count: Int(section.size))
    }

    private static func name(at start: Int, in names: [UInt8]) -> String {
        guard start < names.count, let end = names[start...].firstIndex(of: 0) else { return "" }
        return String(decoding: names[start..<end], as: UTF8.self)
    }
}
