import HTTPServer
import Testing

private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a.test\r\n\r\n" }

struct ShutdownTests {
    private static func router(_ journal: Journal) throws -> Router<Void> {
        try echoRouter([
            Route(.get, "/works", deadline: nil) { _ in
                journal.note("began")
                guard await journal.has("going down") else { throw CancellationError() }
                return .text("done")
            },
            Route(.get, "/stuck", deadline: nil) { _ in
                journal.note("began")
                try? await Task.sleep(for: .seconds(60))
                journal.note(Task.isCancelled ? "cancelled" : "not cancelled")
                return .text("")
            },
            Route(.get, "/events", deadline: nil) { _ in
                .events { events in
                    try await events.send(ServerSentEvent(data: "hello"))
                    journal.note("events began")
                    try await Task.sleep(for: .seconds(60))
                }
            },
        ])
    }

    private static func start(_ journal: Journal, loops: Int = 2) throws -> (HTTPServer, UInt16) {
        let server = try HTTPServer(configuration: HTTPServerConfiguration(loops: loops), dispatcher: try router(journal))
        return (server, try #require(try server.start().first?.port))
    }

    @Test func `idle connections are closed, and nobody new is let in`() async throws {
        let (server, port) = try Self.start(Journal())
        let client = try await onThread {
            let client = try RawClient(port: port)
            _ = try client.ask(get("/"))
            return client
        }
        await server.shutdown()
        let end = try await onThread { client.receiveAll().end }
        #expect(end == .closed)
        // The port may be another server's by now, so what counts is who was let in here.
        try await onThread { _ = try? RawClient(port: port) }
        #expect(server.counts.accepted == 1)
        await server.run()
    }

    @Test func `a request in flight is finished, and its connection closed after it`() async throws {
        let journal = Journal()
        // One loop, so that the end of an event stream says that the other connection has been told as well.
        let (server, port) = try Self.start(journal, loops: 1)
        async let events: Void = onThread {
            let client = try RawClient(port: port)
            client.send(get("/events"))
            _ = client.receiveAll()
            journal.note("going down")
        }
        async let answer = onThread {
            let client = try RawClient(port: port)
            client.send(get("/works") + get("/"))
            let (bytes, end) = client.receiveAll()
            return (responses(in: bytes), end)
        }
        #expect(await journal.has("began"))
        #expect(await journal.has("events began"))
        await server.shutdown(grace: .seconds(30))
        try await events
        let (found, end) = try await answer
        #expect(found.map(\.text) == ["done"])
        #expect(found.first?["connection"] == "close")
        #expect(end == .closed)
    }

    @Test func `event streams end as if they were over`() async throws {
        let journal = Journal()
        let (server, port) = try Self.start(journal)
        async let answer = onThread {
            let client = try RawClient(port: port)
            client.send(get("/events"))
            return (try client.response().text, client.receiveAll().end)
        }
        #expect(await journal.has("events began"))
        let began = ContinuousClock.now
        await server.shutdown(grace: .seconds(30))
        let (text, end) = try await answer
        #expect(text == "data: hello\n\n", "the last chunk was sent")
        #expect(end == .closed)
        #expect(ContinuousClock.now - began < .seconds(20), "without waiting for the grace to pass")
    }

    @Test func `what does not end within the grace is cut, and its task cancelled`() async throws {
        let journal = Journal()
        let (server, port) = try Self.start(journal)
        async let answer = onThread {
            let client = try RawClient(port: port)
            client.send(get("/stuck"))
            return client.receiveAll()
        }
        #expect(await journal.has("began"))
        await server.shutdown(grace: .milliseconds(100))
        #expect(try await answer.bytes.isEmpty)
        #expect(await journal.has("cancelled"))
        #expect(server.counts.open == 0)
    }

    @Test func `cancelling the run shuts the server down`() async throws {
        let (server, port) = try Self.start(Journal())
        let running = Task { await server.run() }
        _ = try await onThread { try RawClient(port: port).ask(get("/")) }
        running.cancel()
        await running.value
        // The port may be another server's by now, so what counts is who was let in here.
        try await onThread { _ = try? RawClient(port: port) }
        #expect(server.counts.accepted == 1)
    }

    @Test func `several addresses are listened on, or none`() async throws {
        let both = HTTPServerConfiguration(addresses: [ListenAddress(host: "127.0.0.1"), ListenAddress(host: "::1")], loops: 1)
        let server = try HTTPServer(configuration: both, dispatcher: try echoRouter())
        let bound = try server.start()
        #expect(bound.map(\.host) == ["127.0.0.1", "::1"] && bound.allSatisfy { $0.port != 0 })
        #expect(throws: ServerError.self) { try server.start() }
        let taken = HTTPServerConfiguration(addresses: [ListenAddress(), bound[0]], loops: 1)
        let other = try HTTPServer(configuration: taken, dispatcher: try echoRouter())
        #expect(throws: ServerError.self) { try other.start() }
        let name = HTTPServerConfiguration(addresses: [ListenAddress(host: "localhost")], loops: 1)
        let third = try HTTPServer(configuration: name, dispatcher: try echoRouter())
        #expect(throws: ServerError.self) { try third.start() }
        await server.shutdown(grace: .zero)
    }
}
