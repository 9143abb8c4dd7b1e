import Glibc

/// Tells systemd, by the protocol of sd_notify(3), where a unit of `Type=notify` asks for it.
enum ServiceManager {
    static func notifyReady() { notify("READY=1") }

    static func notifyStopping() { notify("STOPPING=1") }

    private static func notify(_ message: String) {
        guard let path = ProcessEnvironment.current["NOTIFY_SOCKET"] else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A leading @ stands for the zero byte of an abstract socket's name.
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                sendto(descriptor, message, message.utf8.count, Int32(MSG_NOSIGNAL), target, length)
            }
        }
    }
}
