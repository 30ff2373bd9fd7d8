import HTTPServer
import Synchronization
import Testing

private func get(_ path: String, _ more: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: a.test\r\n\(more)\r\n" }

struct StreamTests {
    private static func router(_ journal: Journal = Journal()) throws -> Router<Void> {
        try echoRouter([
            Route(.get, "/pieces") { _ in
                HTTPResponse(
                    body: .stream(
                        ResponseStream { writer in
                            for number in 1...3 { try await writer.write("piece \(number);") }
                        }))
            },
            Route(.get, "/known") { _ in
                HTTPResponse(body: .stream(ResponseStream(length: 6) { writer in try await writer.write("abcdef") }))
            },
            Route(.get, "/short") { _ in
                HTTPResponse(body: .stream(ResponseStream(length: 6) { writer in try await writer.write("abc") }))
            },
            Route(.get, "/long") { _ in
                HTTPResponse(body: .stream(ResponseStream(length: 3) { writer in try await writer.write("abcdef") }))
            },
            Route(.get, "/fails") { _ in
                HTTPResponse(
                    body: .stream(
                        ResponseStream { writer in
                            try await writer.write("begun")
                            throw ProblemDocument(.conflict, code: "a.b", title: "")
                        }))
            },
            Route(.get, "/events", deadline: nil) { request in
                journal.note("last \(request.lastEventID ?? "none")")
                return .events(heartbeat: .milliseconds(50)) { events in
                    defer { journal.note("ended") }
                    try await events.send(ServerSentEvent(data: "one\ntwo", event: "greeting", id: "7", retry: .seconds(3)))
                    try await Task.sleep(for: .seconds(60))
                }
            },
        ])
    }

    @Test func `a stream of unknown length comes in chunks, and the connection goes on`() async throws {
        try await withServer(try Self.router()) { _, port in
            let (pieces, known) = try await onThread {
                let client = try RawClient(port: port)
                return (try client.ask(get("/pieces")), try client.ask(get("/known")))
            }
            #expect(pieces["transfer-encoding"] == "chunked")
            #expect(pieces.text == "piece 1;piece 2;piece 3;")
            #expect(known["content-length"] == "6" && known.text == "abcdef")
        }
    }

    @Test func `HTTP/1.0 gets a stream that ends with the connection`() async throws {
        try await withServer(try Self.router()) { _, port in
            let (bytes, end) = try await onThread {
                let client = try RawClient(port: port)
                client.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                return client.receiveAll()
            }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.hasSuffix("\r\n\r\npiece 1;piece 2;piece 3;"))
            #expect(!text.lowercased().contains("transfer-encoding") && text.contains("Connection: close"))
            #expect(end == .closed)
        }
    }

    @Test(arguments: ["/short", "/fails"])
    func `a stream that breaks off is seen to`(_ path: String) async throws {
        try await withServer(try Self.router()) { _, port in
            let (bytes, end) = try await onThread {
                let client = try RawClient(port: port)
                client.send(get(path))
                return client.receiveAll()
            }
            #expect(end == .reset || !String(decoding: bytes, as: UTF8.self).hasSuffix("0\r\n\r\n"))
            #expect(!String(decoding: bytes, as: UTF8.self).contains("a.b"))
        }
    }

    @Test func `a stream longer than was said is cut to its length`() async throws {
        try await withServer(try Self.router()) { _, port in
            let (long, next) = try await onThread {
                let client = try RawClient(port: port)
                return (try client.ask(get("/long")), try client.ask(get("/")))
            }
            #expect(long.text == "abc" && next.text == "root")
        }
    }

    @Test func `HEAD of a stream has its head alone`() async throws {
        try await withServer(try Self.router()) { _, port in
            let (head, next) = try await onThread {
                let client = try RawClient(port: port)
                return (try client.ask("HEAD /pieces HTTP/1.1\r\nHost: a.test\r\n\r\n", toHead: true), try client.ask(get("/")))
            }
            #expect(head.status == 200 && next.text == "root")
        }
    }

    @Test func `a writer waits for a client that reads slowly`() async throws {
        let written = Mutex(0)
        let router = try echoRouter([
            Route(.get, "/flood", deadline: nil) { _ in
                HTTPResponse(
                    body: .stream(
                        ResponseStream(length: 40_000_000) { writer in
                            for _ in 0..<400 {
                                try await writer.write([UInt8](repeating: 1, count: 100_000))
                                written.withLock { $0 += 100_000 }
                            }
                        }))
            }
        ])
        try await withServer(router) { _, port in
            let (ahead, total) = try await onThread {
                let client = try RawClient(port: port, receiveBuffer: 4_096)
                client.send(get("/flood"))
                // The writer comes to a stand once the buffers are full.
                var before = -1
                var now = written.withLock { $0 }
                let end = ContinuousClock.now + .seconds(20)
                while ContinuousClock.now < end, now == 0 || now != before {
                    _ = client.hasInput(milliseconds: 100, beyond: Int.max)
                    before = now
                    now = written.withLock { $0 }
                }
                return (now, try client.response().body.count)
            }
            #expect(ahead < 20_000_000, "the rest waited")
            #expect(total == 40_000_000)
        }
    }

    @Test func `events come as they are sent, with heartbeats, and a disconnect cancels their task`() async throws {
        let journal = Journal()
        try await withServer(try Self.router(journal)) { server, port in
            let text = try await onThread {
                let client = try RawClient(port: port)
                client.send(get("/events", "Last-Event-ID: 6\r\n"))
                let bytes = try client.receive { String(decoding: $0, as: UTF8.self).contains(": \n\n") }
                return String(decoding: bytes, as: UTF8.self)
            }
            #expect(text.contains("Content-Type: text/event-stream\r\n"))
            #expect(text.contains("event: greeting\nid: 7\nretry: 3000\ndata: one\ndata: two\n\n"))
            #expect(await journal.has("ended"))
            #expect(journal.all.first == "last 6")
            #expect(await eventually { server.counts.open == 0 })
        }
    }
}

struct EventCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let event: ServerSentEvent
    let text: String
}

struct ServerSentEventTests {
    @Test(arguments: [
        EventCase(testDescription: "data alone", event: ServerSentEvent(data: "a"), text: "data: a\n\n"),
        EventCase(testDescription: "empty data", event: ServerSentEvent(data: ""), text: "data: \n\n"),
        EventCase(
            testDescription: "three kinds of line ends", event: ServerSentEvent(data: "a\rb\r\nc\nd"),
            text: "data: a\ndata: b\ndata: c\ndata: d\n\n"),
        EventCase(testDescription: "a line end at the end", event: ServerSentEvent(data: "a\n"), text: "data: a\ndata: \n\n"),
        EventCase(
            testDescription: "a name that would begin a field", event: ServerSentEvent(data: "a", event: "x\ndata: evil", id: "1\r\n\0"),
            text: "event: xdata: evil\nid: 1\ndata: a\n\n"),
    ])
    func `an event is written so that it reads back as itself`(_ c: EventCase) {
        #expect(c.event.encoded == c.text)
    }
}
