import HTTPServer
import HubCore
import JSON
import Testing

@testable import HubAPI

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
