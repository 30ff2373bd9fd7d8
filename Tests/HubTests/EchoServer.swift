import Glibc
import Synchronization

/// A small HTTP/1.1 server on a free loopback port: `/echo` answers with the request as it came, headers too; `/away` redirects.
final class EchoServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let seen = Mutex<[String]>([])
    private let target = Mutex("")

    /// Heads of requests, header names in lower case.
    var requests: [String] { seen.withLock { $0 } }

    struct POSIXFailure: Error { let number: Int32 }

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw POSIXFailure(number: errno) }
        port = UInt16(bigEndian: address.sin_port)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { @Sendable raw in
                if let raw { Unmanaged<EchoServer>.fromOpaque(raw).takeRetainedValue().loop() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    func redirect(to address: String) { target.withLock { $0 = address } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func loop() {
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            answer(connection)
            close(connection)
        }
        close(listener)
    }

    private func answer(_ connection: Int32) {
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
