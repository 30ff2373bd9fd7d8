import HTTPServer
import Testing

/// A client that sends or reads too slowly, and how it is cut.
struct SlowCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Sent at once.
    let start: String
    /// Sent byte by byte, over and over, until the server closes.
    let drip: String
    let statuses: [Int]
}

struct DeadlineTests {
    private static var times: HTTPTimes {
        var times = HTTPTimes()
        times.head = .milliseconds(400)
        times.body = .milliseconds(400)
        times.bodyRate = 10_000
        times.idle = .milliseconds(400)
        times.write = .milliseconds(400)
        times.writeRate = 1_000_000
        times.linger = .milliseconds(200)
        return times
    }

    @Test(arguments: [
        SlowCase(testDescription: "nothing at all", start: "", drip: "", statuses: []),
        SlowCase(testDescription: "a request line in drops", start: "", drip: "G", statuses: [408]),
        SlowCase(testDescription: "a target in drops", start: "GET /", drip: "a", statuses: [408]),
        SlowCase(testDescription: "fields in drops", start: "GET / HTTP/1.1\r\nHost: a.test\r\nX: ", drip: "a", statuses: [408]),
        SlowCase(
            testDescription: "short fields in drops", start: "GET / HTTP/1.1\r\nHost: a.test\r\n", drip: "X: y\r\n", statuses: [408]),
        SlowCase(
            testDescription: "a body in drops", start: "POST /echo HTTP/1.1\r\nHost: a.test\r\nContent-Length: 60000\r\n\r\n", drip: "a",
            statuses: [408]),
        SlowCase(
            testDescription: "chunks in drops", start: "POST /echo HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n",
            drip: "1\r\na\r\n", statuses: [408]),
        SlowCase(
            testDescription: "a chunk's line in drops",
            start: "POST /echo HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n1;", drip: "a", statuses: [408]),
        SlowCase(
            testDescription: "a trailer in drops",
            start: "POST /echo HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", drip: "X: y\r\n", statuses: [408]),
        SlowCase(
            testDescription: "a second head in drops", start: "GET / HTTP/1.1\r\nHost: a.test\r\n\r\nGET /", drip: "a",
            statuses: [200, 408]),
        SlowCase(testDescription: "idle after an answer", start: "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", drip: "", statuses: [200]),
    ])
    func `bytes that drip extend no deadline`(_ c: SlowCase) async throws {
        try await withServer(try echoRouter(), times: Self.times) { server, port in
            let (found, end) = try await onThread {
                let client = try RawClient(port: port)
                client.send(c.start)
                let began = ContinuousClock.now
                var place = 0
                let drip = Array(c.drip.utf8)
                // A drop every 20 ms, for at most 20 s; the server has to end it.
                while ContinuousClock.now < began + .seconds(20), !drip.isEmpty {
                    if !client.send([drip[place % drip.count]]) || client.hasInput(milliseconds: 20, beyond: c.statuses.count - 1) { break }
                    place += 1
                }
                let (bytes, end) = client.receiveAll()
                return (responses(in: bytes).map(\.status), end)
            }
            #expect(found == c.statuses)
            #expect(end == .closed || end == .reset)
            #expect(await eventually { server.counts.open == 0 })
        }
    }

    @Test func `a client that does not read is cut, and its handler told`() async throws {
        let journal = Journal()
        let router = try echoRouter([
            Route(.get, "/flood", deadline: nil) { _ in
                HTTPResponse(
                    body: .stream(
                        ResponseStream { writer in
                            let piece = [UInt8](repeating: 1, count: 100_000)
                            do {
                                while true { try await writer.write(piece) }
                            } catch {
                                journal.note("\(type(of: error))")
                                throw error
                            }
                        }))
            }
        ])
        try await withServer(router, times: Self.times) { server, port in
            let client = try await onThread {
                let client = try RawClient(port: port, receiveBuffer: 4_096)
                client.send("GET /flood HTTP/1.1\r\nHost: a.test\r\n\r\n")
                return Holder(client)
            }
            #expect(await journal.has("CancellationError"))
            #expect(await eventually { server.counts.open == 0 && server.counts.stalled == 1 })
            client.release()
        }
    }

    @Test func `a client that reads a little at a time is cut as well`() async throws {
        let body = [UInt8](repeating: 1, count: 20_000_000)
        let router = try echoRouter([Route(.get, "/large") { _ in HTTPResponse(body: .bytes(body)) }])
        try await withServer(router, times: Self.times) { server, port in
            let isCut = try await onThread {
                let client = try RawClient(port: port, receiveBuffer: 4_096)
                client.send("GET /large HTTP/1.1\r\nHost: a.test\r\n\r\n")
                let end = ContinuousClock.now + .seconds(20)
                while ContinuousClock.now < end, server.counts.stalled == 0 {
                    _ = client.receiveLittle(1_000)
                    _ = client.hasInput(milliseconds: 20, beyond: Int.max)
                }
                return server.counts.stalled == 1
            }
            #expect(isCut)
        }
    }

    @Test func `an answer that is late becomes a 503, and its task is cancelled`() async throws {
        let journal = Journal()
        let router = try Router<Void>([
            Route(.get, "/late", deadline: .milliseconds(100)) { _ in
                do { try await Task.sleep(for: .seconds(60)) } catch { journal.note("cancelled") }
                return .text("too late")
            },
            Route(.get, "/") { _ in .text("root") },
        ])
        try await withServer(router, times: Self.times) { _, port in
            let (late, next) = try await onThread {
                let client = try RawClient(port: port)
                return (
                    try client.ask("GET /late HTTP/1.1\r\nHost: a.test\r\n\r\n"), try client.ask("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
                )
            }
            #expect(late.status == 503)
            #expect(late.text.contains(#""code":"request.deadline","turn":"hub","remedy":"Try again later.""#), "\(late)")
            #expect(late.text.contains(#""requestId":""#) && late["retry-after"] == "1")
            #expect(next.text == "root", "the connection goes on, and the late answer is dropped")
            #expect(await journal.has("cancelled"))
        }
    }

    @Test func `a handler may take longer than a client may`() async throws {
        let router = try echoRouter([
            Route(.get, "/works", deadline: nil) { _ in
                try await Task.sleep(for: .milliseconds(900))
                return .text("done")
            }
        ])
        try await withServer(router, times: Self.times) { _, port in
            let text = try await onThread { try RawClient(port: port).ask("GET /works HTTP/1.1\r\nHost: a.test\r\n\r\n").text }
            #expect(text == "done")
        }
    }

    @Test func `a handler's time begins when a collected body is there`() async throws {
        let router = try Router<Void>([
            Route(.post, "/slowly", body: .collected(limit: 100), deadline: .milliseconds(250)) { request in
                .text("\(request.body.bytes.count)")
            }
        ])
        try await withServer(router) { _, port in
            let text = try await onThread {
                let client = try RawClient(port: port)
                client.send("POST /slowly HTTP/1.1\r\nHost: a.test\r\nContent-Length: 8\r\n\r\n")
                for _ in 0..<8 {
                    client.send("a")
                    _ = client.hasInput(milliseconds: 60, beyond: Int.max)
                }
                return try client.response().text
            }
            #expect(text == "8")
        }
    }
}
