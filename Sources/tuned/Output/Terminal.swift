import Glibc

/// One of the two output streams: what it can show, and writing to it.
package struct Terminal: Sendable {
    package let descriptor: Int32
    package let isInteractive: Bool
    package let usesColour: Bool
    package let usesUnicode: Bool

    package static let output = Terminal(descriptor: STDOUT_FILENO, environment: ProcessEnvironment.current)
    package static let error = Terminal(descriptor: STDERR_FILENO, environment: ProcessEnvironment.current)

    package init(descriptor: Int32, environment: ProcessEnvironment) {
        self.init(descriptor: descriptor, isInteractive: isatty(descriptor) == 1, environment: environment)
    }

    /// Colour unless NO_COLOR is set (no-color.org) or the terminal is dumb; Unicode where the locale's encoding is UTF-8.
    package init(descriptor: Int32, isInteractive: Bool, environment: ProcessEnvironment) {
        let isDumb = environment["TERM"] == "dumb"
        let locale = environment["LC_ALL"] ?? environment["LC_CTYPE"] ?? environment["LANG"] ?? ""
        self.descriptor = descriptor
        self.isInteractive = isInteractive && !isDumb
        usesColour = self.isInteractive && environment["NO_COLOR"] == nil
        usesUnicode = locale.uppercased().hasSuffix("UTF-8") || locale.uppercased().hasSuffix("UTF8")
    }

    /// Columns of the window; nil for a pipe or file, whose lines are never cut.
    package var width: Int? {
        guard isInteractive else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes all of `text`. A reader that went away, as in `tuned trials S | head`, ends the process quietly.
    package func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(descriptor, start, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno == EPIPE {
                    exit(128 + SIGPIPE)
                } else if errno == EAGAIN {
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    package func writeLine(_ line: String = "") { write(line + "\n") }

    package func bold(_ text: String) -> String { usesColour ? "\u{1b}[1m\(text)\u{1b}[0m" : text }

    package func dim(_ text: String) -> String { usesColour ? "\u{1b}[2m\(text)\u{1b}[0m" : text }

    package func red(_ text: String) -> String { usesColour ? "\u{1b}[31m\(text)\u{1b}[0m" : text }
}

extension String {
    /// Without control characters, so that a plugin's words cannot steer the terminal; line ends and tabs become spaces.
    package var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.compactMap { scalar in
                    switch scalar.value {
                    case 0x09, 0x0A, 0x0D: " "
                    case ..<0x20, 0x7F...0x9F: nil
                    default: scalar
                    }
                }))
    }
}
