import HTTPServer
import HubCore
import JSON
import JSONSchema
import Testing

@testable import HubAPI

/// What is sent, byte by byte, and what is answered to it.
struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let request: String
    let status: Int
    let code: String
    /// Whether it was refused before it was a request, and so has no id.
    var isNoRequest = false
}

/// Problems have one shape, whoever makes them: the parser, the server, the router, the gate, an endpoint, a plugin's origin, a file.
@Suite(.everyDatabase, .namingTheDatabase) struct ProblemTests {
    private static func head(_ line: String, host: String = "127.0.0.1", _ fields: String...) -> String {
        "\(line) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    /// The shape as the description has it, with nothing in it that it does not name.
    private static let shape: JSONSchema = {
        var problem = HubAPI.document["components"]?["schemas"]?["Problem"]?.objectValue ?? [:]
        problem["additionalProperties"] = false
        problem["components"] = HubAPI.document["components"]
        do { return try JSONSchema(.object(problem), assertsFormats: true) } catch { fatalError("\(error)") }
    }()

    /// Beside the shape: what it says of itself agrees with how it was sent.
    private static func check(_ answer: Answer, _ status: Int, _ code: String, isNoRequest: Bool = false, _ what: String) {
        let problem = answer.json
        #expect(answer.status == status && answer.code == code, "\(what): \(answer)")
        #expect(answer["content-type"] == "application/problem+json", "\(what)")
        #expect(answer["x-content-type-options"] == "nosniff", "\(what)")
        #expect(shape.validate(problem).isEmpty, "\(what): \(answer)")
        #expect(problem["status"]?.intValue == status && problem["type"]?.stringValue == "urn:patchbay:problem:\(code)", "\(what)")
        #expect(problem["message"] == problem["detail"] && problem["message"]?.stringValue?.isEmpty == false, "\(what)")
        #expect(problem["error"]?.stringValue?.isEmpty == false && problem["title"]?.stringValue?.isEmpty == false, "\(what)")
        let id = problem["requestId"]?.stringValue
        #expect((id == nil) == isNoRequest, "\(what): \(answer)")
        #expect(problem["instance"]?.stringValue == id.map { "urn:patchbay:request:\($0)" }, "\(what)")
        if status == 429 || code == "request.deadline" { #expect(answer["retry-after"] != nil, "\(what)") }
    }

    static let refused: [Refused] = [
        Refused(testDescription: "a path that is none", request: head("GET /api/v1/weather"), status: 404, code: "request.no-such-route"),
        Refused(
            testDescription: "a method that is none", request: head("PUT /api/v1/plugins", "Content-Length: 0"), status: 405,
            code: "request.method-not-allowed"),
        Refused(
            testDescription: "a host that is none", request: head("GET /api/v1/plugins", host: "evil.test"), status: 421,
            code: "request.unknown-host"),
        Refused(
            testDescription: "a body that is said to be too large",
            request: head("POST /api/v1/session", "Content-Type: application/json", "Content-Length: 99999999"),
            status: 413, code: "request.body-too-large"),
        Refused(
            testDescription: "a body that turns out to be too large",
            request: head("POST /api/v1/session", "Content-Type: application/json", "Transfer-Encoding: chunked") + "200000\r\n"
                + String(repeating: "x", count: 0x200000),
            status: 413, code: "request.body-too-large", isNoRequest: true),
        Refused(
            testDescription: "a body where none is taken", request: head("GET /api/v1/session", "Content-Length: 2") + "{}", status: 413,
            code: "request.body-too-large"),
        Refused(
            testDescription: "a target that is too long", request: head("GET /\(String(repeating: "a", count: 9000))"), status: 414,
            code: "request.target-too-long", isNoRequest: true),
        Refused(
            testDescription: "a head that is too large", request: head("GET /healthz", "X-Long: \(String(repeating: "a", count: 40_000))"),
            status: 431, code: "request.head-too-large", isNoRequest: true),
        Refused(
            testDescription: "an expectation that is none", request: head("POST /api/v1/session", "Expect: cake", "Content-Length: 2"),
            status: 417, code: "request.expectation", isNoRequest: true),
        Refused(
            testDescription: "no host", request: "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", status: 400,
            code: "request.malformed", isNoRequest: true),
        Refused(
            testDescription: "two lengths", request: head("POST /api/v1/session", "Content-Length: 2", "Transfer-Encoding: chunked") + "{}",
            status: 400, code: "request.malformed", isNoRequest: true),
        Refused(testDescription: "no HTTP", request: "hello\r\n\r\n", status: 400, code: "request.malformed", isNoRequest: true),
        Refused(testDescription: "a target that is none", request: head("GET /%zz"), status: 400, code: "request.malformed"),
        Refused(testDescription: "nobody", request: head("GET /api/v1/plugins"), status: 401, code: "account.not-signed-in"),
        Refused(
            testDescription: "a stranger's page", request: head("POST /api/v1/session", "Origin: http://evil.test", "Content-Length: 0"),
            status: 403, code: "account.csrf"),
        Refused(
            testDescription: "a body of another type",
            request: head("POST /api/v1/session", "Content-Type: text/plain", "Content-Length: 0"),
            status: 415, code: "request.not-json"),
        Refused(
            testDescription: "a body that lacks everything",
            request: head("POST /api/v1/session", "Content-Type: application/json", "Content-Length: 2") + "{}", status: 422,
            code: "request.missing"),
        Refused(
            testDescription: "a parameter that is none", request: head("GET /healthz?nosuch=1"), status: 400, code: "request.unknown-query"),
        Refused(testDescription: "a file that is none", request: head("GET /ui/nosuch.js"), status: 404, code: "request.no-such-route"),
        Refused(
            testDescription: "a part that is none", request: head("GET /ui/frame.js", "Range: bytes=9000-"), status: 416,
            code: "request.range"),
        Refused(
            testDescription: "nothing on a plugin's origin", request: head("GET /api/v1/plugins", host: "p-lab--2eprobe-x.localhost"),
            status: 404, code: "request.no-such-route"),
        Refused(
            testDescription: "a file that is none on a plugin's origin",
            request: head("GET /assets/nosuch.js", host: "p-lab--2eprobe-x.localhost"), status: 404, code: "package.no-such-asset"),
        Refused(
            testDescription: "a route on a plugin's origin, without its token",
            request: head("GET /routes/echo/x", host: "p-lab--2eprobe-x.localhost"), status: 401, code: "account.not-signed-in"),
    ]

    @Test(arguments: refused) func `every refusal has the one shape`(_ c: Refused) async throws {
        let hub = try await World.shared().hub
        let answer = try await onThread {
            let connection = try Connection(port: hub.port)
            // It may be refused before everything was sent.
            connection.send(Array(c.request.utf8))
            return try connection.answer(toHead: false)
        }
        Self.check(answer, c.status, c.code, isNoRequest: c.isNoRequest, c.testDescription)
    }

    @Test func `so have those of signed-in people, and of what waits too long or comes too often`() async throws {
        let world = try await World.shared()
        for (person, method, target, body, status, code) in [
            (world.who(.viewer), "GET", "/users", nil, 403, "account.not-allowed"),
            (world.admin, "GET", "/plugins/none", nil, 404, "plugin.not-found"),
            (world.admin, "PATCH", "/admin/plugins/lab.probe", ["enabled": 1], 400, "request.wrong-value"),
            (world.admin, "POST", "/plugins/lab.probe/release", nil, 409, "plugin.not-quarantined"),
            (world.admin, "POST", "/plugins/lab.probe/call", ["export": "leak"], 502, "plugin.threw"),
        ] as [(Person, String, String, JSONValue?, Int, String)] {
            Self.check(try await world.hub.ask(method, target, as: person, body), status, code, "\(method) \(target)")
        }
        let hub = try await TestHub(configure: { $0.times.head = .milliseconds(300) })
        let slow = try await onThread {
            let connection = try Connection(port: hub.port)
            connection.send(Array("GET /healthz HTTP/1.1\r\nHo".utf8))
            return try connection.answer(toHead: false)
        }
        Self.check(slow, 408, "request.too-slow", isNoRequest: true, "a head that does not end")
        await hub.stop()
        let narrow = try await TestHub(configure: { $0.limits.connections = 1 })
        let crowded = try await onThread {
            let first = try Connection(port: narrow.port)
            first.send(Array("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8))
            try first.receive(until: "ok\n")
            return try withExtendedLifetime(first) { try Connection(port: narrow.port).answer(toHead: false) }
        }
        Self.check(crowded, 503, "request.too-many-connections", isNoRequest: true, "one connection too many")
        await narrow.stop()
    }
}
