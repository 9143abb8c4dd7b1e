import CTunedWorker
import Glibc

/// Which function of a shared library holds an address, by the library's symbol table. Reads the file, and runs nothing of it;
/// what it says is not trusted.
package struct ElfSymbols {
    let descriptor: Int32

    private static let nameLimit = 1024
    static let entrySize = 24
    private static let sectionSize = 64
    private static let function: UInt8 = 2
    private static let indirectFunction: UInt8 = 10

    /// The function at `address`, relative to where the library is loaded: "namespace::train(int)+0x12", demangled where it is
    /// C++ or Swift. Nil where the file has no symbol for it.
    package static func name(of address: UInt64, in path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let file = ElfSymbols(descriptor: descriptor)
        // The full table where it was not stripped, else the exported names.
        for kind in [UInt32(2), 11] {
            if let found = file.name(of: address, kind: kind) { return found }
        }
        return nil
    }

    struct Section {
        var kind: UInt32
        var offset: UInt64
        var size: UInt64
        var link: UInt32
    }

    private func name(of address: UInt64, kind: UInt32) -> String? {
        let sections = self.sections
        guard let table = sections.first(where: { $0.kind == kind }), sections.indices.contains(Int(table.link)) else { return nil }
        let names = sections[Int(table.link)]
        var best: (value: UInt64, name: UInt32)?
        var at = table.offset
        let end = table.offset &+ min(table.size, 512 << 20)
        while at < end {
            let count = Int(min(UInt64(Self.entrySize * 4096), end - at)) / Self.entrySize * Self.entrySize
            guard count > 0, let entries = read(at: at, count: count) else { break }
            for entry in stride(from: 0, to: count, by: Self.entrySize) {
                let type = entries[entry + 4] & 15
                guard type == Self.function || type == Self.indirectFunction else { continue }
                let value = entries.number(UInt64.self, at: entry + 8)
                let size = entries.number(UInt64.self, at: entry + 16)
                guard value <= address, address - value < size, value > best?.value ?? 0 else { continue }
                best = (value, entries.number(UInt32.self, at: entry))
            }
            at += UInt64(count)
        }
        guard let best, UInt64(best.name) < names.size, let text = text(at: names.offset &+ UInt64(best.name)) else { return nil }
        let offset = address - best.value
        return Self.demangle(text) + (offset == 0 ? "" : "+0x" + String(offset, radix: 16))
    }

    var sections: [Section] {
        guard let header = read(at: 0, count: 64) else { return [] }
        let start = header.number(UInt64.self, at: 40)
        let size = Int(header.number(UInt16.self, at: 58))
        let count = Int(header.number(UInt16.self, at: 60))
        guard size == Self.sectionSize, let table = read(at: start, count: count * size) else { return [] }
        return (0..<count).map { index in
            let at = index * size
            return Section(
                kind: table.number(UInt32.self, at: at + 4), offset: table.number(UInt64.self, at: at + 24),
                size: table.number(UInt64.self, at: at + 32), link: table.number(UInt32.self, at: at + 40))
        }
    }

    private func text(at offset: UInt64) -> String? {
        guard let start = off_t(exactly: offset) else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.nameLimit) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, start))
        }
        guard let end = bytes.firstIndex(of: 0), end > 0 else { return nil }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    func read(at offset: UInt64, count: Int) -> [UInt8]? {
        ElfFile.read(descriptor, at: offset, count: count)
    }

    private static func demangle(_ name: String) -> String {
        let room = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 512)
        defer { room.deallocate() }
        guard tuned_demangle(name, room.baseAddress, room.count) == 0, let start = room.baseAddress else { return name }
        return String(cString: start)
    }
}
