import Glibc
import HostCalls
import JSON
import PluginModel
import Synchronization
import Testing

/// Requests that arrive: what the server sees and what the plugin gets back.
@Suite(.timeLimit(.minutes(1))) struct Fetching {
    @Test func bringsStatusHeadersAndText() async throws {
        let server = LoopbackServer { _, connection in
            connection.respond(
                "héllo", status: "404 Not Quite Found", headers: ["X-One: 1", "Set-Cookie: a=b", "set-cookie: c=d", "X-Latin: \u{e9}"])
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://localhost:\(server.port)/x?q=1#part")
        #expect(response["status"] == 404)
        #expect(response["statusText"] == "Not Quite Found")
        #expect(response["body"] == "héllo")
        #expect(response["bodyEncoding"] == "utf8")
        #expect(response["redirected"] == false)
        #expect(response["url"] == .string("http://localhost:\(server.port)/x?q=1"))
        #expect(response.header("x-one") == "1")
        let cookies = response["headers"]?.arrayValue?.filter { $0[0] == "set-cookie" }.compactMap { $0[1]?.stringValue }
        #expect(cookies == ["a=b", "c=d"])
    }

    @Test func bringsBytesThatAreNoTextAsBase64() async throws {
        let server = LoopbackServer { _, connection in connection.respond([0, 0xff, 0xfe, 1]) }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://localhost:\(server.port)/")
        #expect(response["body"] == "AP/+AQ==")
        #expect(response["bodyEncoding"] == "base64")
    }

    @Test func bringsALargeTextWhole() async throws {
        let text = String(repeating: "line \"é\"\n", count: 100_000)
        let server = LoopbackServer { _, connection in connection.respond(text) }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://localhost:\(server.port)/")
        #expect(response["body"] == .string(text))
    }

    struct MethodCase: Sendable, CustomTestStringConvertible {
        let arguments: JSONObject
        let method: String
        let body: [UInt8]
        let length: String?
        var testDescription: String { "\(arguments)" }
    }

    @Test(arguments: [
        MethodCase(arguments: [:], method: "GET", body: [], length: nil),
        MethodCase(arguments: ["method": "get"], method: "GET", body: [], length: nil),
        MethodCase(arguments: ["method": "POST", "body": "é"], method: "POST", body: [0xc3, 0xa9], length: "2"),
        MethodCase(arguments: ["method": "post"], method: "POST", body: [], length: "0"),
        MethodCase(arguments: ["method": "POST", "body": ""], method: "POST", body: [], length: "0"),
        MethodCase(arguments: ["method": "PUT", "body": "AP8=", "bodyEncoding": "base64"], method: "PUT", body: [0, 0xff], length: "2"),
        MethodCase(arguments: ["method": "DELETE"], method: "DELETE", body: [], length: nil),
        MethodCase(arguments: ["method": "DELETE", "body": "x"], method: "DELETE", body: [0x78], length: "1"),
        MethodCase(arguments: ["method": "PATCH", "body": "x"], method: "PATCH", body: [0x78], length: "1"),
        MethodCase(arguments: ["method": "OPTIONS"], method: "OPTIONS", body: [], length: nil),
        MethodCase(arguments: ["method": "PROPFIND"], method: "PROPFIND", body: [], length: nil),
    ]) func sendsMethodAndBody(_ c: MethodCase) async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://localhost:\(server.port)/", c.arguments)
        #expect(response["status"] == 200)
        let request = try #require(server.requests.first)
        #expect(request.method == c.method)
        #expect(request.body == c.body)
        #expect(request.header("content-length") == c.length)
        #expect(request.header("content-type") == nil)
        #expect(request.header("expect") == nil)
    }

    @Test func answersHeadWithoutABody() async throws {
        let server = LoopbackServer { _, connection in connection.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n") }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://localhost:\(server.port)/", ["method": "HEAD"])
        #expect(response["body"] == "")
        #expect(response.header("content-length") == "99999999")
    }

    @Test func sendsHeadersAndItsOwnName() async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let headers: JSONValue = [
            ["X-A", "1"], ["x-a", "2"], ["X-Empty", ""], ["X-Trim", " \t v \t"], ["Accept", "application/json"], ["Accept-Encoding", "br"],
            ["Content-Type", "text/x"], ["X-Latin", "\u{e9}"],
        ]
        _ = try await bench.response("http://localhost:\(server.port)/", ["headers": headers, "method": "POST", "body": "x"])
        let request = try #require(server.requests.first)
        #expect(request.headers.filter { $0.name == "x-a" }.map(\.value) == ["1", "2"])
        #expect(request.header("x-empty") == "")
        #expect(request.header("x-trim") == "v")
        #expect(request.header("accept") == "application/json")
        #expect(request.header("accept-encoding") == "gzip, deflate")
        #expect(request.header("content-type") == "text/x")
        #expect(request.header("user-agent") == "Patchbay/\(hubVersion)")
        #expect(request.header("host") == "localhost:\(server.port)")
    }

    @Test func letsThePluginNameItself() async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        _ = try await bench.response("http://localhost:\(server.port)/", ["headers": [["User-Agent", "acme/1"]]])
        #expect(server.requests.first?.headers.filter { $0.name == "user-agent" }.map(\.value) == ["acme/1"])
    }

    @Test func reusesItsConnection() async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        // By address: for a name with two of them a slow machine may try both.
        for _ in 0..<10 { _ = try await bench.response("http://127.0.0.1:\(server.port)/") }
        #expect(server.connectionCount == 1)
    }

    @Test func closesItsConnectionsWhenItHasBeenQuiet() async throws {
        let hungUp = Mutex(false)
        let server = LoopbackServer { _, connection in
            connection.respond("x")
            if !connection.linger(milliseconds: 9000) { hungUp.withLock { $0 = true } }
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server, limits: HTTPLimits(idleSecondsMax: 0))
        defer { bench.stop() }
        _ = try await bench.response("http://localhost:\(server.port)/")
        try await eventually("the server seeing the end") { hungUp.withLock { $0 } }
        let again = try await bench.response("http://localhost:\(server.port)/")
        #expect(again["status"] == 200)
    }

    @Test func readsChunksInterimAnswersAndTrailers() async throws {
        let server = LoopbackServer { _, connection in
            connection.send("HTTP/1.1 103 Early Hints\r\nLink: early\r\n\r\n")
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Last: yes\r\n\r\n")
            connection.send("3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n")
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://localhost:\(server.port)/")
        #expect(response["status"] == 200)
        #expect(response["body"] == "abcde")
        #expect(response.header("link") == nil)
        #expect(response.header("x-last") == "yes")
        #expect(response.header("x-trailer") == nil)
    }

    @Test func unpacksGzip() async throws {
        let server = LoopbackServer { _, connection in
            connection.respond(gzipOf(zeros: 258 * 4 + 1), headers: ["Content-Encoding: gzip"])
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://localhost:\(server.port)/")
        #expect(response["body"] == .string(String(repeating: "\0", count: 258 * 4 + 1)))
    }

    // MARK: What is refused before it is sent

    struct BadCall: Sendable, CustomTestStringConvertible {
        let arguments: JSONObject
        let code: String
        init(_ arguments: JSONObject, _ code: String) {
            self.arguments = arguments
            self.code = code
        }
        var testDescription: String { "\(JSONValue.object(arguments).description.prefix(60).debugDescription): \(code)" }
    }

    static let badCalls = [
        BadCall(["headers": [["X\r\nInjected: 1", "x"]]], "http.bad-header"),
        BadCall(["headers": [["X", "a\r\nInjected: 1"]]], "http.bad-header"),
        BadCall(["headers": [["X", "a\nInjected: 1"]]], "http.bad-header"), BadCall(["headers": [["X", "a\rb"]]], "http.bad-header"),
        BadCall(["headers": [["X", "a\u{0}b"]]], "http.bad-header"), BadCall(["headers": [["X", "a\u{7f}b"]]], "http.bad-header"),
        BadCall(["headers": [["X", "\u{100}"]]], "http.bad-header"),
        BadCall(["headers": [["X", "a\u{10a}Injected: 1"]]], "http.bad-header"),
        BadCall(["headers": [["", "x"]]], "http.bad-header"), BadCall(["headers": [["X Y", "x"]]], "http.bad-header"),
        BadCall(["headers": [["X:", "x"]]], "http.bad-header"), BadCall(["headers": [["é", "x"]]], "http.bad-header"),
        BadCall(["headers": [["X;", "x"]]], "http.bad-header"), BadCall(["headers": [["@file", "x"]]], "http.bad-header"),
        BadCall(["headers": [["Host", "evil.example"]]], "http.forbidden-header"),
        BadCall(["headers": [["hOST", "x"]]], "http.forbidden-header"),
        BadCall(["headers": [["Content-Length", "1"]]], "http.forbidden-header"),
        BadCall(["headers": [["Transfer-Encoding", "chunked"]]], "http.forbidden-header"),
        BadCall(["headers": [["Connection", "Authorization"]]], "http.forbidden-header"),
        BadCall(["headers": [["Upgrade", "h2c"]]], "http.forbidden-header"),
        BadCall(["headers": [["TE", "trailers"]]], "http.forbidden-header"),
        BadCall(["headers": [["Expect", "100-continue"]]], "http.forbidden-header"),
        BadCall(["headers": [["Proxy-Connection", "x"]]], "http.forbidden-header"),
        BadCall(["headers": ["X"]], "hostcall.bad-arguments"), BadCall(["headers": [["X"]]], "hostcall.bad-arguments"),
        BadCall(["headers": [["X", 1]]], "hostcall.bad-arguments"), BadCall(["headers": ["X": "1"]], "hostcall.bad-arguments"),
        BadCall(["headers": .array(Array(repeating: ["X", "y"], count: 129))], "hostcall.bad-arguments"),
        BadCall(["headers": [["X", .string(String(repeating: "y", count: 40_000))]]], "http.bad-header"),
        BadCall(["method": "CONNECT"], "http.bad-method"), BadCall(["method": "trace"], "http.bad-method"),
        BadCall(["method": "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"], "http.bad-method"), BadCall(["method": ""], "http.bad-method"),
        BadCall(["method": .string(String(repeating: "M", count: 33))], "http.bad-method"),
        BadCall(["body": "x"], "http.bad-body"), BadCall(["method": "HEAD", "body": ""], "http.bad-body"),
        BadCall(["method": "POST", "body": "*", "bodyEncoding": "base64"], "http.bad-body"),
        BadCall(["method": "POST", "body": "x", "bodyEncoding": "utf16"], "hostcall.bad-arguments"),
        BadCall(["method": "POST", "body": 1], "hostcall.bad-arguments"),
        BadCall(["method": "POST", "body": .string(String(repeating: "x", count: 1001))], "http.body-too-large"),
        BadCall(["redirect": "maybe"], "hostcall.bad-arguments"), BadCall(["timeoutMs": 0], "hostcall.bad-arguments"),
        BadCall(["timeoutMs": 300_001], "hostcall.bad-arguments"), BadCall(["timeoutMs": "1"], "hostcall.bad-arguments"),
    ]

    @Test(arguments: badCalls) func refuses(_ c: BadCall) async throws {
        let server = LoopbackServer()
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server, limits: HTTPLimits(requestBytesMax: 1000))
        defer { bench.stop() }
        let reply = await bench.fetch("http://localhost:\(server.port)/", c.arguments)
        #expect(reply.code == c.code)
        #expect(reply.fault?.turn == .plugin)
        #expect(server.connectionCount == 0)
    }

    @Test func refusesWithoutAUrlAndWithoutAPermission() async throws {
        let bench = try HTTPBench(declared: ["network:outbound:a.example"], granted: ["network:outbound:b.example"])
        defer { bench.stop() }
        #expect(await bench.broker.call("http.fetch").code == "hostcall.bad-arguments")
        #expect(await bench.fetch("https://b.example/").code == "permission.not-declared")
        #expect(await bench.fetch("https://a.example/").code == "permission.not-granted")
        #expect(await bench.fetch("http://a.example/").code == "permission.not-declared")
        #expect(await bench.fetch("https://a.example:8443/").code == "permission.not-declared")
        #expect(await bench.fetch("https://a.example.evil.example/").code == "permission.not-declared")
        #expect(await bench.fetch("https://" + String(repeating: "a", count: 20_000)).code == "http.bad-url")
    }

    // MARK: Redirects

    @Test func followsRedirectsAndSaysSo() async throws {
        let server = LoopbackServer { request, connection in
            switch request.path {
            case "/one": connection.redirect(to: "/two?x=1")
            case "/two?x=1":
                connection.redirect(to: "http://127.0.0.1:\(request.header("host")?.split(separator: ":").last ?? "")/thr%C3%A9e#part")
            default: connection.respond("there")
            }
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://localhost:\(server.port)/one")
        #expect(response["body"] == "there")
        #expect(response["redirected"] == true)
        #expect(response["url"] == .string("http://127.0.0.1:\(server.port)/thr%C3%A9e"))
        #expect(server.requests.map(\.path) == ["/one", "/two?x=1", "/thr%C3%A9e"])
    }

    @Test func readsARedirectWithRawUTF8() async throws {
        let server = LoopbackServer { request, connection in
            if request.path == "/" { connection.redirect(to: "/é ü") } else { connection.respond("there") }
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        _ = try await bench.response("http://localhost:\(server.port)/")
        #expect(server.requests.map { $0.path.lowercased() } == ["/", "/%c3%a9%20%c3%bc"])
    }

    struct RewriteCase: Sendable, CustomTestStringConvertible {
        let status: Int
        let method: String
        let expected: String
        var testDescription: String { "\(status) after \(method): \(expected)" }
    }

    @Test(arguments: [
        RewriteCase(status: 301, method: "POST", expected: "GET"), RewriteCase(status: 302, method: "POST", expected: "GET"),
        RewriteCase(status: 303, method: "POST", expected: "GET"), RewriteCase(status: 307, method: "POST", expected: "POST"),
        RewriteCase(status: 308, method: "POST", expected: "POST"), RewriteCase(status: 301, method: "PUT", expected: "PUT"),
        RewriteCase(status: 302, method: "DELETE", expected: "DELETE"), RewriteCase(status: 303, method: "PUT", expected: "GET"),
        RewriteCase(status: 303, method: "DELETE", expected: "GET"), RewriteCase(status: 303, method: "GET", expected: "GET"),
    ]) func rewritesTheMethodAsFetchDoes(_ c: RewriteCase) async throws {
        let server = LoopbackServer { request, connection in
            if request.path == "/" { connection.redirect(to: "/next", status: "\(c.status) Moved") } else { connection.respond("there") }
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        var arguments: JSONObject = ["method": .string(c.method), "headers": [["Content-Type", "text/x"], ["X-Kept", "1"]]]
        if c.method != "GET" { arguments["body"] = "body" }
        _ = try await bench.response("http://localhost:\(server.port)/", arguments)
        let second = try #require(server.requests.last)
        #expect(second.path == "/next")
        #expect(second.method == c.expected)
        #expect(second.body == (c.expected == c.method && c.method != "GET" ? Array("body".utf8) : []))
        #expect((second.header("content-type") != nil) == (c.expected == c.method))
        #expect(second.header("x-kept") == "1")
    }

    @Test func carriesCredentialsWithinAnOriginOnly() async throws {
        let other = LoopbackServer()
        defer { other.stop() }
        let server = LoopbackServer { request, connection in
            switch request.path {
            case "/same": connection.redirect(to: "/there")
            case "/host": connection.redirect(to: "http://127.0.0.1:\(request.header("host")?.split(separator: ":").last ?? "")/there")
            case "/port": connection.redirect(to: "http://localhost:\(other.port)/there")
            default: connection.respond("there")
            }
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server, more: ["network:outbound:http://localhost:\(other.port)"])
        defer { bench.stop() }
        let headers: JSONValue = [["Authorization", "Bearer s"], ["Cookie", "a=b"], ["Proxy-Authorization", "x"], ["X-Kept", "1"]]
        for (path, isKept) in [("/same", true), ("/host", false), ("/port", false)] {
            _ = try await bench.response("http://localhost:\(server.port)\(path)", ["headers": headers])
            let last = try #require(path == "/port" ? other.requests.last : server.requests.last)
            #expect(last.path == "/there")
            for name in ["authorization", "cookie", "proxy-authorization"] {
                #expect((last.header(name) != nil) == isKept, "\(name) at \(path)")
            }
            #expect(last.header("x-kept") == "1")
        }
    }

    @Test func handsARedirectOverWhenAsked() async throws {
        let server = LoopbackServer { _, connection in connection.redirect(to: "http://127.0.0.1:1/") }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let manual = try await bench.response("http://localhost:\(server.port)/", ["redirect": "manual"])
        #expect(manual["status"] == 302)
        #expect(manual.header("location") == "http://127.0.0.1:1/")
        #expect(manual["redirected"] == false)
        #expect(await bench.fetch("http://localhost:\(server.port)/", ["redirect": "error"]).code == "http.redirected")
    }

    @Test func givesUpALoopAndALongChain() async throws {
        let server = LoopbackServer { request, connection in
            let number = Int(request.path.dropFirst()) ?? 0
            if request.path == "/loop" {
                connection.redirect(to: "/loop")
            } else if number == 0 {
                connection.respond("end")
            } else {
                connection.redirect(to: "/\(number - 1)")
            }
        }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let five = try await bench.response("http://localhost:\(server.port)/5")
        #expect(five["body"] == "end")
        #expect(await bench.fetch("http://localhost:\(server.port)/6").code == "http.too-many-redirects")
        let before = server.requests.count
        #expect(await bench.fetch("http://localhost:\(server.port)/loop").code == "http.too-many-redirects")
        #expect(server.requests.count == before + 6)
    }

    @Test func aRedirectWithoutAPlaceIsAnAnswer() async throws {
        let server = LoopbackServer { _, connection in connection.respond("where?", status: "302 Found") }
        defer { server.stop() }
        let bench = try HTTPBench(reaching: server)
        defer { bench.stop() }
        let response = try await bench.response("http://localhost:\(server.port)/")
        #expect(response["status"] == 302)
        #expect(response["body"] == "where?")
    }
}

/// A gzip stream with the right sums, of zeros: crc32 and length are checked by whoever reads to the end.
private func gzipOf(zeros count: Int) -> [UInt8] {
    precondition((count - 1) % 258 == 0)
    var crc: UInt32 = ~0
    for _ in 0..<count {
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    func little(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    let stream = gzipOfZeros(runs: (count - 1) / 258)
    return Array(stream[..<(stream.count - 8)]) + little(~crc) + little(UInt32(count))
}
