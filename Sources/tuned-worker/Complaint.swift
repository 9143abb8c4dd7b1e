import Glibc

/// A line on standard error: for the trial's log, or for the person who started this by hand.
func complain(_ what: String) {
    var line = "tuned-worker: \(what)\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
