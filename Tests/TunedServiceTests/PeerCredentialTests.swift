import Glibc
import Testing
import TunedService

@Suite struct PeerCredentialTests {
    /// The kernel says that this process, connecting to itself, is its own user.
    @Test func kernelTellsThisUser() async throws {
        let directory = try temporaryDirectory()
        defer { removeDirectory(directory) }
        try await withServer(in: directory, peers: KernelPeerCredentials()) { running in
            let reply = try await running.request("GET", "/v1/status")
            #expect(reply.status == 200)
        }
    }

    /// A process of another user, let to the socket on purpose, is refused by who it is. Needs root, to become another.
    @Test(.enabled(if: geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0 && access("/usr/bin/curl", X_OK) == 0))
    func kernelTellsAnotherUser() async throws {
        let directory = try temporaryDirectory()
        defer { removeDirectory(directory) }
        try await withServer(in: directory, peers: KernelPeerCredentials()) { running in
            chmod(directory, 0o711)
            chmod("\(directory)/run", 0o711)
            chmod(running.path, 0o666)
            let path = running.path
            let status = try await blocking {
                try output(of: [
                    "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", "/usr/bin/curl", "-s",
                    "-o", "/dev/null",
                    "-w", "%{http_code}", "--unix-socket", path, "http://localhost/v1/status",
                ])
            }
            #expect(status == "403")
        }
    }
}

/// What a program prints.
private func output(of arguments: [String]) throws -> String {
    var pipes: [Int32] = [0, 0]
    guard pipe(&pipes) == 0 else { throw RawConnection.Failure.connect(errno) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
    posix_spawn_file_actions_addclose(&actions, pipes[0])
    defer { posix_spawn_file_actions_destroy(&actions) }
    var argv = arguments.map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, arguments[0], &actions, nil, &argv, environ)
    close(pipes[1])
    guard code == 0 else { throw RawConnection.Failure.connect(code) }
    var text = ""
    var piece = [UInt8](repeating: 0, count: 4096)
    while case let count = read(pipes[0], &piece, piece.count), count > 0 {
        text += String(decoding: piece[..<count], as: UTF8.self)
    }
    close(pipes[0])
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return text
}
