import Glibc
import HostCalls
import JSON
import PluginModel
import Synchronization
import Testing

/// Servers and plugins that take too much: time, memory, places.
@Suite(.timeLimit(.minutes(1))) struct FetchingWithinLimits {
    private let url: @Sendable (LoopbackServer) -> String = { "http://localhost:\($0.port)/" }

    private func code(
        limits: HTTPLimits = .default, arguments: JSONObject = [:], _ handler: @escaping LoopbackServer.Handler
    ) async throws -> (code: String?, took: Duration) {
        let server = LoopbackServer(handler)
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server, limits: limits)
        defer { bench.stop() }
        var arguments = arguments
        arguments["url"] = .string(url(server))
        let bytes = JSONValue.object(arguments).serializedBytes()
        // The moment of the answer is taken where it arrives; a busy machine may let this task wait for long.
        let (reply, took) = await withCheckedContinuation { continuation in
            let start = ContinuousClock.now
            bench.broker.handle(HostCallRequest(callID: 1, operation: "http.fetch", arguments: bytes)) {
                continuation.resume(returning: ($0, ContinuousClock.now - start))
            }
        }
        return (reply.code, took)
    }

    // MARK: Size

    @Test func refusesALargeBodyWhenItIsAnnounced() async throws {
        let result = try await code(limits: HTTPLimits(responseBytesMax: 1000)) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n")
            _ = connection.linger(milliseconds: 9000)
        }
        #expect(result.code == "http.response-too-large")
        #expect(result.took < .seconds(5))
    }

    @Test func refusesALargeBodyWhenItComesUnannounced() async throws {
        let result = try await code(limits: HTTPLimits(responseBytesMax: 1_000_000)) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x61, count: 65_536) + Array("\r\n".utf8)
            while connection.send(chunk) {}
        }
        #expect(result.code == "http.response-too-large")
    }

    @Test func takesABodyOfExactlyTheLimit() async throws {
        let result = try await code(limits: HTTPLimits(responseBytesMax: 1000)) { _, connection in
            connection.respond([UInt8](repeating: 0x61, count: 1000))
        }
        #expect(result.code == nil)
    }

    /// 20 MiB of zeros in 130 KB, counted as they come out and not as they go in.
    @Test func refusesAGzipBomb() async throws {
        let bomb = gzipBomb(megabytes: 20)
        #expect(bomb.count < 200_000)
        let result = try await code { _, connection in connection.respond(bomb, headers: ["Content-Encoding: gzip"]) }
        #expect(result.code == "http.response-too-large")
        #expect(result.took < .seconds(5))
    }

    @Test func refusesHugeHeaders() async throws {
        let result = try await code { _, connection in
            connection.send("HTTP/1.1 200 OK\r\n")
            for number in 0..<200_000 { guard connection.send("X-\(number): yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n") else { return } }
        }
        #expect(result.code == "http.headers-too-large")
    }

    @Test func refusesOneHugeHeader() async throws {
        let result = try await code { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nX: ")
            while connection.send(String(repeating: "y", count: 65_536)) {}
        }
        #expect(result.code == "http.headers-too-large")
    }

    @Test func refusesEndlessInterimAnswers() async throws {
        let result = try await code { _, connection in
            while connection.send("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n") {}
        }
        #expect(result.code == "http.headers-too-large")
    }

    // MARK: Time

    @Test func givesUpASilentServerAtThePluginsDeadline() async throws {
        let result = try await code(arguments: ["timeoutMs": 200]) { _, connection in _ = connection.linger(milliseconds: 9000) }
        #expect(result.code == "http.timeout")
        #expect(result.took >= .milliseconds(200) && result.took < .seconds(3))
    }

    @Test func givesUpADripAtTheDeadline() async throws {
        let result = try await code(arguments: ["timeoutMs": 300]) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while connection.linger(milliseconds: 20), connection.send("x") {}
        }
        #expect(result.code == "http.timeout")
        #expect(result.took < .seconds(3))
    }

    @Test func givesUpADripThatIsTooSlow() async throws {
        let result = try await code(limits: HTTPLimits(slowSecondsMax: 1)) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while connection.linger(milliseconds: 200), connection.send("x") {}
        }
        #expect(result.code == "http.stalled")
        #expect(result.took < .seconds(8))
    }

    /// A model that thinks for a while before its first word is slow, not stalled.
    @Test func waitsForASlowThinker() async throws {
        let result = try await code(limits: HTTPLimits(slowSecondsMax: 1)) { _, connection in
            if connection.linger(milliseconds: 2500) { connection.respond("42") }
        }
        #expect(result.code == nil)
    }

    @Test func countsRedirectsWithinOneDeadline() async throws {
        let result = try await code(arguments: ["timeoutMs": 400]) { _, connection in
            if connection.linger(milliseconds: 150) { connection.redirect(to: "/again") }
        }
        #expect(result.code == "http.timeout")
        #expect(result.took < .seconds(3))
    }

    @Test func givesUpAConnectionThatIsNotAnswered() async throws {
        // A listener whose queue is full: the kernel drops what else knocks.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var knocking: [Int32] = []
        defer { for descriptor in knocking { close(descriptor) } }
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(listener, address, length)
                _ = listen(listener, 0)
                getsockname(listener, address, &length)
                for _ in 0..<4 {
                    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                    _ = connect(descriptor, address, length)
                    knocking.append(descriptor)
                }
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        let outbound = "network:outbound:http://127.0.0.1:\(port)"
        let bench = try HTTPBench(
            declared: [outbound], granted: [outbound, "network:private:127.0.0.1/32@127.0.0.1"],
            limits: HTTPLimits(connectMilliseconds: 200))
        defer { bench.stop() }
        let fault = try #require(await bench.fetch("http://127.0.0.1:\(port)/").fault)
        #expect(fault.code == "http.timeout")
        #expect(fault.message.contains("while connecting"))
    }

    // MARK: Servers that break off

    struct BrokenServer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: String
    }

    @Test(arguments: [
        BrokenServer(testDescription: "nothing", answer: ""), BrokenServer(testDescription: "no HTTP", answer: "SSH-2.0-OpenSSH\r\n"),
        BrokenServer(testDescription: "half a body", answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
        BrokenServer(testDescription: "half a chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"),
        BrokenServer(testDescription: "no chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        BrokenServer(testDescription: "no gzip", answer: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nplain!"),
        BrokenServer(testDescription: "unknown coding", answer: "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 1\r\n\r\nx"),
    ]) func saysThatAnAnswerIsUnusable(_ c: BrokenServer) async throws {
        let result = try await code { _, connection in
            connection.send(c.answer)
            connection.hangUp()
        }
        #expect(result.code == "http.bad-response")
    }

    @Test func saysThatNobodyListens() async throws {
        let server = LoopbackServer()
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        server.stop()
        #expect(await bench.fetch("http://127.0.0.1:\(server.port)/").code == "http.connect-failed")
    }

    @Test func saysThatANameHasNoAddress() async throws {
        // `.invalid` never has one (RFC 6761).
        let outbound = "network:outbound:http://nobody.invalid"
        let bench = try HTTPBench(declared: [outbound], granted: [outbound])
        defer { bench.stop() }
        let code = await bench.fetch("http://nobody.invalid/", ["timeoutMs": 3000]).code
        #expect(code == "http.name-not-found" || code == "http.timeout")
    }

    // MARK: Places

    @Test func boundsWhatOnePluginHasOnItsWay() async throws {
        let gate = Mutex(false)
        let now = Mutex((running: 0, most: 0))
        let server = LoopbackServer { _, connection in
            now.withLock {
                $0.running += 1
                $0.most = max($0.most, $0.running)
            }
            while !gate.withLock({ $0 }), connection.linger(milliseconds: 5) {}
            now.withLock { $0.running -= 1 }
            connection.respond("x")
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server, limits: HTTPLimits(requestsMax: 3, waitingMax: 5))
        defer { bench.stop() }
        let replies = Replies()
        let arguments = (["url": .string(url(server))] as JSONValue).serializedBytes()
        for _ in 0..<20 {
            bench.broker.handle(HostCallRequest(callID: 1, operation: "http.fetch", arguments: arguments)) { replies.take($0) }
        }
        #expect(replies.list.map(\.code) == Array(repeating: "http.busy", count: 12))
        try await eventually("three requests at the server") { now.withLock { $0.running } == 3 }
        gate.withLock { $0 = true }
        let all = try await replies.wait(for: 20)
        #expect(all.count { $0.code == nil } == 8)
        #expect(now.withLock { $0.most } == 3)
        #expect(bench.client.outstandingCount == 0)
    }

    @Test func sharesTheHubsPlacesAmongPlugins() async throws {
        let loop = HostLoop(name: "http-test")
        defer { loop.stop() }
        let service = HTTPService(loop: loop, limits: HTTPServiceLimits(requestsMax: 1))
        let order = Mutex<[String]>([])
        let server = LoopbackServer { request, connection in
            order.withLock { $0.append(request.path) }
            if connection.linger(milliseconds: 20) { connection.respond("x") }
        }
        defer { server.stop() }
        let outbound = "network:outbound:http://127.0.0.1:\(server.port)"
        let benches = try ["greedy", "modest"].map {
            try HTTPBench(
                "acme.\($0)", declared: [outbound], granted: [outbound, "network:private:127.0.0.1/32@127.0.0.1"], service: service,
                loop: loop)
        }
        defer { for bench in benches { bench.stop() } }
        let replies = Replies()
        for (bench, path, count) in [(benches[0], "greedy", 10), (benches[1], "modest", 1)] {
            for _ in 0..<count {
                let arguments = (["url": .string("http://127.0.0.1:\(server.port)/\(path)")] as JSONValue).serializedBytes()
                bench.broker.handle(HostCallRequest(callID: 1, operation: "http.fetch", arguments: arguments)) { replies.take($0) }
            }
        }
        _ = try await replies.wait(for: 11)
        let place = try #require(order.withLock { $0.firstIndex(of: "/modest") })
        #expect(place <= 2, "the modest plugin came after \(place) requests of the greedy one")
    }

    @Test func boundsTheBytesAllPluginsHold() async throws {
        let loop = HostLoop(name: "http-test")
        defer { loop.stop() }
        let service = HTTPService(loop: loop, limits: HTTPServiceLimits(bufferedBytesMax: 10_000))
        let server = LoopbackServer { request, connection in
            connection.respond([UInt8](repeating: 0x61, count: request.path == "/large" ? 20_000 : 9000))
        }
        defer { server.stop() }
        let outbound = "network:outbound:http://127.0.0.1:\(server.port)"
        let bench = try HTTPBench(
            declared: [outbound], granted: [outbound, "network:private:127.0.0.1/32@127.0.0.1"], service: service, loop: loop)
        defer { bench.stop() }
        #expect(await bench.fetch("http://127.0.0.1:\(server.port)/large").code == "http.busy")
        for _ in 0..<5 { #expect(await bench.fetch("http://127.0.0.1:\(server.port)/small").code == nil) }
    }

    // MARK: Cancelling

    @Test func hangsUpWhenTheCallIsCancelled() async throws {
        let state = Mutex((arrived: false, hungUp: false))
        let server = LoopbackServer { _, connection in
            state.withLock { $0.arrived = true }
            if !connection.linger(milliseconds: 9000) { state.withLock { $0.hungUp = true } }
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let replies = Replies()
        let arguments = (["url": .string(url(server))] as JSONValue).serializedBytes()
        let ticket = bench.broker.handle(HostCallRequest(callID: 1, operation: "http.fetch", arguments: arguments)) { replies.take($0) }
        try await eventually("the request at the server") { state.withLock { $0.arrived } }
        ticket?.cancel()
        #expect(replies.list.map(\.code) == ["hostcall.cancelled"])
        try await eventually("the server seeing the end") { state.withLock { $0.hungUp } }
        try await eventually("the place given back") { bench.client.outstandingCount == 0 }
        #expect(replies.list.count == 1)
    }

    @Test func cancelsWhatStillWaits() async throws {
        let server = LoopbackServer { _, connection in _ = connection.linger(milliseconds: 9000) }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server, limits: HTTPLimits(requestsMax: 1))
        defer { bench.stop() }
        let replies = Replies()
        let arguments = (["url": .string(url(server))] as JSONValue).serializedBytes()
        for _ in 0..<10 {
            bench.broker.handle(HostCallRequest(callID: 4, operation: "http.fetch", arguments: arguments)) { replies.take($0) }
        }
        bench.broker.cancelAll(callID: 4)
        #expect(replies.list.map(\.code) == Array(repeating: "hostcall.cancelled", count: 10))
        try await eventually("the places given back") { bench.client.outstandingCount == 0 }
        #expect(server.requests.count <= 1)
    }

    @Test func answersEverythingWhenThePluginIsStopped() async throws {
        let server = LoopbackServer { _, connection in _ = connection.linger(milliseconds: 9000) }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let replies = Replies()
        let arguments = (["url": .string(url(server))] as JSONValue).serializedBytes()
        for _ in 0..<30 {
            bench.broker.handle(HostCallRequest(callID: 1, operation: "http.fetch", arguments: arguments)) { replies.take($0) }
        }
        try await eventually("requests at the server") { server.requests.count == 8 }
        bench.broker.close()
        #expect(replies.list.map(\.code) == Array(repeating: "hostcall.closed", count: 30))
        try await eventually("the places given back") { bench.client.outstandingCount == 0 }
    }

    @Test func servesManyPluginsFromOneThread() async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let loop = HostLoop(name: "many-plugins")
        defer { loop.stop() }
        let service = HTTPService(loop: loop)
        let outbound = "network:outbound:http://127.0.0.1:\(server.port)"
        let benches = try (0..<40).map {
            try HTTPBench(
                "acme.p\($0)", declared: [outbound], granted: [outbound, "network:private:127.0.0.1/32@127.0.0.1"], service: service,
                loop: loop)
        }
        defer { for bench in benches { bench.stop() } }
        let replies = Replies()
        let arguments = (["url": .string("http://127.0.0.1:\(server.port)/")] as JSONValue).serializedBytes()
        for _ in 0..<5 {
            for bench in benches {
                bench.broker.handle(HostCallRequest(callID: 1, operation: "http.fetch", arguments: arguments)) { replies.take($0) }
            }
        }
        let all = try await replies.wait(for: 200)
        #expect(all.count { $0.code == nil } == 200)
        #expect(namedThreads("many-plugins") == 1)
    }

    /// Threads of this process that bear that name.
    private func namedThreads(_ name: String) -> Int {
        guard let folder = opendir("/proc/self/task") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let id = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard let file = fopen("/proc/self/task/\(id)/comm", "r") else { continue }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 32)
            let length = fread(&bytes, 1, bytes.count, file)
            if String(decoding: bytes.prefix(length), as: UTF8.self) == name + "\n" { count += 1 }
        }
        return count
    }
}
