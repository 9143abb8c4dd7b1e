import Glibc

/// Zeroed memory that ends at a page nobody may touch: whoever reads past its end is caught in the act.
///
/// `@unchecked Sendable`: the address never changes; what lies there is guarded by its user.
final class GuardedMemory: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    private let mapping: UnsafeMutableRawPointer
    private let length: Int

    /// The start is aligned as the size is: a size that is a multiple of 8 starts at such an address. Nil where the system has
    /// no memory to give.
    init?(size: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let pages = (max(size, 1) + page - 1) / page
        length = (pages + 1) * page
        guard let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { return nil }
        mprotect(memory + pages * page, page, PROT_NONE)
        mapping = memory
        start = memory + pages * page - size
    }

    deinit { munmap(mapping, length) }
}
