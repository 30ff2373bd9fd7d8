import Glibc
import HTTPServer
import JSON
import Testing

struct RoutingCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    let text: String?

    init(_ request: String, _ status: Int, _ text: String? = nil) {
        testDescription = request
        self.status = status
        self.text = text
    }
}

struct RouterTests {
    private static func router() throws -> Router<String> {
        func route(_ method: HTTPMethod, _ pattern: StaticString) -> Route<String> {
            Route(method, pattern, body: .collected(limit: 10), metadata: "about \(pattern)") { request in
                let parameters = request.parameters.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
                return .text("\(pattern) \(parameters.joined(separator: ","))")
            }
        }
        return try Router([
            route(.get, "/"), route(.get, "/plugins"), route(.post, "/plugins"), route(.get, "/plugins/{id}"),
            route(.get, "/plugins/new"), route(.delete, "/plugins/{id}"), route(.get, "/plugins/{id}/logs/{line}"),
            route(.get, "/plugins/new/{other}"), route(.get, "/files/{path...}"), route(.get, "/files/special"), route(.get, "/a/"),
            route(.head, "/headed"), route(.get, "/headed"), route(.options, "/optional"),
            Route(.get, "/problem", metadata: "") { _ in
                throw ProblemDocument(.conflict, code: "a.b", title: "T", detail: "D", extensions: ["more": 1, "status": 9])
            },
            Route(.get, "/error", metadata: "") { _ in throw CancellationError() },
        ])
    }

    @Test(arguments: [
        RoutingCase("GET /", 200, "/ "), RoutingCase("GET /plugins", 200, "/plugins "), RoutingCase("POST /plugins", 200, "/plugins "),
        RoutingCase("GET /plugins?x=1", 200, "/plugins "), RoutingCase("GET /plugins/acme", 200, "/plugins/{id} id=acme"),
        RoutingCase("GET /plugins/new", 200, "/plugins/new "), RoutingCase("DELETE /plugins/new", 405),
        RoutingCase("GET /plugins/%40acme%2Fweather", 200, "/plugins/{id} id=@acme/weather"),
        RoutingCase("GET /plugins/a/logs/7", 200, "/plugins/{id}/logs/{line} id=a,line=7"),
        RoutingCase("GET /plugins/new/logs/7", 200, "/plugins/{id}/logs/{line} id=new,line=7"),
        RoutingCase("GET /plugins/new/x", 200, "/plugins/new/{other} other=x"), RoutingCase("GET /plugins/", 404),
        RoutingCase("GET /plugins/a/logs", 404), RoutingCase("GET /files/a/b/c", 200, "/files/{path...} path=a/b/c"),
        RoutingCase("GET /files/special", 200, "/files/special "),
        RoutingCase("GET /files/special/x", 200, "/files/{path...} path=special/x"),
        RoutingCase("GET /files", 200, "/files/{path...} path="), RoutingCase("GET /files/", 200, "/files/{path...} path="),
        RoutingCase("GET /a/", 200, "/a/ "), RoutingCase("GET /a", 404), RoutingCase("GET //", 404), RoutingCase("GET /nothing", 404),
        RoutingCase("PUT /plugins", 405), RoutingCase("get /plugins", 405), RoutingCase("OPTIONS /plugins", 204),
        RoutingCase("OPTIONS /optional", 200, "/optional "), RoutingCase("GET /optional", 405), RoutingCase("OPTIONS *", 204),
        RoutingCase("GET /problem", 409), RoutingCase("GET /error", 500),
    ])
    func `a request finds its route`(_ c: RoutingCase) async throws {
        try await withServer(try Self.router(), loops: 1) { _, port in
            let response = try await onThread { try RawClient(port: port).ask("\(c.testDescription) HTTP/1.1\r\nHost: a.test\r\n\r\n") }
            #expect(response.status == c.status)
            if let text = c.text { #expect(response.text == text) }
            if c.testDescription.hasSuffix(" /plugins"), c.status != 200 { #expect(response["allow"] == "GET, HEAD, OPTIONS, POST") }
            if c.testDescription == "GET /problem" {
                #expect(
                    response.text.hasPrefix(
                        #"{"type":"urn:patchbay:problem:a.b","title":"T","status":409,"detail":"D","instance":"urn:patchbay:request:"#))
                #expect(response.text.contains(#","code":"a.b","turn":"caller","error":"Conflict","message":"D","requestId":""#))
                #expect(response.text.hasSuffix(#","more":1}"#))
            }
            if c.testDescription == "GET /error" {
                #expect(response.text.contains(#""code":"request.failed","turn":"hub","remedy":"The server's log has the reason.""#))
                #expect(!response.text.contains("Cancellation"), "inside text stays inside")
            }
        }
    }

    @Test func `routes that are the same are refused, all at once`() throws {
        let routes: [Route<Void>] = [
            Route(.get, "/a/{x}") { _ in .noContent }, Route(.get, "/a/{y}") { _ in .noContent },
            Route(.post, "/a/{x}") { _ in .noContent },
            Route(.get, "/b") { _ in .noContent }, Route(.get, "/b") { _ in .noContent },
        ]
        let error = #expect(throws: Router<Void>.Conflicts.self) { try Router(routes) }
        #expect(error?.description == "GET /a/{x} and /a/{y} are the same; GET /b and /b are the same")
    }

    @Test(arguments: ["", "a", "/{", "/{}", "/{a b}", "/x{a}", "/{a}x", "/{a}/{a}", "/{a...}/b", "/{...}"])
    func `a pattern that is none is refused`(_ text: String) {
        #expect(throws: RoutePattern.Malformed.self) { try RoutePattern(parsing: text) }
    }

    @Test func `what routes are told about themselves is there for descriptions`() throws {
        let router = try Self.router()
        #expect(router.routes.map(\.metadata).prefix(2) == ["about /", "about /plugins"])
        #expect(router.routes[6].pattern.parameters == ["id", "line"])
    }
}

struct AuthorityTests {
    @Test(arguments: [
        ("localhost", "localhost"), ("LOCALHOST:80", "localhost:80"), ("a.test.", "a.test"), ("[::1]", "[::1]"),
        ("[::1]:65535", "[::1]:65535"),
        ("127.0.0.1:0", "127.0.0.1:0"), ("", nil), (":80", nil), ("a:", nil), ("a:b", nil), ("a:65536", nil), ("a:+1", nil), ("[::1", nil),
        ("::1", nil), ("[::1]x", nil), ("a]b", nil), (".", nil),
    ])
    func `a host field is read as a host and a port`(_ text: String, _ expected: String?) {
        #expect(Authority(parsing: text)?.description == expected)
    }

    @Test(arguments: [
        ("hub.test", 200, "hub"), ("HUB.test:9", 200, "hub"), ("acme.localhost:8080", 200, "plugin acme"), ("other.localhost", 421, nil),
        (".localhost", 421, nil), ("localhost", 421, nil), ("evil.test", 421, nil), ("acme.localhost.evil.test", 421, nil),
    ])
    func `each origin has routes of its own, and strangers none`(_ host: String, _ status: Int, _ text: String?) async throws {
        let hub = try Router<Void>([Route(.get, "/") { _ in .text("hub") }])
        let plugin = try Router<Void>([
            Route(.get, "/") { request in .text("plugin \(request.authority?.host.split(separator: ".").first ?? "")") }
        ])
        let router = RouterByAuthority(
            hosts: ["hub.test": hub], wildcards: [RouterByAuthority.Wildcard(suffix: "localhost") { $0 == "acme" ? plugin : nil }])
        try await withServer(router, loops: 1) { _, port in
            let response = try await onThread { try RawClient(port: port).ask("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") }
            #expect(response.status == status)
            if let text { #expect(response.text == text) }
        }
    }
}

struct FileCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    let body: String?
    let fields: [String: String]

    init(_ path: String, _ status: Int, _ body: String? = nil, _ fields: [String: String] = [:]) {
        testDescription = path
        self.status = status
        self.body = body
        self.fields = fields
    }
}

struct StaticFileTests {
    @Test(arguments: [
        FileCase(
            "/", 200, "<p>", ["content-type": "text/html; charset=utf-8", "cache-control": "no-cache", "x-content-type-options": "nosniff"]),
        FileCase("/app.js", 200, "0123456789", ["content-type": "text/javascript; charset=utf-8", "accept-ranges": "bytes"]),
        FileCase("/inner/a.css", 200, "a", ["content-type": "text/css; charset=utf-8"]), FileCase("/inner/", 404), FileCase("/inner", 404),
        FileCase("/app.js/", 404), FileCase("/nothing", 404), FileCase("/.hidden", 404), FileCase("/link.js", 404),
        FileCase("/linked/a.css", 404),
        FileCase("/%2e%2e/app.js", 400), FileCase("/inner%2Fa.css", 404), FileCase("/..%5Capp.js", 404), FileCase("//app.js", 404),
        FileCase("/app.js\nRange: bytes=2-4", 206, "234", ["content-range": "bytes 2-4/10", "content-length": "3"]),
        FileCase("/app.js\nRange: bytes=7-", 206, "789"), FileCase("/app.js\nRange: bytes=-2", 206, "89"),
        FileCase("/app.js\nRange: bytes=8-99", 206, "89"), FileCase("/app.js\nRange: bytes=10-", 416, nil, ["content-range": "bytes */10"]),
        FileCase("/app.js\nRange: bytes=-0", 416), FileCase("/app.js\nRange: bytes=0-1,3-4", 200, "0123456789"),
        FileCase("/app.js\nRange: bytes=4-2", 200, "0123456789"), FileCase("/app.js\nRange: lines=1-2", 200, "0123456789"),
        FileCase("/app.js\nRange: bytes=2-4\nIf-Range: \"other\"", 200, "0123456789"), FileCase("/app.js\nIf-None-Match: \"other\"", 200),
        FileCase("/app.js\nIf-None-Match: *", 304),
    ])
    func `files are served, and nothing beside them`(_ c: FileCase) async throws {
        var template = Array("/tmp/patchbay-http-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { removeFolder(folder) }
        mkdir("\(folder)/inner", 0o700)
        for (name, text) in [("index.html", "<p>"), ("app.js", "0123456789"), ("inner/a.css", "a"), (".hidden", "x")] {
            try writeFile("\(folder)/\(name)", text)
        }
        symlink("app.js", "\(folder)/link.js")
        symlink("inner", "\(folder)/linked")
        let files = StaticFiles(folder: folder)
        let router = try Router<Void>([
            Route(.get, "/{path...}") { request in try await files.response(to: request, segments: request.target.segments) }
        ])
        let lines = c.testDescription.split(separator: "\n")
        let request = "GET \(lines[0]) HTTP/1.1\r\nHost: a.test\r\n\(lines.dropFirst().map { "\($0)\r\n" }.joined())"
        try await withServer(router, loops: 1) { _, port in
            let (first, again) = try await onThread {
                let client = try RawClient(port: port)
                let first = try client.ask("\(request)\r\n")
                guard first.status == 200, let tag = first["etag"] else { return (first, nil as RawResponse?) }
                return (first, try client.ask("GET \(lines[0]) HTTP/1.1\r\nHost: a.test\r\nIf-None-Match: \"x\", W/\(tag)\r\n\r\n"))
            }
            #expect(first.status == c.status)
            if let body = c.body { #expect(first.text == body) }
            for (name, value) in c.fields { #expect(first[name] == value) }
            #expect(first.status != 200 || again?.status == 304, "the tag names what was sent")
        }
    }

    @Test func `a page is given for paths without a file where that is wanted`() async throws {
        var template = Array("/tmp/patchbay-http-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { removeFolder(folder) }
        try writeFile("\(folder)/index.html", "app")
        let files = StaticFiles(folder: folder, fallsBack: true)
        let router = try Router<Void>([
            Route(.get, "/{path...}") { request in try await files.response(to: request, segments: request.target.segments) }
        ])
        try await withServer(router, loops: 1) { _, port in
            let text = try await onThread { try RawClient(port: port).ask("GET /plugins/acme HTTP/1.1\r\nHost: a.test\r\n\r\n").text }
            #expect(text == "app")
        }
    }
}
