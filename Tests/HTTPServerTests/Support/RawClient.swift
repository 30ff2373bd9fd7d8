import Glibc
import HTTPServer

/// A socket that sends exactly what it is told. Blocking, each call at most `patience`; for threads of its own (`onThread`).
final class RawClient: @unchecked Sendable {  // used by one thread at a time: each test hands it from step to step
    private let socket: Int32
    var descriptor: Int32 { socket }
    var soFar: [UInt8] { received }
    private var received: [UInt8] = []
    static let patience = 20

    struct Failure: Error, CustomStringConvertible { let description: String }

    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Failure(description: "socket: errno \(errno)") }
        if var receiveBuffer { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size)) }
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard result == 0 else { throw Failure(description: "connect: errno \(errno)") }  // `deinit` runs, and closes
    }

    deinit { close(socket) }

    /// False when the server no longer takes bytes.
    @discardableResult
    func send(_ bytes: some Collection<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(socket, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return false }
            done += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    enum End: Equatable { case open, closed, reset, patience }

    /// Reads more; `.open` when bytes came.
    @discardableResult
    func receive() -> End {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count > 0 {
            received += buffer[..<count]
            return .open
        }
        if count == 0 { return .closed }
        return errno == EAGAIN || errno == EWOULDBLOCK ? .patience : .reset
    }

    /// Everything until the server closes.
    func receiveAll() -> (bytes: [UInt8], end: End) {
        while true {
            let end = receive()
            if end != .open { return (take(received.count), end) }
        }
    }

    func receive(until condition: ([UInt8]) -> Bool) throws -> [UInt8] {
        while !condition(received) {
            let end = receive()
            if end != .open { throw Failure(description: "\(end) after \(String(decoding: received, as: UTF8.self))") }
        }
        return received
    }

    private func take(_ count: Int) -> [UInt8] {
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    /// The next response, its body delimited by its length or its chunks.
    func response(toHead: Bool = false) throws -> RawResponse {
        let end = Array("\r\n\r\n".utf8)
        let head = try receive { $0.firstRange(of: end) != nil }.firstRange(of: end)!
        var response = RawResponse(head: take(head.upperBound))
        if toHead || response.status == 204 || response.status == 304 { return response }
        if response["transfer-encoding"] == "chunked" {
            while true {
                let line = try receive { $0.firstRange(of: [13, 10]) != nil }.firstRange(of: [13, 10])!
                guard let size = Int(String(decoding: take(line.upperBound).dropLast(2), as: UTF8.self), radix: 16) else {
                    throw Failure(description: "a chunk without a size")
                }
                _ = try receive { $0.count >= size + 2 }
                response.body += take(size + 2).dropLast(2)
                if size == 0 { return response }
            }
        }
        if let length = response["content-length"].flatMap({ Int($0) }) {
            _ = try receive { $0.count >= length }
            response.body = take(length)
        }
        return response
    }

    func ask(_ request: String, toHead: Bool = false) throws -> RawResponse {
        send(request)
        return try response(toHead: toHead)
    }
}

struct RawResponse: Sendable, CustomStringConvertible {
    let status: Int
    let fields: [(name: String, value: String)]
    var body: [UInt8] = []

    init(head: [UInt8]) {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        fields = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (line[..<colon].lowercased(), String(line[colon...].dropFirst(2)))
        }
    }

    subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    var text: String { String(decoding: body, as: UTF8.self) }
    var description: String { "\(status) \(fields) \(text)" }
}

/// The responses in a connection's whole output, without what differs from run to run.
func responses(in bytes: [UInt8]) -> [RawResponse] {
    var found: [RawResponse] = []
    var rest = bytes[...]
    let end = Array("\r\n\r\n".utf8)
    while let head = rest.firstRange(of: end) {
        var response = RawResponse(head: Array(rest[..<head.upperBound]))
        rest = rest[head.upperBound...]
        let length = Int(response["content-length"] ?? "0") ?? 0
        response.body = Array(rest.prefix(length))
        rest = rest.dropFirst(length)
        found.append(response)
    }
    return found
}

/// Runs what blocks on a thread of its own, so that tests do not take each other's threads.
func onThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        let body = Unmanaged.passRetained(ThreadBody { continuation.resume(with: Result(catching: work)) })
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { body in
                Unmanaged<ThreadBody>.fromOpaque(body!).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        precondition(failure == 0, "a thread can be started")
        pthread_detach(thread)
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

extension RawClient {
    /// Offers bytes until none have been taken for a while, and says how many were.
    func sendWithin(milliseconds: Int, _ bytes: [UInt8]) -> Int {
        var limit = timeval(tv_sec: 0, tv_usec: suseconds_t(milliseconds * 1_000))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + done, min(65_536, $0.count - done), Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { break }
            done += count
        }
        return done
    }
}

/// Keeps a client open until it is released.
final class Holder: @unchecked Sendable {  // released by the test that made it
    private var client: RawClient?
    init(_ client: RawClient) { self.client = client }
    func release() { client = nil }
}

func currentThreadName() -> String {
    let file = open("/proc/thread-self/comm", O_RDONLY)
    defer { close(file) }
    var name = [UInt8](repeating: 0, count: 32)
    let count = read(file, &name, name.count)
    return String(decoding: name.prefix(max(0, count - 1)), as: UTF8.self)
}

extension RawClient {
    /// Waits this long for bytes or the end; whether more responses than so many have come, or the end.
    func hasInput(milliseconds: Int32, beyond count: Int) -> Bool {
        var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard count != Int.max, poll(&one, 1, milliseconds) > 0 else {
            if count == Int.max { poll(nil, 0, milliseconds) }
            return false
        }
        return receive() != .open || responses(in: soFar).count > max(count, 0)
    }

    /// At most so many bytes, thrown away.
    func receiveLittle(_ count: Int) -> Int {
        var buffer = [UInt8](repeating: 0, count: count)
        return recv(descriptor, &buffer, count, Int32(MSG_DONTWAIT))
    }
}
