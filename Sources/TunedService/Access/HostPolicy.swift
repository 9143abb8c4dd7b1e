import HTTPTypes
import Hummingbird

/// Refuses requests that a browser was led to make: a foreign `Host` (DNS rebinding) or a foreign `Origin` (cross-site).
struct HostPolicy: Sendable {
    private let names: Set<String>

    init(_ options: TCPOptions) {
        names = TCPOptions.loopback.union(options.names.map { $0.lowercased() }).union([options.host.lowercased()])
    }

    func check(_ request: Request) throws(ServiceError) {
        let host = request.head.authority ?? ""
        guard allows(host) else {
            throw .forbidden("this daemon does not answer to the name \"\(host.prefix(100))\"")
        }
        guard let origin = request.headers[.origin] else { return }
        let authority =
            origin.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first.map(String.init) ?? ""
        guard origin.hasPrefix("http://") || origin.hasPrefix("https://"), authority == host else {
            throw .forbidden("requests from pages of \(origin.prefix(100)) are refused")
        }
    }

    /// Looks at the name of `name`, `name:port` or `[address]:port`.
    private func allows(_ authority: String) -> Bool {
        let text = authority.lowercased()
        let bracket = text.hasPrefix("[") ? text.firstIndex(of: "]").map(text.index(after:)) : nil
        let end = bracket ?? text.firstIndex(of: ":") ?? text.endIndex
        return names.contains(String(text[..<end])) && (end == text.endIndex || text[end] == ":")
    }
}
