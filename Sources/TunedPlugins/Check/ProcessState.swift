import Glibc

/// What plugin code may change for everybody in its process.
struct ProcessState {
    var directory: String
    var environment: [String: String]
    var locale: String
    /// That of numbers alone: whether a decimal point is one.
    var numberLocale: String
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
            locale: currentLocale(LC_ALL), numberLocale: currentLocale(LC_NUMERIC), umask: mask, limits: currentLimits,
            handlers: currentHandlers, rounding: fegetround(), flushesToZero: isFlushing)
    }

    private static var workingDirectory: String {
        guard let text = getcwd(nil, 0) else { return "(gone)" }
        defer { free(text) }
        return String(cString: text)
    }

    private static func currentLocale(_ category: Int32) -> String { setlocale(category, nil).map { String(cString: $0) } ?? "" }

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
