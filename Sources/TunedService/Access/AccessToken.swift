import Glibc

/// The secret that a client of the TCP listener has to know.
struct AccessToken: Sendable {
    private let bytes: [UInt8]

    /// Reads the first line of a file that only its owner can read.
    ///
    /// - Throws: ``ServerError`` where the file is missing, is not a regular file of the daemon's user, can be read by others,
    ///   or holds fewer than 32 characters.
    init(file path: String) throws(ServerError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw ServerError(
                .token, "cannot open the token file \(path): make one with  (umask 077; openssl rand -hex 32 > \(path))"
            )
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
            throw ServerError(.token, "the token file \(path) is no regular file of the daemon's user")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw ServerError(
                .token, "others can read the token file \(path): chmod 600 it, and change the token in it")
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        let line = buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard line.count >= 32 else {
            throw ServerError(.token, "the token in \(path) has \(line.count) characters; it needs at least 32")
        }
        bytes = Array(line)
    }

    /// Compares in a time that depends on the candidate's length alone, so that it tells nothing about the secret.
    func matches(_ candidate: some Collection<UInt8>) -> Bool {
        var difference = candidate.count == bytes.count ? 0 : 1
        for (index, byte) in candidate.enumerated() { difference |= Int(byte ^ bytes[index % bytes.count]) }
        return difference == 0
    }
}
