import Glibc
import HTTPServer
import Testing

/// Raw bytes, and what comes back. Every refusal closes the connection: after bytes that two readers may cut differently nothing can be
/// believed.
struct RawCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let statuses: [Int]
    let isClosed: Bool

    init(_ name: String, _ text: String, _ statuses: Int..., closes isClosed: Bool? = nil) {
        self.init(name, bytes: Array(text.utf8), statuses, closes: isClosed)
    }

    init(_ name: String, bytes: [UInt8], _ statuses: [Int], closes isClosed: Bool? = nil) {
        testDescription = name
        self.bytes = bytes
        self.statuses = statuses
        self.isClosed = isClosed ?? statuses.contains { $0 >= 400 && $0 != 404 && $0 != 405 }
    }
}

private let host = "Host: a.test\r\n"
private let post = "POST /echo HTTP/1.1\r\n\(host)"
private let chunked = "\(post)Transfer-Encoding: chunked\r\n\r\n"

let refusals: [RawCase] = [
    RawCase("length and coding", "\(post)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("coding and length", "\(post)Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
    RawCase("coding and length zero", "\(post)Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", 400),
    RawCase("two different lengths", "\(post)Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
    RawCase("two equal lengths", "\(post)Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    RawCase("a list of lengths", "\(post)Content-Length: 5, 5\r\n\r\nabcde", 400),
    RawCase("a length with a plus", "\(post)Content-Length: +3\r\n\r\nabc", 400),
    RawCase("a length with a minus", "\(post)Content-Length: -1\r\n\r\n", 400),
    RawCase("a length in hexadecimal", "\(post)Content-Length: 0x3\r\n\r\nabc", 400),
    RawCase("a length with a space inside", "\(post)Content-Length: 1 2\r\n\r\nabc", 400),
    RawCase("a length with an underscore", "\(post)Content-Length: 1_0\r\n\r\nabcdefghij", 400),
    RawCase("a length past 64 bits", "\(post)Content-Length: 18446744073709551619\r\n\r\nabc", 400),
    RawCase("a length without digits", "\(post)Content-Length:\r\n\r\n", 400),
    RawCase("an unknown coding", "\(post)Transfer-Encoding: gzip\r\n\r\n", 400),
    RawCase("a misspelt coding", "\(post)Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("chunked with identity", "\(post)Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
    RawCase("identity with chunked", "\(post)Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("gzip with chunked", "\(post)Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("identity alone", "\(post)Transfer-Encoding: identity\r\n\r\n", 400),
    RawCase("two codings", "\(post)Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("chunked twice", "\(post)Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("a coding in quotes", "\(post)Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 400),
    RawCase("a coding after a vertical tab", "\(post)Transfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("an empty coding", "\(post)Transfer-Encoding:\r\n\r\n", 400),
    RawCase("chunked in HTTP/1.0", "POST /echo HTTP/1.0\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("a space before the colon", "GET / HTTP/1.1\r\nHost : a.test\r\n\r\n", 400),
    RawCase("a tab before the colon", "GET / HTTP/1.1\r\n\(host)X\t: y\r\n\r\n", 400),
    RawCase("a space before the colon of a coding", "\(post)Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("a field without a name", "GET / HTTP/1.1\r\n\(host): y\r\n\r\n", 400),
    RawCase("a field without a colon", "GET / HTTP/1.1\r\n\(host)nonsense\r\n\r\n", 400),
    RawCase("a name in brackets", "GET / HTTP/1.1\r\n\(host)X[1]: y\r\n\r\n", 400),
    RawCase("a name beyond ASCII", "GET / HTTP/1.1\r\n\(host)Ä: y\r\n\r\n", 400),
    RawCase("bare LF after the request line", "GET / HTTP/1.1\nHost: a.test\r\n\r\n", 400),
    RawCase("bare LF everywhere", "GET / HTTP/1.1\nHost: a.test\n\n", 400),
    RawCase("bare LF after a field", "GET / HTTP/1.1\r\nHost: a.test\nX: y\r\n\r\n", 400),
    RawCase("bare LF as the end", "GET / HTTP/1.1\r\n\(host)\n", 400),
    RawCase("bare CR in a value", "GET / HTTP/1.1\r\n\(host)X: a\rb\r\n\r\n", 400),
    RawCase("bare CR in the request line", "GET /\r HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("NUL in a value", bytes: Array("GET / HTTP/1.1\r\n\(host)X: a".utf8) + [0] + Array("b\r\n\r\n".utf8), [400]),
    RawCase("NUL in a name", bytes: Array("GET / HTTP/1.1\r\n\(host)X".utf8) + [0] + Array(": b\r\n\r\n".utf8), [400]),
    RawCase("NUL in the target", bytes: Array("GET /a".utf8) + [0] + Array(" HTTP/1.1\r\n\(host)\r\n".utf8), [400]),
    RawCase("an escape in a value", "GET / HTTP/1.1\r\n\(host)X: a\u{1B}b\r\n\r\n", 400),
    RawCase("DEL in a value", "GET / HTTP/1.1\r\n\(host)X: a\u{7F}b\r\n\r\n", 400),
    RawCase("a folded field", "GET / HTTP/1.1\r\n\(host)X: a\r\n b\r\n\r\n", 400),
    RawCase("a field folded with a tab", "GET / HTTP/1.1\r\n\(host)X: a\r\n\tb\r\n\r\n", 400),
    RawCase("a folded coding", "\(post)Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    RawCase("a space before the first field", "GET / HTTP/1.1\r\n \(host)\r\n", 400),
    RawCase("no Host", "GET / HTTP/1.1\r\n\r\n", 400),
    RawCase("two Hosts", "GET / HTTP/1.1\r\n\(host)Host: b.test\r\n\r\n", 400),
    RawCase("two equal Hosts", "GET / HTTP/1.1\r\n\(host)\(host)\r\n", 400),
    RawCase("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\n\(host)Host: b.test\r\n\r\n", 400),
    RawCase("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    RawCase("a Host with a path", "GET / HTTP/1.1\r\nHost: a.test/b\r\n\r\n", 400),
    RawCase("a Host with a user", "GET / HTTP/1.1\r\nHost: me@a.test\r\n\r\n", 400),
    RawCase("a Host with a space", "GET / HTTP/1.1\r\nHost: a.test b.test\r\n\r\n", 400),
    RawCase("a Host with a comma", "GET / HTTP/1.1\r\nHost: a.test,b.test\r\n\r\n", 400),
    RawCase("no version", "GET /\r\n\(host)\r\n", 400),
    RawCase("version 0.9", "GET / HTTP/0.9\r\n\(host)\r\n", 400),
    RawCase("version 1.2", "GET / HTTP/1.2\r\n\(host)\r\n", 400),
    RawCase("version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    RawCase("version in lower case", "GET / http/1.1\r\n\(host)\r\n", 400),
    RawCase("a digit too many in the version", "GET / HTTP/1.11\r\n\(host)\r\n", 400),
    RawCase("a space after the version", "GET / HTTP/1.1 \r\n\(host)\r\n", 400),
    RawCase("two spaces before the target", "GET  / HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("two spaces before the version", "GET /  HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a tab for a space", "GET\t/ HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a space before the method", " GET / HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a method that is no token", "GE(T / HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a method of 33 letters", "\(String(repeating: "A", count: 33)) / HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a target beyond ASCII", "GET /ä HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a target with a fragment", "GET /#a HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a target that is a word", "GET a HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a target of CONNECT", "CONNECT a.test:443 HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("the star for GET", "GET * HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("an absolute target of another host", "GET http://b.test/ HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("an absolute target of another port", "GET http://a.test:81/ HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("an absolute target with a user", "GET http://me@a.test/ HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("an absolute target of a strange scheme", "GET ftp://a.test/ HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("half a percent sign", "GET /%4 HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a percent sign with letters", "GET /%zz HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("bytes that are no UTF-8", "GET /%ff HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("an overlong slash", "GET /%c0%af HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("an encoded NUL", "GET /a%00 HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("dots as a segment", "GET /../a HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("encoded dots as a segment", "GET /%2e%2E/a HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("half a percent sign in the query", "GET /?a=% HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a chunk's size with a prefix", "\(chunked)0x3\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("a chunk's size with a sign", "\(chunked)+3\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("a negative chunk's size", "\(chunked)-3\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("a chunk's size with a space before it", "\(chunked) 3\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("a chunk's size with an underscore", "\(chunked)1_0\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("a chunk's size past 64 bits", "\(chunked)10000000000000003\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("a chunk without a size", "\(chunked)\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("a chunk's line with bare LF", "\(chunked)3\nabc\r\n0\r\n\r\n", 400),
    RawCase("the last chunk with bare LF", "\(chunked)0\n\n", 400),
    RawCase("a chunk longer than its size", "\(chunked)3\r\nabcd\r\n0\r\n\r\n", 400),
    RawCase("a chunk shorter than its size", "\(chunked)5\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("a chunk ending with bare LF", "\(chunked)3\r\nabc\n0\r\n\r\n", 400),
    RawCase("a chunk's extension with bare LF", "\(chunked)3;a=\nb\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("a chunk's extension that is none", "\(chunked)3;;=\r\nabc\r\n0\r\n\r\n", 400),
    RawCase("an endless chunk's line", "\(chunked)3;\(String(repeating: "a", count: 5_000))", 400),
    RawCase(
        "extensions without end", "\(chunked)\(String(repeating: "1;\(String(repeating: "e", count: 900))\r\nx\r\n", count: 30))0\r\n\r\n",
        400),
    RawCase("a length in the trailer", "\(chunked)0\r\nContent-Length: 3\r\n\r\n", 400),
    RawCase("a coding in the trailer", "\(chunked)0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    RawCase("a trailer with bare LF", "\(chunked)0\r\nX: y\n\r\n", 400),
    RawCase("a trailer without a colon", "\(chunked)0\r\nnonsense\r\n\r\n", 400),
    RawCase("an endless trailer", "\(chunked)0\r\nX: \(String(repeating: "a", count: 5_000))", 400),
    RawCase("an expectation nobody knows", "\(post)Expect: 200-ok\r\nContent-Length: 3\r\n\r\n", 417),
    RawCase("a head of 33 KB", "GET / HTTP/1.1\r\n\(host)X: \(String(repeating: "a", count: 33_000))\r\n\r\n", 431),
    RawCase("a head of 33 KB without an end", "GET / HTTP/1.1\r\n\(host)X: \(String(repeating: "a", count: 33_000))", 431),
    RawCase("101 fields", "GET / HTTP/1.1\r\n\(host)\(String(repeating: "X: y\r\n", count: 101))\r\n", 431),
    RawCase("a target of 9 KB", "GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\n\(host)\r\n", 414),
    RawCase("a target without an end", "GET /\(String(repeating: "a", count: 9_000))", 414),
    RawCase("a body past the limit", "\(post)Content-Length: 65537\r\n\r\n", 413),
    RawCase("chunks past the limit", "\(chunked)10001\r\n", 413),
    RawCase("a body for a route without", "GET / HTTP/1.1\r\n\(host)Content-Length: 1\r\n\r\nx", 413),
    RawCase("TLS where there is none", bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03, 0x0A, 0x0D, 0x0A], [400]),
    RawCase("a smuggled request behind a refusal", "\(post)Content-Length: 5, 5\r\n\r\nabcdeGET / HTTP/1.1\r\n\(host)\r\n", 400),
    RawCase("a second empty line before the request", "\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n", 400),
]

let accepted: [RawCase] = [
    RawCase("a plain request", "GET / HTTP/1.1\r\n\(host)\r\n", 200),
    RawCase("an empty line before the request", "\r\nGET / HTTP/1.1\r\n\(host)\r\n", 200),
    RawCase("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 200, closes: true),
    RawCase("HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n", 200, 200, closes: true),
    RawCase("close", "GET / HTTP/1.1\r\n\(host)Connection: close\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n", 200, closes: true),
    RawCase("two requests", "GET / HTTP/1.1\r\n\(host)\r\nGET /nothing HTTP/1.1\r\n\(host)\r\n", 200, 404),
    RawCase("a length and a request behind it", "\(post)Content-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\(host)\r\n", 200, 200),
    RawCase("chunks and a request behind them", "\(chunked)3\r\nabc\r\n2;a=b\r\nde\r\n0\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n", 200, 200),
    RawCase("a trailer, and a request behind it", "\(chunked)3\r\nabc\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n", 200, 200),
    RawCase("a coding in capitals", "\(post)TRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\n", 200),
    RawCase("a length of zero", "\(post)Content-Length: 0\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n", 200, 200),
    RawCase("an absolute target", "GET http://a.test/hello/x HTTP/1.1\r\n\(host)\r\n", 200),
    RawCase("an absolute target without a path", "GET http://a.test HTTP/1.1\r\n\(host)\r\n", 200),
    RawCase("OPTIONS of the star", "OPTIONS * HTTP/1.1\r\n\(host)\r\n", 204),
    RawCase("values beyond ASCII", "GET / HTTP/1.1\r\n\(host)X: ä\r\n\r\n", 200),
    RawCase("a method nobody has", "BREW / HTTP/1.1\r\n\(host)\r\n", 405),
    RawCase("a head just within the limit", "GET / HTTP/1.1\r\n\(host)X: \(String(repeating: "a", count: 32_000))\r\n\r\n", 200),
    RawCase("an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200),
]

struct StrictnessTests {
    @Test(arguments: refusals + accepted)
    func `a request is refused or answered, and nothing behind a refusal is read`(_ c: RawCase) async throws {
        try await withServer(try echoRouter(), loops: 1) { server, port in
            let (found, end) = try await onThread { () throws -> ([RawResponse], RawClient.End) in
                let client = try RawClient(port: port)
                client.send(c.bytes)
                if c.isClosed {
                    let (bytes, end) = client.receiveAll()
                    return (responses(in: bytes), end)
                }
                return (try c.statuses.map { _ in try client.response() }, .open)
            }
            #expect(found.map(\.status) == c.statuses, "\(found)")
            #expect(end == (c.isClosed ? .closed : .open))
            for response in found where response.status >= 400 {
                #expect(response["content-type"] == "application/problem+json")
                #expect(response["connection"] == (c.isClosed ? "close" : nil))
            }
        }
    }

    @Test func `an HTTP/1.0 client that asks to be kept is told so`() async throws {
        try await withServer(try echoRouter()) { _, port in
            let response = try await onThread { try RawClient(port: port).ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") }
            #expect(response["connection"] == "keep-alive")
        }
    }
}

/// Any split of the bytes gives the same answers.
struct SplitTests {
    /// What a connection says in all, without dates and ids.
    private static func transcript(_ c: RawCase, pieces: [ArraySlice<UInt8>], pause: Int32 = 0, port: UInt16) async throws -> [String] {
        try await onThread {
            let client = try RawClient(port: port)
            for piece in pieces {
                if !client.send(piece) { break }
                if pause > 0 { poll(nil, 0, pause) }
            }
            let found = c.isClosed ? responses(in: client.receiveAll().bytes) : try c.statuses.map { _ in try client.response() }
            return found.map { response in
                // A problem's length is that of its id, too.
                let fields = response.fields.filter { $0.name != "date" && $0.name != "content-length" }.map { "\($0.name): \($0.value)" }
                let text = response.text.replacing(#/urn:patchbay:request:[a-z0-9-]+/#, with: "ID")
                    .replacing(#/"requestId":"[a-z0-9-]+"/#, with: "ID")
                return "\(response.status) \(fields) \(text)"
            }
        }
    }

    @Test(arguments: 1...12)
    func `any split of the bytes gives the same answers, seed`(_ seed: Int) async throws {
        var random = Seeded(state: UInt64(seed))
        let cases = (refusals + accepted).filter { $0.bytes.count < 6_000 }
        try await withServer(try echoRouter(), loops: 1) { _, port in
            for c in cases.shuffled(using: &random).prefix(25) {
                let whole = try await Self.transcript(c, pieces: [c.bytes[...]], port: port)
                var pieces: [ArraySlice<UInt8>] = []
                var rest = c.bytes[...]
                let longest = Int.random(in: 1...40, using: &random)
                while !rest.isEmpty {
                    let length = Int.random(in: 1...min(longest, rest.count), using: &random)
                    pieces.append(rest.prefix(length))
                    rest = rest.dropFirst(length)
                }
                let split = try await Self.transcript(c, pieces: pieces, port: port)
                #expect(split == whole, "\(c.testDescription)")
                #expect(!whole.isEmpty, "\(c.testDescription)")
            }
        }
    }

    /// Beast 1.81 aborted the process on a last chunk that came in drops.
    @Test(arguments: (refusals + accepted).filter { $0.testDescription.contains("chunk") || $0.testDescription.contains("trailer") })
    func `chunks that come byte by byte are answered as those that come at once`(_ c: RawCase) async throws {
        guard c.bytes.count < 300 else { return }  // long ones are for the splits
        try await withServer(try echoRouter(), loops: 1) { _, port in
            let whole = try await Self.transcript(c, pieces: [c.bytes[...]], port: port)
            let dripped = try await Self.transcript(c, pieces: c.bytes.indices.map { c.bytes[$0...$0] }, pause: 1, port: port)
            #expect(dripped == whole)
            #expect(!whole.isEmpty)
        }
    }
}
