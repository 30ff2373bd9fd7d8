import Glibc
import HTTPServer
import Testing

private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a.test\r\n\r\n" }

struct LimitTests {
    @Test(arguments: [true, false])
    func `connections past the limit are told so and closed; others go on`(_ perAddress: Bool) async throws {
        var limits = HTTPLimits()
        if perAddress { limits.connectionsPerAddress = 3 } else { limits.connections = 3 }
        try await withServer(try echoRouter(), limits: limits) { server, port in
            let (text, again) = try await onThread {
                let clients = try (0..<3).map { _ in try RawClient(port: port) }
                for client in clients { _ = try client.ask(get("/")) }
                let (bytes, _) = try RawClient(port: port).receiveAll()
                return (String(decoding: bytes, as: UTF8.self), try clients.map { try $0.ask(get("/")).text })
            }
            #expect(text.hasPrefix("HTTP/1.1 503 ") && text.contains("request.too-many-connections"))
            #expect(again == ["root", "root", "root"])
            #expect(await eventually { server.counts.open == 0 })
            #expect(server.counts.refused["request.too-many-connections"] == 1)
            let after = try await onThread { try RawClient(port: port).ask(get("/")).text }
            #expect(after == "root", "those who left make room")
        }
    }

    @Test func `a body past the limit is refused before it is sent`() async throws {
        try await withServer(try echoRouter()) { _, port in
            let (bytes, end) = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST /echo HTTP/1.1\r\nHost: a.test\r\nContent-Length: 500000000\r\nExpect: 100-continue\r\n\r\n")
                return client.receiveAll()
            }
            #expect(responses(in: bytes).map(\.status) == [413], "and no 100 before it")
            #expect(end == .closed)
        }
    }

    @Test func `a refusal reaches a client that goes on sending`() async throws {
        try await withServer(try echoRouter()) { _, port in
            let found = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST /echo HTTP/1.1\r\nHost: a.test\r\nContent-Length: 150000\r\n\r\n")
                client.send([UInt8](repeating: 1, count: 150_000))
                return responses(in: client.receiveAll().bytes)
            }
            #expect(found.map(\.status) == [413])
        }
    }

    @Test func `a body that waits for 100 gets it`() async throws {
        try await withServer(try echoRouter()) { _, port in
            let (interim, final) = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST /echo HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
                let interim = try client.response()
                client.send("abc")
                return (interim, try client.response())
            }
            #expect(interim.status == 100)
            #expect(final.text == "abc")
        }
    }
}

struct UploadTests {
    private static func router(_ folder: String, _ journal: Journal) throws -> Router<Void> {
        try Router<Void>([
            Route(.post, "/upload", body: .onDemand(limit: 16 << 20), deadline: nil) { request in
                guard request.headers["authorization"] != nil else {
                    throw ProblemDocument(.unauthorized, code: "a.b", title: "Who are you?")
                }
                let file = try await request.body.spool(into: folder) { journal.note("\($0)") }
                let names = try filesIn(folder)
                if request.target.query("keep") != nil { try file.move(to: "\(folder)/kept") }
                return .text("\(file.byteCount) in \(names.count) files")
            },
            Route(.post, "/collect", body: .onDemand(limit: 100_000)) { request in .text("\(try await request.body.collect().count)") },
        ])
    }

    private static func temporaryFolder() throws -> String {
        var template = Array("/tmp/patchbay-http-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test(arguments: [false, true])
    func `an upload goes to a file with progress, and the file goes with the request`(_ isChunked: Bool) async throws {
        let folder = try Self.temporaryFolder()
        defer { removeFolder(folder) }
        let journal = Journal()
        let size = 8 << 20
        try await withServer(try Self.router(folder, journal)) { _, port in
            let texts = try await onThread {
                let client = try RawClient(port: port)
                return try ["", "?keep=1"].map { query in
                    let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(size)"
                    client.send("POST /upload\(query) HTTP/1.1\r\nHost: a.test\r\nAuthorization: x\r\n\(framing)\r\n\r\n")
                    let piece = [UInt8](repeating: 7, count: 1 << 16)
                    for _ in 0..<(size >> 16) {
                        if isChunked { client.send("10000\r\n") }
                        client.send(piece)
                        if isChunked { client.send("\r\n") }
                    }
                    if isChunked { client.send("0\r\n\r\n") }
                    return try client.response().text
                }
            }
            #expect(texts == ["\(size) in 1 files", "\(size) in 1 files"])
            let steps = journal.all.compactMap { Int($0) }
            #expect(steps.count > 50 && steps.last == size && steps.first! <= 64 * 1024)
            #expect(await eventually { (try? filesIn(folder)) == ["kept"] })
        }
    }

    @Test func `who may not upload is told before the body is read`() async throws {
        let folder = try Self.temporaryFolder()
        defer { removeFolder(folder) }
        try await withServer(try Self.router(folder, Journal())) { _, port in
            let found = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST /upload HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10000000\r\nExpect: 100-continue\r\n\r\n")
                return responses(in: client.receiveAll().bytes)
            }
            #expect(found.map(\.status) == [401])
            #expect(found.first?["connection"] == "close")
        }
    }

    @Test func `an upload that breaks off leaves nothing behind`() async throws {
        let folder = try Self.temporaryFolder()
        defer { removeFolder(folder) }
        let journal = Journal()
        try await withServer(try Self.router(folder, journal)) { server, port in
            let client = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST /upload HTTP/1.1\r\nHost: a.test\r\nAuthorization: x\r\nContent-Length: 10000000\r\n\r\n")
                client.send([UInt8](repeating: 1, count: 300_000))
                return Holder(client)
            }
            #expect(await journal.has("300000"))
            #expect(try filesIn(folder).count == 1)
            client.release()
            #expect(await eventually { (try? filesIn(folder)) == [] && server.counts.open == 0 })
        }
    }

    @Test func `a collected body on demand has the route's limit, chunks included`() async throws {
        try await withServer(try Self.router("/nonexistent", Journal())) { _, port in
            let found = try await onThread {
                let client = try RawClient(port: port)
                let head = "POST /collect HTTP/1.1\r\nHost: a.test\r\n"
                client.send("\(head)Content-Length: 100000\r\n\r\n")
                client.send([UInt8](repeating: 1, count: 100_000))
                let whole = try client.response()
                client.send("\(head)Transfer-Encoding: chunked\r\n\r\nffff\r\n")
                client.send([UInt8](repeating: 1, count: 0xFFFF))
                client.send("\r\nffff\r\n")
                return [whole] + responses(in: client.receiveAll().bytes)
            }
            #expect(found.map(\.status) == [200, 413])
            #expect(found.first?.text == "100000")
        }
    }
}

func filesIn(_ folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw RawClient.Failure(description: "opendir: \(errno)") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}

func removeFolder(_ folder: String) {
    for name in (try? filesIn(folder)) ?? [] where unlink("\(folder)/\(name)") != 0 { removeFolder("\(folder)/\(name)") }
    rmdir(folder)
}

func writeFile(_ path: String, _ text: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw RawClient.Failure(description: "open: \(errno)") }
    defer { close(file) }
    var text = text
    let written = text.withUTF8 { write(file, $0.baseAddress, $0.count) }
    guard written == text.utf8.count else { throw RawClient.Failure(description: "write: \(errno)") }
}
