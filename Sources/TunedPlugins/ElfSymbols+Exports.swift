import Glibc

extension ElfSymbols {
    /// What a shared library offers to others by name.
    struct Exports {
        var functions: [String] = []
        var variables: [String] = []
    }

    private static let dynamicSymbols: UInt32 = 11
    /// Bytes; larger tables are not looked at.
    private static let tableLimit: UInt64 = 64 << 20

    /// Empty where the file has no section table, or one that makes no sense.
    static func exports(of path: String) -> Exports {
        var exports = Exports()
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return exports }
        defer { close(descriptor) }
        let file = ElfSymbols(descriptor: descriptor)
        let sections = file.sections
        guard let symbols = sections.first(where: { $0.kind == dynamicSymbols }), sections.indices.contains(Int(symbols.link)),
            let table = file.content(of: symbols), let names = file.content(of: sections[Int(symbols.link)])
        else { return exports }
        for entry in stride(from: 0, through: table.count - entrySize, by: entrySize) {
            let section = table.number(UInt16.self, at: entry + 6)
            let name = name(at: Int(table.number(UInt32.self, at: entry)), in: names)
            guard section != 0, !name.isEmpty else { continue }
            // Low four bits: the symbol's type (elf(5)); 10 is a function that is chosen when it is first used.
            switch table[entry + 4] & 15 {
            case 2, 10: exports.functions.append(name)
            case 1: exports.variables.append(name)
            default: break
            }
        }
        return exports
    }

    private func content(of section: Section) -> [UInt8]? {
        section.size <= Self.tableLimit ? read(at: section.offset, count: Int(section.size)) : nil
    }

    private static func name(at start: Int, in names: [UInt8]) -> String {
        guard start < names.count, let end = names[start...].firstIndex(of: 0) else { return "" }
        return String(decoding: names[start..<end], as: UTF8.self)
    }
}
