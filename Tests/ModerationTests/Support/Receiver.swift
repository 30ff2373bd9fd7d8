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

    private let listener: LoopbackListener
    private let inbox: Inbox

    var port: UInt16 { listener.port }
    var requests: [Request] { inbox.seen.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(listener.port)/hook?x=1" }

    init(answers: [Int] = []) throws {
        let inbox = Inbox(answers)
        self.inbox = inbox
        listener = try LoopbackListener("a receiver") { inbox.answer($0) }
    }

    func stop() { listener.stop() }
}

private final class Inbox: Sendable {
    let seen = Mutex<[Receiver.Request]>([])
    /// Statuses to answer with, in order; then 200.
    private let answers: Mutex<[Int]>

    init(_ answers: [Int]) { self.answers = Mutex(answers) }

    /// One request a connection.
    func answer(_ connection: Int32) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        var head: Range<Int>?
        var request = Receiver.Request()
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
