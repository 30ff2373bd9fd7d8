import Glibc
import JSON

/// What came back.
struct Answer: Sendable, CustomStringConvertible {
    var status: Int
    var fields: [(name: String, value: String)]
    var body: [UInt8]

    /// The first field of this name, which is in lower case.
    subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
    var text: String { String(decoding: body, as: UTF8.self) }
    /// Null when the body is no JSON.
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    var code: String? { json["code"]?.stringValue }
    var description: String { "\(status) \(text.prefix(600))" }
}

struct Trouble: Error, CustomStringConvertible { let description: String }

/// One request on a connection of its own, by a blocking socket on a thread of its own.
enum Client {
    static let patience = 60

    static func ask(
        port: UInt16, _ method: String, _ target: String, host: String = "127.0.0.1", headers: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> Answer {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) { head += "Content-Length: \(body.count)\r\n" }
        let bytes = Array((head + "\r\n").utf8) + body
        return try await onThread {
            let connection = try Connection(port: port)
            connection.send(bytes)
            return try connection.answer(toHead: method == "HEAD")
        }
    }
}

/// A socket for one thread at a time.
final class Connection: @unchecked Sendable {  // each test hands it from step to step, never to two at once
    private let socket: Int32
    private(set) var received: [UInt8] = []

    init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Trouble(description: "socket: errno \(errno)") }
        var patience = timeval(tv_sec: Client.patience, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard result == 0 else { throw Trouble(description: "connect: errno \(errno)") }
    }

    deinit { close(socket) }

    /// False when the server takes no more; its answer may be there all the same.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(socket, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return false }
            done += count
        }
        return true
    }

    /// False at the end.
    func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count > 0 { received += buffer[..<count] }
        return count > 0
    }

    /// Reads until this text has come; throws at the end.
    func receive(until text: String) throws {
        let wanted = Array(text.utf8)
        while received.firstRange(of: wanted) == nil {
            guard receive() else { throw Trouble(description: "no '\(text)' in \(String(decoding: received, as: UTF8.self))") }
        }
    }

    func answer(toHead: Bool) throws -> Answer {
        while receive() {}
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw Trouble(description: "no answer: \(String(decoding: received, as: UTF8.self))")
        }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let fields = lines.dropFirst().map { line -> (name: String, value: String) in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (line[..<colon].lowercased(), String(line[colon...].dropFirst(2)))
        }
        var answer = Answer(
            status: Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0, fields: fields, body: [])
        guard !toHead else {
            guard received.count == end.upperBound else { throw Trouble(description: "a body for HEAD") }
            return answer
        }
        answer.body = Array(received[end.upperBound...])
        if answer["transfer-encoding"] == "chunked" { answer.body = try Self.unchunked(answer.body) }
        return answer
    }

    private static func unchunked(_ bytes: [UInt8]) throws -> [UInt8] {
        var rest = bytes[...]
        var body: [UInt8] = []
        while let line = rest.firstRange(of: [13, 10]) {
            guard let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16) else {
                throw Trouble(description: "a chunk without a size")
            }
            if size == 0 { return body }
            body += rest[line.upperBound...].prefix(size)
            rest = rest[line.upperBound...].dropFirst(size + 2)
        }
        return body
    }
}

/// Runs what blocks on a thread of its own.
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

/// Looks again and again until there is something.
func until<Value: Sendable>(
    _ what: String, within limit: Duration = .seconds(60), _ look: @Sendable () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let found = try await look() { return found }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw Trouble(description: "not in time: \(what)")
}
