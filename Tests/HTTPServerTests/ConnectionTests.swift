import HTTPServer
import Testing

private let get = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"

/// One connection's life: order, keeping alive, hanging up.
struct ConnectionTests {
    @Test func `pipelined requests are answered in order, a slow one first`() async throws {
        let journal = Journal()
        let router = try echoRouter([
            Route(.get, "/slow") { _ in
                journal.note("slow began")
                try await Task.sleep(for: .milliseconds(80))
                journal.note("slow ended")
                return .text("slow")
            },
            Route(.get, "/quick") { _ in
                journal.note("quick")
                return .text("quick")
            },
        ])
        try await withServer(router) { _, port in
            let texts = try await onThread {
                let client = try RawClient(port: port)
                client.send(["/slow", "/quick", "/hello/x"].map { "GET \($0) HTTP/1.1\r\nHost: a.test\r\n\r\n" }.joined())
                return try (0..<3).map { _ in try client.response().text }
            }
            #expect(texts == ["slow", "quick", "hello x"])
            #expect(journal.all == ["slow began", "slow ended", "quick"], "one request of a client is at work at a time")
        }
    }

    @Test func `a thousand pipelined requests are answered, though the client reads late`() async throws {
        try await withServer(try echoRouter()) { server, port in
            let count = try await onThread {
                let client = try RawClient(port: port)
                client.send(String(repeating: get, count: 1_000))
                return try (0..<1_000).filter { _ in try client.response().text == "root" }.count
            }
            #expect(count == 1_000)
            #expect(server.counts.requests == 1_000)
            #expect(server.counts.accepted == 1)
        }
    }

    @Test func `pipelined requests behind a slow one are read only so far`() async throws {
        let router = try echoRouter([
            Route(.get, "/waits", deadline: nil) { _ in
                try await Task.sleep(for: .seconds(60))
                return .text("")
            }
        ])
        try await withServer(router) { server, port in
            let taken = try await onThread {
                let client = try RawClient(port: port)
                client.send("GET /waits HTTP/1.1\r\nHost: a.test\r\n\r\n")
                // What neither the server nor the sockets' buffers take makes `send` give up: far less than was offered.
                return client.sendWithin(milliseconds: 300, Array(String(repeating: get, count: 1_000_000).utf8))
            }
            #expect(taken < 20_000_000)
            #expect(server.counts.requests == 1)
        }
    }

    @Test func `HEAD has the fields of GET and no body, and the connection goes on`() async throws {
        try await withServer(try echoRouter()) { _, port in
            let (head, next) = try await onThread {
                let client = try RawClient(port: port)
                let head = try client.ask("HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n", toHead: true)
                return (head, try client.ask(get))
            }
            #expect(head.status == 200)
            #expect(head["content-length"] == "4")
            #expect(next.text == "root")
        }
    }

    @Test func `a client that hangs up cancels its handler`() async throws {
        let journal = Journal()
        let router = try echoRouter([
            Route(.get, "/waits", deadline: nil) { _ in
                journal.note("began")
                try? await Task.sleep(for: .seconds(60))
                journal.note(Task.isCancelled ? "cancelled" : "not cancelled")
                return .text("")
            }
        ])
        try await withServer(router) { server, port in
            let client = try await onThread {
                let client = try RawClient(port: port)
                client.send("GET /waits HTTP/1.1\r\nHost: a.test\r\n\r\n")
                return Holder(client)
            }
            #expect(await journal.has("began"))
            client.release()
            #expect(await journal.has("cancelled"))
            #expect(await eventually { server.counts.open == 0 })
        }
    }

    @Test func `a client that only stops sending still gets its answer`() async throws {
        try await withServer(try echoRouter()) { _, port in
            let (bytes, end) = try await onThread {
                let client = try RawClient(port: port)
                client.send(get)
                client.finishSending()
                return client.receiveAll()
            }
            #expect(responses(in: bytes).map(\.text) == ["root"])
            #expect(end == .closed)
        }
    }

    @Test func `handlers run on the thread of their connection's loop`() async throws {
        let router = try echoRouter([Route(.get, "/thread") { _ in .text(currentThreadName()) }])
        try await withServer(router) { _, port in
            let name = try await onThread { try RawClient(port: port).ask("GET /thread HTTP/1.1\r\nHost: a.test\r\n\r\n").text }
            #expect(name.hasPrefix("pb-http-"))
        }
    }

    @Test func `a field that would break the head becomes a 500 and nothing of it is sent`() async throws {
        let router = try echoRouter([
            Route(.get, "/split") { _ in HTTPResponse(headers: ["X": "a\r\nSet-Cookie: evil=1"], body: .text("b")) },
            Route(.get, "/name") { _ in HTTPResponse(headers: ["X Y": "a"], body: .text("b")) },
            Route(.get, "/framing") { _ in
                HTTPResponse(headers: ["Content-Length": "99", "Transfer-Encoding": "chunked", "Connection": "x"], body: .text("b"))
            },
        ])
        try await withServer(router) { _, port in
            let found = try await onThread {
                let client = try RawClient(port: port)
                return try ["split", "name", "framing"].map { try client.ask("GET /\($0) HTTP/1.1\r\nHost: a.test\r\n\r\n") }
            }
            #expect(found.map(\.status) == [500, 500, 200])
            #expect(found.allSatisfy { $0["set-cookie"] == nil })
            #expect(found[2]["content-length"] == "1" && found[2]["transfer-encoding"] == nil && found[2]["connection"] == nil)
        }
    }

    @Test func `large bodies come whole`() async throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let router = try echoRouter([
            Route(.get, "/large") { _ in HTTPResponse(body: .bytes(body)) },
            Route(.post, "/sum", body: .collected(limit: 4_000_000)) { request in .text("\(request.body.bytes == body)") },
        ])
        try await withServer(router) { _, port in
            let (large, sum) = try await onThread {
                let client = try RawClient(port: port)
                let large = try client.ask("GET /large HTTP/1.1\r\nHost: a.test\r\n\r\n").body
                client.send("POST /sum HTTP/1.1\r\nHost: a.test\r\nContent-Length: \(body.count)\r\n\r\n")
                client.send(body)
                return (large, try client.response().text)
            }
            #expect(large == body)
            #expect(sum == "true")
        }
    }
}
