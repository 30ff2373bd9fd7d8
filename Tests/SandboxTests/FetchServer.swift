import Glibc
import JSON
import Synchronization

/// A small HTTP/1.1 server on a free loopback port, for the fetch fixture: its head says which paths there are. One request a connection.
final class FetchServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let accepted = Atomic<Int>(0)
    /// `POLLRDHUP`, which the C library declares for GNU programs only.
    private static let hungUp: Int16 = 0x2000

    var connections: Int { accepted.load(ordering: .relaxed) }

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
    }

    struct POSIXFailure: Error { let number: Int32 }

    func start() {
        let thread = UnsafeMutablePointer<pthread_t>.allocate(capacity: 1)
        pthread_create(
            thread, nil,
            { @Sendable raw in
                Unmanaged<FetchServer>.fromOpaque(raw!).takeRetainedValue().loop()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread.pointee)
        thread.deallocate()
    }

    /// Ends the loop; connections being answered are finished.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func loop() {
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            accepted.add(1, ordering: .relaxed)
            answer(connection)
            close(connection)
        }
        close(listener)
    }

    private func answer(_ connection: Int32) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        var head = ""
        var body: [UInt8] = []
        while bytes.count < 1 << 20 {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            bytes += buffer[..<count]
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            let wanted =
                head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
            body = Array(bytes[end.upperBound...])
            if body.count >= wanted { break }
        }
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return }
        let headers = lines.dropFirst().map(String.init)
        send(connection, reply(method: String(words[0]), path: String(words[1]), headers: headers, body: body, to: connection))
    }

    /// Whether the client is still there when the time is over. One that hung up is not waited for: connections are answered one
    /// after another, and whoever asks next would wait for it too.
    private func stays(_ connection: Int32, milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: connection, events: Self.hungUp, revents: 0)
        return poll(&descriptor, 1, milliseconds) == 0
    }

    private func reply(method: String, path: String, headers: [String], body: [UInt8], to connection: Int32) -> [UInt8] {
        func response(_ status: String, _ extra: [String] = [], _ body: [UInt8] = []) -> [UInt8] {
            let lines =
                ["HTTP/1.1 \(status)", "Connection: close"] + extra + (status.hasPrefix("204") ? [] : ["Content-Length: \(body.count)"])
            return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (method == "HEAD" ? [] : body)
        }
        switch path.prefix(while: { $0 != "?" }) {
        case "/echo":
            let pairs = headers.map { line -> JSONValue in
                let colon = line.firstIndex(of: ":") ?? line.endIndex
                let value = line[colon...].dropFirst().drop { $0 == " " }
                return .array([.string(line[..<colon].lowercased()), .string(String(value))])
            }
            let echo: JSONValue = [
                "method": .string(method), "headers": .array(pairs),
                "body": body.isEmpty ? .null : .string(String(decoding: body, as: UTF8.self)),
            ]
            return response(
                "200 OK", ["Content-Type: application/json", "x-a: 1", "X-A: 2", "set-cookie: a=1", "set-cookie: b=2"],
                echo.serializedBytes())
        case "/missing": return response("404 Not Found", ["Content-Type: text/plain"], Array("nothing here".utf8))
        case "/bytes": return response("200 OK", ["Content-Type: application/octet-stream"], [0, 1, 2, 255])
        case "/empty": return response("204 No Content")
        case "/slow":
            guard stays(connection, milliseconds: 2_000) else { return [] }
            return response("200 OK", [], Array("late".utf8))
        case "/redirect": return response("302 Found", ["Location: /landed"])
        case "/landed": return response("200 OK", ["Content-Type: text/plain"], Array("landed".utf8))
        case "/form": return response("200 OK", ["Content-Type: application/x-www-form-urlencoded"], Array("a=1&b=two+words".utf8))
        default: return response("404 Not Found")
        }
    }

    private func send(_ connection: Int32, _ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(connection, $0.baseAddress! + offset, $0.count - offset, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            offset += count
        }
    }
}
