import HTTPServer
import Testing

struct TargetCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Nil for a target that is refused.
    let segments: [String]?
    let query: [String]

    init(_ target: String, _ segments: [String]?, _ query: [String] = []) {
        testDescription = target
        self.segments = segments
        self.query = query
    }
}

struct ValueTests {
    @Test(arguments: [
        TargetCase("/", []), TargetCase("/a", ["a"]), TargetCase("/a/", ["a", ""]), TargetCase("//", ["", ""]),
        TargetCase("/a//b", ["a", "", "b"]), TargetCase("/a%20b/%C3%A4", ["a b", "ä"]), TargetCase("/a+b", ["a+b"]),
        TargetCase("/%2F", ["/"]),
        TargetCase("/%252e", ["%2e"]), TargetCase("/...", ["..."]), TargetCase("/.", nil), TargetCase("/a/..", nil),
        TargetCase("/%2E%2e", nil),
        TargetCase("/%", nil), TargetCase("/%1", nil), TargetCase("/%g0", nil), TargetCase("/%C3", nil), TargetCase("/%ED%A0%80", nil),
        TargetCase("/%0a", nil), TargetCase("/%7f", nil), TargetCase("/a?", ["a"]), TargetCase("/a?b", ["a"], ["b="]),
        TargetCase("/a?b=c&b=d&=e&&f==", ["a"], ["b=c", "b=d", "=e", "f=="]), TargetCase("/a?b+c=%2B%26", ["a"], ["b c=+&"]),
        TargetCase("/a?b=%0A", ["a"], ["b=\n"]), TargetCase("/a?b=%00", nil), TargetCase("/a?b=%", nil),
        TargetCase("/a?b=/../", ["a"], ["b=/../"]),
        TargetCase("", []), TargetCase("*", []),
    ])
    func `a target is read into segments and pairs, or refused`(_ c: TargetCase) {
        let target = try? RequestTarget(parsing: c.testDescription)
        #expect(target?.segments == c.segments)
        #expect((target?.query ?? []).map { "\($0.name)=\($0.value)" } == c.query)
    }

    @Test(arguments: [
        (UInt64(0), UInt64(0xFFFF_7F00_0001), "127.0.0.1:9", true), (0, 0xFFFF_C000_0201, "192.0.2.1:9", false), (0, 1, "[::1]:9", true),
        (0, 0, "[::]:9", false), (0x2001_0DB8_0000_0000, 0x0000_0000_0000_0001, "[2001:db8::1]:9", false),
        (0x2001_0DB8_0000_0001, 0x0000_0001_0000_0001, "[2001:db8:0:1:0:1:0:1]:9", false),
        (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "[2001:0:0:1::1]:9", false),
        (0x0001_0002_0003_0004, 0x0005_0006_0007_0000, "[1:2:3:4:5:6:7:0]:9", false),
    ])
    func `an address is written as people write it`(_ high: UInt64, _ low: UInt64, _ text: String, _ isLoopback: Bool) {
        let peer = PeerAddress(high: high, low: low, port: 9)
        #expect(peer.description == text)
        #expect(peer.isLoopback == isLoopback)
        #expect(peer.client == PeerAddress(high: high, low: peer.isIPv4 ? low : low ^ low, port: 0))
    }

    @Test func `a request's fields, cookies and facts arrive as they were sent`() async throws {
        let journal = Journal()
        let router = try echoRouter([
            Route(.get, "/facts") { request in
                journal.note(request.headers.values("x").joined(separator: "|"))
                journal.note(request.headers["ABSENT"] ?? "absent")
                journal.note(request.headers.map(\.name).joined(separator: ","))
                journal.note(request.cookies.map { "\($0.name)=\($0.value)" }.joined(separator: "|"))
                journal.note(request.peer.host)
                journal.note(request.authority?.description ?? "")
                journal.note(request.path)
                return .noContent
            }
        ])
        try await withServer(router) { _, port in
            _ = try await onThread {
                try RawClient(port: port).ask(
                    "GET /facts?a=b HTTP/1.1\r\nhOsT: a.test:80\r\nX: 1\r\nx:  2 \t\r\nX:\r\nCookie: a=b; c=\"d e\";f; g=h=i\r\nCookie: j=k\r\n\r\n"
                )
            }
        }
        #expect(
            journal.all == ["1|2|", "absent", "hOsT,X,x,X,Cookie,Cookie", "a=b|c=d e|g=h=i|j=k", "127.0.0.1", "a.test:80", "/facts"])
    }

    @Test func `headers keep order and repeated names`() {
        var headers: HTTPHeaders = ["A": "1", "B": "2"]
        headers.add("a", "3")
        #expect(headers["a"] == "1" && headers.values("A") == ["1", "3"] && headers.count == 3)
        headers["A"] = "4"
        #expect(headers.map { "\($0.name)\($0.value)" } == ["B2", "A4"])
        headers["b"] = nil
        #expect(headers.count == 1)
    }
}

struct RateCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Attempts, as milliseconds after the first, and what each is told: nil for allowed, or how long to wait.
    let attempts: [(at: Int, wait: Int?)]
}

struct RateLimiterTests {
    @Test(arguments: [
        RateCase(testDescription: "a burst, then nothing", attempts: [(0, nil), (0, nil), (0, nil), (0, 500), (499, 1)]),
        RateCase(testDescription: "one comes back at its time", attempts: [(0, nil), (0, nil), (0, nil), (500, nil), (500, 500)]),
        RateCase(
            testDescription: "no more than a burst is saved",
            attempts: [(0, nil), (60_000, nil), (60_000, nil), (60_000, nil), (60_000, 500)]),
        RateCase(
            testDescription: "refusals cost nothing",
            attempts: [(0, nil), (0, nil), (0, nil), (100, 400), (200, 300), (300, 200), (500, nil)]),
        RateCase(
            testDescription: "time that goes backwards fills nothing",
            attempts: [(1_000, nil), (1_000, nil), (1_000, nil), (0, 500), (1_000, 500)]),
    ])
    func `attempts are let through at a steady rate`(_ c: RateCase) {
        var limiter = RateLimiter<String>(RateLimiter.Rule(burst: 3, perSecond: 2))
        let start = ContinuousClock.now
        for (at, wait) in c.attempts {
            let verdict = limiter.attempt("a", at: start + .milliseconds(at))
            #expect(verdict == wait.map { .wait(.milliseconds($0)) } ?? .allowed, "at \(at)")
        }
    }

    @Test func `keys do not share, and can be forgiven`() {
        var limiter = RateLimiter<String>(RateLimiter.Rule(burst: 1, perSecond: 1))
        let now = ContinuousClock.now
        #expect(limiter.attempt("a", at: now) == .allowed)
        #expect(limiter.attempt("b", at: now) == .allowed)
        #expect(limiter.attempt("a", at: now) != .allowed)
        limiter.forgive("a")
        #expect(limiter.attempt("a", at: now) == .allowed)
    }

    @Test func `a flood of keys takes no more memory than was said`() {
        var limiter = RateLimiter<Int>(RateLimiter.Rule(burst: 1, perSecond: 1), keysMax: 100)
        let now = ContinuousClock.now
        for key in 0..<10_000 { _ = limiter.attempt(key, at: now) }
        #expect(limiter.count == 100)
        #expect(limiter.attempt(20_000, at: now + .milliseconds(500)) == .wait(.seconds(1)))
        #expect(limiter.attempt(20_000, at: now + .seconds(2)) == .allowed, "full buckets are forgotten")
        #expect(limiter.count == 1)
    }
}
