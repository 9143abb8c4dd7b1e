import Glibc

/// Signals as people know them.
enum SignalName {
    static func text(_ signal: Int32) -> String {
        switch signal {
        case SIGSEGV: "SIGSEGV (segmentation fault)"
        case SIGBUS: "SIGBUS (bus error)"
        case SIGFPE: "SIGFPE (arithmetic error)"
        case SIGILL: "SIGILL (illegal instruction)"
        case SIGTRAP: "SIGTRAP (trap)"
        case SIGABRT: "SIGABRT (abort)"
        case SIGSYS: "SIGSYS (forbidden system call)"
        case SIGKILL: "SIGKILL"
        case SIGTERM: "SIGTERM"
        case SIGINT: "SIGINT"
        case SIGPIPE: "SIGPIPE"
        case SIGXCPU: "SIGXCPU (CPU time limit)"
        case SIGXFSZ: "SIGXFSZ (file size limit)"
        default: "signal \(signal)"
        }
    }
}
