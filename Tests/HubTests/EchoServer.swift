import Glibc
import Synchronization
import TestServers

/// A small HTTP/1.1 server on a free loopback port: `/echo` answers with the request as it came, headers too; `/away` redirects.
final class EchoServer: Sendable {
    private let listener: LoopbackListener
    private let echo: Echo

    var port: UInt16 { listener.port }
    /// Heads of requests, header names in lower case.
    var requests: [String] { echo.seen.withLock { $0 } }

    init() throws {
        let echo = Echo()
        self.echo = echo
        listener = try LoopbackListener("an echo server") { echo.answer($0) }
    }

    func redirect(to address: String) { echo.target.withLock { $0 = address } }

    func stop() { listener.stop() }
}

private final class Echo: Sendable {
    let seen = Mutex<[String]>([])
    let target = Mutex("")

    func answer(_ connection: Int32) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 1 << 20, bytes.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            bytes += buffer[..<count]
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: true).map(String.init)
        let head = lines.enumerated().map { place, line -> String in
            guard place > 0, let colon = line.firstIndex(of: ":") else { return line }
            return line[..<colon].lowercased() + line[colon...]
        }
        seen.withLock { $0.append(head.joined(separator: "\n")) }
        let echo = Array(head.joined(separator: "\n").utf8)
        let isAway = lines.first?.contains("/away") == true
        var response = isAway ? "HTTP/1.1 302 Found\r\nLocation: \(target.withLock { $0 })\r\n" : "HTTP/1.1 200 OK\r\n"
        response +=
            "Connection: close\r\nX-Echo: \(head.dropFirst().first { $0.hasPrefix("x-api-key") || $0.hasPrefix("authorization") } ?? "none")\r\n"
        response += "Content-Length: \(isAway ? 0 : echo.count)\r\n\r\n"
        let whole = Array(response.utf8) + (isAway ? [] : echo)
        _ = whole.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
