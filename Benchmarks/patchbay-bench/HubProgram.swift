internal import Glibc
internal import JSON

/// `patchbay serve` as people run it, over a data folder, driven by its API.
final class HubProgram: Sendable {
    let program: Program
    let port: UInt16
    /// Seconds from starting the program to its first answer.
    let startSeconds: Double
    private let setupCode: String?

    struct Answer: Sendable {
        var status: Int
        var body: JSONValue
        var milliseconds: Double
    }

    /// Waits for its first answer.
    init(data: String) throws {
        let begun = nanoseconds()
        let path = Self.besideThis("patchbay")
        program = try Program([path, "serve", "--data", data, "--port", "0"], errors: data + ".log")
        var (found, code): (UInt16?, String?)
        while let line = program.line() {
            if let range = line.firstRange(of: " answers at http://127.0.0.1:") { found = UInt16(line[range.upperBound...]) }
            if let range = line.firstRange(of: "#code=") { code = String(line[range.upperBound...]) }
            if code != nil || line.hasPrefix("Sign in") { break }
        }
        guard let found else {
            program.stop()
            throw Peer.Missing("\(path) did not start; its words are in \(data).log")
        }
        (port, setupCode) = (found, code)
        guard try Self.ask(found, "GET", "/healthz").status == 200 else { throw Peer.Missing("the hub does not answer") }
        startSeconds = Double(nanoseconds() - begun) / 1e9
    }

    func stop() { program.stop() }

    /// Makes the first account, and a token that may do everything; where the hub has one already, use that.
    func token() throws -> String {
        let account: JSONValue = [
            "code": .string(setupCode ?? ""), "email": "ada@example.org", "name": "Ada", "password": "seven quiet lanterns",
            "organisation": "Bench",
        ]
        let session = try request("POST", "/api/v1/setup", body: account, headers: [])
        guard let cookie = session.cookie, let csrf = session.answer.body["csrfToken"]?.stringValue else {
            throw Peer.Missing("the hub was not set up: \(session.answer.body.serialized())")
        }
        let scopes = session.answer.body["permissions"] ?? []
        let made = try request(
            "POST", "/api/v1/account/tokens", body: ["name": "bench", "scopes": scopes],
            headers: ["Cookie: \(cookie)", "X-CSRF-Token: \(csrf)"])
        guard let token = made.answer.body["token"]?.stringValue else {
            throw Peer.Missing("no token was made: \(made.answer.body.serialized())")
        }
        return token
    }

    func ask(_ method: String, _ path: String, _ body: JSONValue? = nil, token: String) throws -> Answer {
        try Self.ask(port, method, path, body, headers: ["Authorization: Bearer \(token)"])
    }

    /// The same, for what has to go well; told that there were too many changes, it waits for its turn.
    @discardableResult
    func must(_ method: String, _ path: String, _ body: JSONValue? = nil, token: String) throws -> Answer {
        var answer = try ask(method, path, body, token: token)
        for _ in 0..<100 where answer.status == 429 {
            usleep(200_000)
            answer = try ask(method, path, body, token: token)
        }
        guard (200..<300).contains(answer.status) else {
            throw Peer.Missing("\(method) \(path): \(answer.status) \(answer.body.serialized())")
        }
        return answer
    }

    private func request(
        _ method: String, _ path: String, body: JSONValue, headers: [String]
    ) throws -> (answer: Answer, cookie: String?) {
        var cookie: String?
        let answer = try Self.ask(port, method, path, body, headers: headers) { head in
            for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("set-cookie: ") {
                cookie = line.dropFirst("set-cookie: ".count).split(separator: ";").first.map(String.init)
            }
        }
        return (answer, cookie)
    }

    /// A request as it is sent.
    static func bytes(
        _ port: UInt16, _ method: String, _ path: String, _ body: JSONValue? = nil, headers: [String] = [], closes: Bool = false
    ) -> [UInt8] {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)"] + headers
        if closes { lines.append("Connection: close") }
        let content = body?.serializedBytes() ?? []
        if body != nil { lines += ["Content-Type: application/json", "Content-Length: \(content.count)"] }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + content
    }

    /// One request on a connection of its own. Blocks.
    static func ask(
        _ port: UInt16, _ method: String, _ path: String, _ body: JSONValue? = nil, headers: [String] = [],
        head look: (String) -> Void = { _ in }
    ) throws -> Answer {
        let begun = nanoseconds()
        guard let socket = HTTPLoad.connect(port) else { throw Peer.Missing("port \(port) does not answer") }
        defer { close(socket) }
        let request = bytes(port, method, path, body, headers: headers, closes: true)
        var written = 0
        while written < request.count {
            let count = request[written...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Peer.Missing("\(method) \(path) was not sent") }
            written += count
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 { received += buffer[..<count] }
        let milliseconds = Double(nanoseconds() - begun) / 1e6
        guard let answer = HTTPLoad.answer(received) else { throw Peer.Missing("\(method) \(path) was not answered") }
        let split = received.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? received.count
        look(String(decoding: received[..<split], as: UTF8.self))
        let value = (try? JSONValue(parsing: Array(received[split...]))) ?? .null
        return Answer(status: answer.status, body: value, milliseconds: milliseconds)
    }

    private static func besideThis(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(decoding: buffer[..<max(0, length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./") + name
    }
}
