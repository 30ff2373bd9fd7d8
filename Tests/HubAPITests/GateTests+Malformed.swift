import HTTPServer
import HubCore
import JSON
import Testing

@testable import HubAPI

struct BadRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = "GET"
    let target: String
    var body: JSONValue?
    var headers: [(String, String)] = []
    let status: Int
    let code: String
    var hint: String?
}

/// What is not well formed is refused before any handler, and what is large before it is read.
extension GateTests {
    @Test(arguments: [
        BadRequest(
            testDescription: "an unknown parameter", target: "/plugins?limt=3", status: 400, code: "request.unknown-query",
            hint: "Did you mean 'limit'?"),
        BadRequest(testDescription: "a limit that is no number", target: "/plugins?limit=many", status: 400, code: "request.bad-query"),
        BadRequest(testDescription: "no limit at all", target: "/plugins?limit=0", status: 400, code: "request.bad-query"),
        BadRequest(testDescription: "a limit beyond all", target: "/plugins?limit=201", status: 400, code: "request.bad-query"),
        BadRequest(testDescription: "a time that is none", target: "/audit?since=yesterday", status: 400, code: "request.bad-query"),
        BadRequest(testDescription: "an order that is none", target: "/journal?order=up", status: 400, code: "request.bad-query"),
        BadRequest(testDescription: "an event's number that is none", target: "/journal?after=-1", status: 400, code: "request.bad-query"),
        BadRequest(
            testDescription: "a level that is none", target: "/plugins/lab.probe/logs?level=loud", status: 400, code: "request.bad-query"),
        BadRequest(
            testDescription: "a scope that is none", target: "/plugins/lab.probe/configuration?scope=all", status: 400,
            code: "request.bad-query"),
        BadRequest(testDescription: "a topic that is none", target: "/events?topics=weather", status: 400, code: "request.bad-query"),
        BadRequest(
            testDescription: "a topic of a plugin that is none", target: "/events?topics=plugin:none", status: 404, code: "plugin.not-found"
        ),
        BadRequest(testDescription: "a plugin that is none", target: "/plugins/none", status: 404, code: "plugin.not-found"),
        BadRequest(testDescription: "a person who is nobody", target: "/users/nobody", status: 404, code: "account.not-found"),
        BadRequest(
            testDescription: "an installation that is none", target: "/plugins/installations/none", status: 404,
            code: "installation.not-found"),
        BadRequest(testDescription: "a path that is none", target: "/weather", status: 404, code: "request.no-such-route"),
        BadRequest(
            testDescription: "a method that is none", method: "PUT", target: "/plugins", status: 405, code: "request.method-not-allowed"),
        BadRequest(
            testDescription: "a flag that is none", method: "DELETE", target: "/plugins/lab.probe?dryRun=maybe", status: 400,
            code: "request.bad-query"),
        BadRequest(
            testDescription: "removal without the name", method: "DELETE", target: "/plugins/lab.probe", status: 400,
            code: "request.not-confirmed"),
        BadRequest(
            testDescription: "removal with another name", method: "DELETE", target: "/plugins/lab.probe?confirm=x", status: 400,
            code: "request.not-confirmed"),
        BadRequest(
            testDescription: "a permission that is none", method: "PUT", target: "/plugins/lab.probe/grants/everything", status: 422,
            code: "grant.malformed"),
        BadRequest(
            testDescription: "a permission nobody asked for", method: "PUT", target: "/plugins/lab.probe/grants/data%3Awrite%3Apersons",
            status: 422, code: "grant.not-asked"),
        BadRequest(
            testDescription: "a permission it does not have", method: "DELETE", target: "/plugins/lab.probe/grants/data%3Awrite%3Apersons",
            status: 404, code: "grant.not-found"),
        BadRequest(
            testDescription: "an unknown member", method: "POST", target: "/organisations", body: ["slug": "x", "nam": "y"], status: 422,
            code: "request.unknown-member", hint: "Did you mean 'name'?"),
        BadRequest(
            testDescription: "a missing member", method: "POST", target: "/organisations", body: ["slug": "x"], status: 422,
            code: "request.missing"),
        BadRequest(
            testDescription: "a short name that is taken", method: "POST", target: "/organisations", body: ["slug": "beta", "name": "B"],
            status: 409, code: "account.slug-taken"),
        BadRequest(
            testDescription: "a short name that is none", method: "POST", target: "/organisations",
            body: ["slug": "Two Words", "name": "B"], status: 422, code: "account.invalid"),
        BadRequest(
            testDescription: "an address that is taken", method: "POST", target: "/users", body: ["email": "ada@hub.test", "name": "A"],
            status: 409, code: "account.email-taken"),
        BadRequest(
            testDescription: "a role that is none", method: "PUT", target: "/organisations/alpha/members/nobody", body: ["role": "king"],
            status: 422, code: "request.wrong-value"),
        BadRequest(
            testDescription: "a right that is none", method: "POST", target: "/account/tokens",
            body: ["name": "t", "scopes": ["plugin:raed"]], status: 422, code: "account.unknown-scope", hint: "Did you mean 'plugin:read'?"),
        BadRequest(
            testDescription: "a token from the past", method: "POST", target: "/account/tokens",
            body: ["name": "t", "scopes": ["plugin:read"], "expiresAt": "2001-01-01T00:00:00Z"], status: 422, code: "request.wrong-value"),
        BadRequest(
            testDescription: "two sources", method: "POST", target: "/plugins/installations", body: ["source": ["path": "/a", "npm": "b"]],
            status: 422, code: "request.wrong-value"),
        BadRequest(
            testDescription: "a path that is not whole", method: "POST", target: "/plugins/installations",
            body: ["source": ["path": "a/b"]], status: 422, code: "request.wrong-value"),
        BadRequest(
            testDescription: "an address without TLS", method: "POST", target: "/plugins/installations",
            body: ["source": ["address": "http://a.test/x.tgz"]], status: 422, code: "request.wrong-value"),
        BadRequest(
            testDescription: "a switch that is none", method: "PATCH", target: "/admin/plugins/lab.probe", body: ["enabled": "yes"],
            status: 400, code: "request.wrong-value", hint: "Body must contain { enabled: boolean }"),
        BadRequest(
            testDescription: "a switch with more", method: "PATCH", target: "/admin/plugins/lab.probe", body: ["enabled": true, "x": 1],
            status: 400, code: "request.wrong-value", hint: "Body must contain { enabled: boolean }"),
        BadRequest(
            testDescription: "a switch of nothing", method: "PATCH", target: "/admin/plugins/none", body: ["enabled": true], status: 404,
            code: "plugin.not-found", hint: "Plugin \\\"none\\\" not found"),
        BadRequest(
            testDescription: "a revision that is none", method: "PUT", target: "/plugins/lab.probe/configuration", body: ["values": [:]],
            headers: [("If-Match", "\"abc\"")], status: 400, code: "request.bad-if-match"),
        BadRequest(
            testDescription: "a revision of another time", method: "PUT", target: "/plugins/lab.probe/configuration", body: ["values": [:]],
            headers: [("If-Match", "\"999\"")], status: 412, code: "plugin.changed-meanwhile"),
        BadRequest(
            testDescription: "a setting that is none", method: "PUT", target: "/plugins/lab.probe/configuration",
            body: ["values": ["regoin": "x"]], status: 422, code: "settings.unknown-field", hint: "/values/regoin"),
        BadRequest(
            testDescription: "a setting of the wrong kind", method: "PUT", target: "/plugins/lab.probe/configuration",
            body: ["values": ["region": 5]], status: 422, code: "settings.wrong-type"),
        BadRequest(
            testDescription: "a secret among the values", method: "PUT", target: "/plugins/lab.probe/configuration",
            body: ["values": ["token": "x"]], status: 422, code: "settings.secret"),
        BadRequest(
            testDescription: "another one's organisation", target: "/plugins?organisation=nosuch", status: 404, code: "account.not-found"),
        BadRequest(
            testDescription: "an export that is none", method: "POST", target: "/plugins/lab.probe/call", body: ["export": "nosuch"],
            status: 422, code: "call.no-such-export"),
        BadRequest(
            testDescription: "a plugin that throws", method: "POST", target: "/plugins/lab.probe/call", body: ["export": "leak"],
            status: 502, code: "plugin.threw"),
        BadRequest(
            testDescription: "one that is not in quarantine", method: "POST", target: "/plugins/lab.probe/release", status: 409,
            code: "plugin.not-quarantined"),
        BadRequest(
            testDescription: "nothing before", method: "POST", target: "/plugins/lab.probe/rollback", body: [:], status: 409,
            code: "plugin.nothing-before"),
        BadRequest(
            testDescription: "an installation that is over", method: "DELETE", target: "/plugins/installations/none", status: 404,
            code: "installation.not-found"),
    ]) func `what is wrong with a request is said in one way`(_ c: BadRequest) async throws {
        let world = try await World.shared()
        let answer = try await world.hub.ask(c.method, c.target, as: world.admin, c.body, headers: c.headers)
        #expect(answer.status == c.status && answer.code == c.code, "\(answer)")
        #expect(answer["content-type"] == "application/problem+json")
        #expect(answer.json["requestId"] != nil || c.status == 404 || c.status == 405)
        if let hint = c.hint { #expect(answer.text.contains(hint), "\(answer)") }
        if c.status == 405 { #expect(answer["allow"]?.contains("GET") == true) }
    }

    /// Bodies that are no objects of JSON, for every endpoint that takes one.
    @Test(arguments: ["", "{", "[]", "\"x\"", "null", "{\"a\":1,\"a\":2}", "\u{1}", String(repeating: "[", count: 5000)])
    func `a body that is no object is refused everywhere`(_ text: String) async throws {
        let world = try await World.shared()
        // Each with an allowance of changes of its own: all endpoints together are more than one may make at once.
        let person = try await world.hub.token(of: world.admin, scopes: HubAction.allCases)
        for endpoint in HubAPI.endpoints {
            guard case .json = endpoint.body else { continue }
            let target = OpenAPITests.target(endpoint.path, world, "none").replacing("{permission}", with: "none")
            let answer = try await world.hub.ask(
                endpoint.method.rawValue, target, as: person, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
            #expect([400, 422].contains(answer.status), "\(endpoint.method) \(target): \(answer)")
            let asForm = try await world.hub.ask(
                endpoint.method.rawValue, target, as: person, headers: [("Content-Type", "text/plain")], body: Array("{}".utf8))
            #expect(asForm.status == 415 && asForm.code == "request.not-json", "\(target): \(asForm)")
        }
    }

    private static let wrongValues: [JSONValue] = [
        .null, 0, -1, 1e300, true, "", "\u{0}", "a\u{0}b", .string(String(repeating: "x", count: 70_000)), [], [[]], [1], [:],
        ["a": ["b": 1]],
        ["path": 7], "../../etc/passwd", "💥\u{202e}",
    ]

    /// One member wrong at a time, with every endpoint that takes JSON: refused or taken, and never our failure.
    @Test func `no value of the wrong kind makes the hub fail`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        try await hub.begin("lab.one", code: "export const echo = (x) => x;", configuration: World.probeFields, as: admin)
        var asked = 0
        for endpoint in HubAPI.endpoints {
            var members: [Shape.Member] = []
            if case .json(_, .object(let listed)) = endpoint.body { members = listed }
            if endpoint.operationID == "postPluginsInstallations" {
                members = ["source", "integrity", "allowUnsigned"].map { .init($0, .text) }
            }
            // These would end the session the test asks with, or change who it is.
            let path = endpoint.path.replacing("{slug}", with: "alpha").replacing("{user}", with: "nobody")
                .replacing("{id}", with: endpoint.path.hasPrefix("/users") ? "nobody" : "lab.one")
            for member in members {
                for value in Self.wrongValues {
                    var body = JSONObject(members.map { ($0.name, Self.good($0)) })
                    body[member.name] = value
                    let sent = body
                    // More changes than one person may make at once.
                    let answer = try await until("its turn") { () -> Answer? in
                        let answer = try await hub.ask(endpoint.method.rawValue, path, as: admin, .object(sent))
                        return answer.code == "request.too-many" ? nil : answer
                    }
                    let isPlugins = answer.status == 502 && endpoint.path.hasSuffix("/call")
                    #expect(
                        answer.status < 500 || isPlugins,
                        "\(endpoint.method) \(path) \(member.name) = \(value.serialized().prefix(60)): \(answer)")
                    asked += 1
                }
            }
        }
        #expect(asked > 400)
        #expect(hub.log.isEmpty, "\(hub.log)")
        #expect(try await hub.ask("GET", "/session", as: admin).status == 200)
        await hub.stop()
    }

    private static func good(_ member: Shape.Member) -> JSONValue {
        switch member.shape {
        case .list: []
        case .map, .object: [:]
        case .boolean: true
        case .integer, .number: 1
        case .choice(let words): .string(words.first ?? "")
        case .time: "2040-01-01T00:00:00Z"
        default: "none"
        }
    }

    @Test func `a body beyond the limit is refused before it is read`() async throws {
        let world = try await World.shared()
        let long = JSONValue.object(["slug": "x", "name": .string(String(repeating: "x", count: 2 << 20))])
        let answer = try await world.hub.ask("POST", "/organisations", as: world.admin, long)
        #expect(answer.status == 413 && answer.code == "request.body-too-large", "\(answer)")
        let none = try await world.hub.ask("DELETE", "/account/sessions/none", as: world.admin, ["a": 1])
        #expect(none.status == 413, "\(none)")
        let named = try await world.hub.ask(
            "POST", "/plugins/installations", as: world.admin, ["source": ["path": .string("/" + String(repeating: "x", count: 70_000))]])
        #expect(named.status == 413 && named.code == "request.too-large", "\(named)")
    }

    @Test func `HEAD answers as GET does, without the body`() async throws {
        let world = try await World.shared()
        for target in ["/plugins/lab.probe", "/organisations/beta", "//healthz"] {
            let get = try await world.hub.ask("GET", target, as: world.admin)
            let head = try await world.hub.ask("HEAD", target, as: world.admin)
            #expect(head.status == get.status && head.body.isEmpty && head["content-type"] == get["content-type"], "\(target): \(head)")
        }
    }
}
