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

/// What every request passes before its handler.
@Suite(.everyDatabase, .namingTheDatabase) struct GateTests {
    // MARK: Pages of strangers

    @Test func `a change with a cookie needs the session's own proof`() async throws {
        let world = try await World.shared()
        let other = world.who(.viewer)
        for (name, proof) in [
            ("none", ""), ("wrong", "x"), ("another session's", other.csrf), ("its own cookie", world.admin.cookie ?? ""),
        ] {
            var person = world.admin
            person.csrf = proof
            let answer = try await world.hub.ask("PATCH", "/admin/plugins/lab.probe", as: person, ["enabled": false])
            #expect(answer.status == 403 && answer.code == "account.csrf", "\(name): \(answer)")
        }
        let state = try await world.hub.ask("GET", "/plugins/lab.probe", as: world.admin)
        #expect(state.json["state"]?["name"] == "enabled")
    }

    @Test(arguments: ["http://evil.test", "null", "http://127.0.0.1", "http://127.0.0.1:1", "http://p-lab--2eprobe-x.localhost"])
    func `a change from a page of another origin is refused`(_ origin: String) async throws {
        let world = try await World.shared()
        let answer = try await world.hub.ask(
            "POST", "/plugins/lab.probe/configuration/validate", as: world.admin, ["values": [:]], headers: [("Origin", origin)])
        #expect(answer.status == 403 && answer.code == "account.csrf", "\(answer)")
        let signIn = try await world.hub.ask(
            "POST", "/session", ["email": "x@y.test", "password": "none of these"], headers: [("Origin", origin)])
        #expect(signIn.status == 403 && signIn.code == "account.csrf", "\(signIn)")
        let own = try await world.hub.ask(
            "POST", "/plugins/lab.probe/configuration/validate", as: world.admin, ["values": [:]],
            headers: [("Origin", "http://127.0.0.1:\(world.hub.port)")])
        #expect(own.status == 200, "\(own)")
    }

    @Test func `a host nobody named is not answered for`() async throws {
        let world = try await World.shared()
        for host in ["evil.test", "p-none-x.localhost", "patchbay.localhost", "127.0.0.1.evil.test"] {
            let answer = try await world.hub.ask("GET", "/plugins", as: world.admin, host: host)
            #expect(answer.status == 421, "\(host): \(answer)")
        }
    }

    // MARK: Tokens

    @Test func `a token does what its scopes say, where it is good, and needs no proof`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        let reader = try await hub.token(of: world.admin, scopes: [.pluginRead])
        #expect(try await hub.ask("GET", "/plugins", as: reader).status == 200)
        #expect(try await hub.ask("GET", "/users", as: reader).status == 403)
        #expect(try await hub.ask("PATCH", "/admin/plugins/lab.probe", as: reader, ["enabled": true]).status == 403)
        let admin = try await hub.token(of: world.admin, scopes: [.adminPlugins])
        let switched = try await hub.ask("PATCH", "/admin/plugins/lab.probe", as: admin, ["enabled": true])
        #expect(switched.status == 200, "\(switched)")
        let bound = try await hub.token(of: world.admin, scopes: HubAction.allCases, in: "beta")
        #expect(try await hub.ask("GET", "/organisations", as: bound).json.arrayValue?.compactMap { $0["slug"] } == ["beta"])
        for target in ["/organisations/alpha", "/organisations/alpha/members", "/plugins?organisation=alpha"] {
            let answer = try await hub.ask("GET", target, as: bound)
            #expect(answer.status == 404 && !answer.text.contains("\"Alpha\""), "\(target): \(answer)")
        }
        #expect(try await hub.ask("PATCH", "/admin/plugins/lab.probe", as: bound, ["enabled": true]).status == 403)
        // A token makes no tokens, and is gone when it is taken back.
        let more = try await hub.ask("POST", "/account/tokens", as: bound, ["name": "more", "scopes": ["plugin:read"]])
        #expect(more.status == 403, "\(more)")
        // And learns of no other, nor of where its owner is signed in.
        #expect(try await hub.ask("GET", "/account/tokens", as: bound).json.arrayValue?.map { $0["id"] } == [.string(bound.tokenID)])
        let other = try await hub.ask("DELETE", "/account/tokens/\(reader.tokenID)", as: bound)
        #expect(other.status == 403 && other.code == "account.token-by-token", "\(other)")
        #expect(try await hub.ask("GET", "/account/sessions", as: bound).code == "account.token-by-token")
        #expect(try await hub.ask("DELETE", "/account/tokens/\(reader.tokenID)", as: world.admin).status == 204)
        let gone = try await hub.ask("GET", "/plugins", as: reader)
        #expect(gone.status == 401 && gone["www-authenticate"]?.hasPrefix("Bearer") == true, "\(gone)")
    }

    @Test(arguments: [
        "Bearer", "Bearer ", "Bearer pbt_", "Bearer x", "Basic YTpi", "pbt_aaaa", "Bearer pbp_00",
        "Bearer \(String(repeating: "a", count: 4000))",
    ])
    func `what is no token lets nobody in, also beside a good cookie`(_ header: String) async throws {
        let world = try await World.shared()
        let answer = try await world.hub.ask("GET", "/session", as: world.admin, headers: [("Authorization", header)])
        #expect(answer.status == 401 && answer.code == "account.not-signed-in", "\(answer)")
    }

    // MARK: Well-formed

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
        for endpoint in HubAPI.endpoints {
            guard case .json = endpoint.body else { continue }
            let target = OpenAPITests.target(endpoint.path, world, "none").replacing("{permission}", with: "none")
            let answer = try await world.hub.ask(
                endpoint.method.rawValue, target, as: world.admin, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
            #expect([400, 422].contains(answer.status), "\(endpoint.method) \(target): \(answer)")
            let asForm = try await world.hub.ask(
                endpoint.method.rawValue, target, as: world.admin, headers: [("Content-Type", "text/plain")], body: Array("{}".utf8))
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

    // MARK: Once

    @Test func `the same key and request is done once`() async throws {
        let world = try await World.shared()
        let key = [("Idempotency-Key", "key-once")]
        let body: JSONValue = ["slug": "once", "name": "Once"]
        let first = try await world.hub.ask("POST", "/organisations", as: world.admin, body, headers: key)
        let second = try await world.hub.ask("POST", "/organisations", as: world.admin, body, headers: key)
        #expect(first.status == 201 && second.status == 201 && first.json == second.json, "\(second)")
        #expect(first["idempotent-replayed"] == nil && second["idempotent-replayed"] == "true")
        let other = try await world.hub.ask("POST", "/organisations", as: world.admin, ["slug": "twice", "name": "Once"], headers: key)
        #expect(other.status == 422 && other.code == "request.idempotency-key-reused", "\(other)")
        let elsewhere = try await world.hub.ask("POST", "/organisations", as: world.admin.about("beta"), body, headers: key)
        #expect(elsewhere.code == "request.idempotency-key-reused", "the organisation is a part of the request: \(elsewhere)")
        // Another person's key is another key.
        let strangers = try await world.hub.ask(
            "POST", "/plugins/lab.probe/configuration/validate?scope=organisation", as: world.stranger, ["values": [:]], headers: key)
        #expect(strangers.status == 200 && strangers["idempotent-replayed"] == nil, "\(strangers)")
        for bad in ["", String(repeating: "k", count: 256)] {
            let answer = try await world.hub.ask("POST", "/organisations", as: world.admin, body, headers: [("Idempotency-Key", bad)])
            #expect(answer.status == 400 && answer.code == "request.bad-idempotency-key", "\(answer)")
        }
    }

    @Test func `the same request many times at once is done once`() async throws {
        let world = try await World.shared()
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    try await world.hub.ask(
                        "POST", "/organisations", as: world.admin, ["slug": "crowd", "name": "Crowd"],
                        headers: [("Idempotency-Key", "crowd")])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 201 || $0.code == "request.in-flight" }, "\(answers)")
        #expect(Set(answers.filter { $0.status == 201 }.map(\.text)).count == 1)
        #expect(answers.count { $0.status == 201 && $0["idempotent-replayed"] == nil } == 1)
    }

    @Test func `an answer with a secret is not kept for a key`() async throws {
        let world = try await World.shared()
        for (target, body) in [
            ("/account/tokens", ["name": "t", "scopes": ["plugin:read"]] as JSONValue),
            ("/users", ["email": "k@hub.test", "name": "K"]),
            ("/users/\(world.outsider.id)/reset-code", .null),
        ] {
            let answer = try await world.hub.ask(
                "POST", target, as: world.admin, body.isNull ? Optional<JSONValue>.none : body, headers: [("Idempotency-Key", "secret")])
            #expect(answer.status == 400 && answer.code == "request.idempotency-not-here", "\(target): \(answer)")
        }
    }

    // MARK: Tags and pages

    @Test func `what has not changed is not sent again, and what has is not overwritten`() async throws {
        let world = try await World.shared()
        for target in ["/plugins/patchbay.guestbook", "/plugins/patchbay.guestbook/configuration", "/organisations/beta", "/openapi.json"] {
            let first = try await world.hub.ask("GET", target, as: world.admin)
            let tag = try #require(first["etag"])
            let again = try await world.hub.ask("GET", target, as: world.admin, headers: [("If-None-Match", "\"x\", \(tag)")])
            #expect(again.status == 304 && again.body.isEmpty && again["etag"] == tag, "\(target): \(again)")
        }
        let form = try await world.hub.ask("GET", "/plugins/patchbay.guestbook/configuration", as: world.admin)
        let match = [("If-Match", try #require(form["etag"]))]
        let target = "/plugins/patchbay.guestbook/configuration"
        let changed = try await world.hub.ask("PUT", target, as: world.admin, ["values": ["welcome": "Hello"]], headers: match)
        #expect(changed.status == 200 && changed["etag"] != form["etag"], "\(changed)")
        let late = try await world.hub.ask("PUT", target, as: world.admin, ["values": ["welcome": "Late"]], headers: match)
        #expect(late.status == 412 && late.code == "plugin.changed-meanwhile", "\(late)")
        #expect(try await world.hub.ask("GET", target, as: world.admin).text.contains("\"Hello\""))
    }

    @Test(arguments: [
        "/plugins?limit=1", "/users?limit=2", "/organisations?limit=1", "/journal?limit=7", "/audit?limit=9", "/journal?limit=5&order=desc",
    ])
    func `the pages of a list hold everything once`(_ target: String) async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        for name in ["one", "two", "three", "four"] {
            _ = try await hub.ask("POST", "/organisations", as: admin, ["slug": .string(name), "name": .string(name)])
            _ = try await hub.person(name, by: admin)
        }
        for id in ["lab.a", "lab.b", "lab.c"] { _ = try await hub.install(try hub.write(id, code: "export const n = 1;"), as: admin) }
        let whole = target.replacing(#/limit=\d+/#, with: "limit=200")
        let all = try await hub.ask("GET", whole, as: admin).json.arrayValue ?? []
        #expect(all.count > 2)
        var found: [JSONValue] = []
        var next: String? = "/api/v1" + target
        var pages = 0
        while let address = next, pages < 100 {
            let answer = try await hub.ask("GET", "/" + address, as: admin)
            #expect(answer.status == 200, "\(answer)")
            found += answer.json.arrayValue ?? []
            next = answer["link"].flatMap { $0.firstMatch(of: #/^<([^>]+)>; rel="next"$/#).map { String($0.1) } }
            pages += 1
        }
        func name(_ value: JSONValue) -> JSONValue? { value["id"] ?? value["sequence"] }
        #expect(pages > 1 && found.map(name) == all.map(name), "\(pages) pages")
        await hub.stop()
    }

    // MARK: Organisations

    @Test func `organisations never see each other's settings, lines and events`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        let leader = world.who(.teamAdmin)
        try await hub.begin("lab.shared", code: World.probeCode, configuration: World.probeFields, as: world.admin)
        for (person, word) in [(leader, "alphaword"), (world.stranger, "betaword")] {
            let set = try await hub.ask(
                "PUT", "/plugins/lab.shared/configuration?scope=organisation", as: person,
                ["values": ["region": .string(word)], "secrets": ["token": .string("secret-\(word)")]])
            #expect(set.status == 200, "\(set)")
            let called = try await hub.ask("POST", "/plugins/lab.shared/call", as: person, ["export": "mine"])
            #expect(called.json["result"] == .string(word), "\(called)")
            _ = try await hub.ask("POST", "/plugins/lab.shared/call", as: person, ["export": "leak"])
        }
        for (person, own, foreign) in [(leader, "alphaword", "betaword"), (world.stranger, "betaword", "alphaword")] {
            for target in [
                "/plugins/lab.shared/configuration?scope=organisation", "/plugins/lab.shared/logs", "/plugins/lab.shared/failures",
                "/journal?limit=200",
                "/journal?limit=200&order=desc", "/plugins/lab.shared", "/plugins", "/plugins/status", "/overview", "/search?q=word",
                "/plugins/lab.shared/grants", "/plugins/lab.shared/metrics", "/session", "/organisations",
            ] {
                let answer = try await hub.ask("GET", target, as: person)
                #expect(answer.status == 200 && !answer.text.contains(foreign) && !answer.text.contains("secret-"), "\(target): \(answer)")
            }
            let lines = try await hub.ask("GET", "/plugins/lab.shared/logs", as: person)
            #expect(lines.text.contains("region \(own)"), "\(lines)")
            // What the plugin said when it failed for them, and no failure of others.
            let failures = try await until("the failure is written down") {
                let found = try await hub.ask("GET", "/plugins/lab.shared/failures", as: person).json.arrayValue ?? []
                return found.isEmpty ? nil : found
            }
            #expect(failures.count == 1 && failures[0]["message"]?.stringValue?.contains("bad token") == true, "\(failures)")
            #expect(failures[0]["stack"]?.arrayValue?.isEmpty == false && failures[0]["organisation"] != nil, "\(failures)")
            let slug = own == "alphaword" ? "beta" : "alpha"
            for target in [
                "/organisations/\(slug)", "/organisations/\(slug)/members", "/plugins?organisation=\(slug)",
                "/journal?organisation=\(slug)",
            ] {
                let answer = try await hub.ask("GET", target, as: person)
                #expect(answer.status == 404 && answer.code == "account.not-found", "\(target): \(answer)")
            }
        }
        let all = try await hub.ask("GET", "/plugins/lab.shared/failures", as: world.admin).json.arrayValue ?? []
        #expect(all.count == 2 && Set(all.compactMap { $0["organisation"] }).count == 2, "\(all)")
        let events = try await hub.ask("GET", "/journal?limit=200&order=desc", as: world.stranger).json.arrayValue ?? []
        let configured = events.filter { $0["eventType"] == "system.PluginConfigured" && $0["organisation"] != nil }
        #expect(configured.count >= 1)
        #expect(Set(configured.compactMap { $0["organisation"] }).count == 1, "only one's own")
        // Taking a plugin out of use here leaves it in use there.
        let off = try await hub.ask("PUT", "/plugins/lab.shared/enablement", as: leader, ["enabled": false])
        #expect(off.json["state"]?["name"] == "disabled", "\(off)")
        let there = try await hub.ask("POST", "/plugins/lab.shared/call", as: world.stranger, ["export": "mine"])
        #expect(there.status == 200, "\(there)")
        let here = try await hub.ask("POST", "/plugins/lab.shared/call", as: leader, ["export": "mine"])
        #expect(here.status == 409 && here.code == "plugin.disabled", "\(here)")
        // Each sees where it is on and why, of their own organisations only; the hub's administrators see all.
        func shown(_ person: Person) async throws -> [String] {
            let answer = try await hub.ask("GET", "/plugins/lab.shared/enablement", as: person)
            return (answer.json.arrayValue ?? []).map { row in
                let decided = row["enabled"]?.boolValue.map { "\($0)" } ?? "open"
                return [
                    row["slug"]?.stringValue ?? "", decided, row["state"]?["name"]?.stringValue ?? "",
                    row["mayChange"] == true ? "may" : "may not",
                ].joined(separator: " ")
            }.sorted()
        }
        #expect(try await shown(leader) == ["alpha false disabled may"])
        #expect(try await shown(world.who(.viewer)) == ["alpha false disabled may not"])
        #expect(try await shown(world.stranger) == ["beta open enabled may"])
        #expect(Set(try await shown(world.admin)).isSuperset(of: ["alpha false disabled may", "beta open enabled may"]))
        let switches = try await hub.ask("GET", "/plugins/lab.shared", as: leader).json["switches"]
        #expect(switches == ["hub": .null, "file": .null, "organisation": false, "begins": true], "\(String(describing: switches))")
    }
}
