import Glibc

/// What plugin code may change for everybody in its process.
struct ProcessState {
    var directory: String
    var environment: [String: String]
    var locale: String
    var umask: mode_t
    /// Soft and hard limits by name.
    var limits: [String: [UInt64]]
    /// Address of each signal's handler and its flags.
    var handlers: [Int32: [UInt]]
    var rounding: Int32
    /// Whether numbers below the smallest normal one become zero.
    var flushesToZero: Bool

    static func now() -> ProcessState {
        var variables: [String: String] = [:]
        var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
        while let place = entry, let text = place.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            variables[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
            entry = place + 1
        }
        // There is no way to read the mask but to set it.
        let mask = Glibc.umask(0)
        _ = Glibc.umask(mask)
        return ProcessState(
            directory: workingDirectory, environment: variables,
            locale: setlocale(LC_ALL, nil).map { String(cString: $0) } ?? "", umask: mask, limits: currentLimits,
            handlers: currentHandlers, rounding: fegetround(), flushesToZero: isFlushing)
    }

    private static var workingDirectory: String {
        guard let text = getcwd(nil, 0) else { return "(gone)" }
        defer { free(text) }
        return String(cString: text)
    }

    private static var currentLimits: [String: [UInt64]] {
        let resources = [
            ("address space", RLIMIT_AS), ("core size", RLIMIT_CORE), ("CPU time", RLIMIT_CPU), ("data", RLIMIT_DATA),
            ("file size", RLIMIT_FSIZE), ("open files", RLIMIT_NOFILE), ("stack", RLIMIT_STACK),
        ]
        var limits: [String: [UInt64]] = [:]
        for (name, resource) in resources {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
            limits[name] = [UInt64(limit.rlim_cur), UInt64(limit.rlim_max)]
        }
        return limits
    }

    private static var currentHandlers: [Int32: [UInt]] {
        var handlers: [Int32: [UInt]] = [:]
        for signal in 1...lastSignal {
            var action = sigaction()
            guard sigaction(signal, nil, &action) == 0 else { continue }
            let address = withUnsafeBytes(of: action.__sigaction_handler) { $0.loadUnaligned(as: UInt.self) }
            handlers[signal] = [address, UInt(bitPattern: Int(action.sa_flags))]
        }
        return handlers
    }

    /// Of Linux: _NSIG - 1.
    private static let lastSignal: Int32 = 64

    private static var isFlushing: Bool {
        // Through memory, so that the compiler does not know the answer.
        var smallest = Double.leastNormalMagnitude
        return withUnsafeMutablePointer(to: &smallest) { number in
            number.pointee /= 2
            return number.pointee == 0
        }
    }
}

/// Descriptors, threads and child processes of this process.
enum ProcessInventory {
    /// Open descriptors and what they lead to.
    static var descriptors: [Int32: String] {
        var found: [Int32: String] = [:]
        for name in entries("/proc/self/fd") {
            guard let number = Int32(name) else { continue }
            var buffer = [CChar](repeating: 0, count: 256)
            let count = readlink("/proc/self/fd/\(name)", &buffer, buffer.count)
            // The directory that is being read is gone by now.
            guard count > 0 else { continue }
            found[number] = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return found
    }

    static var threads: Set<Int32> { Set(entries("/proc/self/task").compactMap { Int32($0) }) }

    /// Child processes, ended ones that nobody waited for among them.
    static var children: Set<Int32> {
        let own = "\(getpid())"
        var found: Set<Int32> = []
        for name in entries("/proc") {
            guard let process = Int32(name), let status = text("/proc/\(name)/stat") else { continue }
            // The name in brackets may hold anything; behind it come the state and the parent.
            guard let bracket = status.lastIndex(of: ")") else { continue }
            let words = status[status.index(after: bracket)...].split(separator: " ")
            if words.count > 1, words[1] == own { found.insert(process) }
        }
        return found
    }

    static func threadName(_ thread: Int32) -> String {
        let name = text("/proc/self/task/\(thread)/comm") ?? ""
        return String(name.prefix { $0 != "\n" })
    }

    /// Anonymous memory that is resident, in bytes.
    static var anonymousMemory: Int {
        guard let rollup = text("/proc/self/smaps_rollup") else { return 0 }
        for line in rollup.split(separator: "\n") where line.hasPrefix("Anonymous:") {
            return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
        }
        return 0
    }

    private static func entries(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        let own = dirfd(directory)
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "\(own)" || !path.hasSuffix("/fd") { names.append(name) }
        }
        return names
    }

    private static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
