import Glibc
import Synchronization
import TestServers

/// Takes webhooks on loopback, and answers as a test says.
final class Receiver: Sendable {
    struct Request: Sendable {
        /// Names in lower case.
        var headers: [String: String] = [:]
        var body: [UInt8] = []
    }

    let port: UInt16
    private let listener: Int32
    private let seen = Mutex<[Request]>([])
    /// Statuses to answer with, in order; then 200.
    private let answers: Mutex<[Int]>

    var requests: [Request] { seen.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)/hook?x=1" }

    init(answers: [Int] = []) throws {
        self.answers = Mutex(answers)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(socket, raw, length) == 0 && listen(socket, 64) == 0 && getsockname(socket, raw, &length) == 0
            }
        }
        guard isBound else { throw TestTrouble(description: "a receiver: errno \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { raw in
                if let raw { Unmanaged<Receiver>.fromOpaque(raw).takeRetainedValue().loop() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard failure == 0 else { throw TestTrouble(description: "a receiver's thread: \(failure)") }
        pthread_detach(thread)
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func loop() {
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            answer(connection)
            close(connection)
        }
        close(listener)
    }

    /// One request a connection.
    private func answer(_ connection: Int32) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        var head: Range<Int>?
        var request = Request()
        var length = 0
        while head == nil || bytes.count < (head?.upperBound ?? 0) + length {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            bytes += buffer[..<count]
            if head == nil, let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                head = end
                for line in String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n") {
                    let parts = line.split(separator: ":", maxSplits: 1).map { $0.filter { $0 != " " } }
                    if parts.count == 2 { request.headers[parts[0].lowercased()] = parts[1] } else { request.headers[""] = String(line) }
                }
                length = Int(request.headers["content-length"] ?? "") ?? 0
            }
        }
        request.body = Array(bytes[(head?.upperBound ?? 0)...])
        let status = answers.withLock { $0.isEmpty ? 200 : $0.removeFirst() }
        seen.withLock { $0.append(request) }
        let answer = Array("HTTP/1.1 \(status) X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".utf8)
        _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
    }
}
