import Glibc
import JSON
import Testing

/// What a browser or a program asks a hub over a connection of its own, with the cookies it was given.
struct HTTPVisitor: Sendable {
    struct Answer: Sendable {
        var status = 0
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
        /// The cookies it sets, by name, without their attributes.
        var cookies: [String: String] {
            var found: [String: String] = [:]
            for header in headers where header.name.lowercased() == "set-cookie" {
                let pair = header.value.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if pair.count == 2 { found[String(pair[0])] = String(pair[1]) }
            }
            return found
        }
    }

    struct NoAnswer: Error { let reason: String }

    let port: UInt16
    var cookies: [String: String] = [:]
    var csrfToken: String?
    /// As the request names the hub; nil: by its address.
    var host: String?

    init(port: UInt16) { self.port = port }

    func ask(
        _ method: String, _ path: String, json: JSONValue? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1"):\(port)\r\nConnection: close\r\n"
        if !cookies.isEmpty { head += "Cookie: \(cookies.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "; "))\r\n" }
        if let csrfToken, method != "GET" { head += "X-CSRF-Token: \(csrfToken)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let body = json?.serializedBytes() ?? []
        if json != nil { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        let request = Array((head + "\r\n").utf8) + body
        let port = port
        return try await blocking { Result { try Self.exchange(request, port) } }.get()
    }

    /// Makes the first account with the code a fresh hub printed, and stays signed in.
    mutating func setUp(code: String) async throws {
        let answer = try await ask(
            "POST", "/api/v1/setup",
            json: [
                "code": .string(code), "email": "ada@acme.test", "name": "Ada", "password": "violet anchors under seven bridges",
                "organisation": "Acme",
            ])
        try #require(answer.status == 201, "\(answer.text)")
        adopt(answer)
    }

    mutating func adopt(_ answer: Answer) {
        if let session = answer.cookies["pb_session"] { cookies["pb_session"] = session }
        if let token = answer.json["csrfToken"]?.stringValue { csrfToken = token }
    }

    private static func exchange(_ request: [UInt8], _ port: UInt16) throws -> Answer {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw NoAnswer(reason: "no socket") }
        defer { close(socket) }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
        }
        guard isConnected else { throw NoAnswer(reason: "not connected: \(errno)") }
        var sent = 0
        while sent < request.count {
            let count = request[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw NoAnswer(reason: "not sent") }
            sent += count
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = recv(socket, &chunk, chunk.count, 0), count != 0 {
            guard count > 0 else { throw NoAnswer(reason: "broke off: \(errno)") }
            bytes += chunk[..<count]
        }
        return try parse(bytes)
    }

    private static func parse(_ bytes: [UInt8]) throws -> Answer {
        let end: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= 4, let split = (0...(bytes.count - 4)).first(where: { Array(bytes[$0..<($0 + 4)]) == end }) else {
            throw NoAnswer(reason: "no head in \(bytes.count) bytes")
        }
        var answer = Answer()
        let lines = String(decoding: bytes[..<split], as: UTF8.self).split(separator: "\r\n")
        answer.status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { answer.headers.append((String(parts[0]), String(parts[1].drop { $0 == " " }))) }
        }
        let rest = Array(bytes[(split + 4)...])
        if answer.header("transfer-encoding") == "chunked" {
            answer.body = try unchunked(rest)
        } else {
            guard rest.count == Int(answer.header("content-length") ?? "0") else { throw NoAnswer(reason: "cut off") }
            answer.body = rest
        }
        return answer
    }

    private static func unchunked(_ bytes: [UInt8]) throws -> [UInt8] {
        var (body, place): ([UInt8], Int) = ([], 0)
        while let line = bytes[place...].firstIndex(of: 13) {
            guard let size = Int(String(decoding: bytes[place..<line], as: UTF8.self), radix: 16), line + 2 + size <= bytes.count else {
                break
            }
            if size == 0 { return body }
            body += bytes[(line + 2)..<(line + 2 + size)]
            place = line + 2 + size + 2
        }
        throw NoAnswer(reason: "cut off in a chunk")
    }
}
