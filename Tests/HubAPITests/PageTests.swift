import HTTPServer
import HubCore
import JSON
import PluginModel
import Testing

@testable import HubAPI

/// Plugins' own routes, and the origins their pages live on.
@Suite(.everyDatabase, .namingTheDatabase) struct PageTests {
    private static let host = "p-lab--2eprobe-x.localhost"

    private static func frame(
        _ world: World, _ target: String, method: String = "GET", token: String? = nil, headers: [(String, String)] = [],
        json: JSONValue? = nil,
        host: String = host
    ) async throws -> Answer {
        var headers = headers
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        return try await world.hub.ask(method, "/" + target, json, headers: headers, host: host)
    }

    private static func token(_ world: World, as person: Person, of plugin: String = "lab.probe") async throws -> String {
        let answer = try await world.hub.ask("POST", "/pages/token", as: person, ["plugin": .string(plugin)])
        guard let text = answer.json["token"]?.stringValue else { throw Trouble(description: "\(answer)") }
        return text
    }

    @Test func `a route gets what was asked and nothing to sign in with`() async throws {
        let world = try await World.shared()
        let answer = try await world.hub.ask(
            "POST", "/plugins/lab.probe/routes/echo/w%C3%B6rd?a=1&a=2&b=x%20y", as: world.who(.developer), ["n": 7],
            headers: [("Accept-Language", "de"), ("X-Secret", "planted-header"), ("Origin", "http://127.0.0.1:\(world.hub.port)")])
        let seen = answer.json
        #expect(answer.status == 200, "\(answer)")
        #expect(seen["method"] == "POST" && seen["parameters"] == ["word": "wörd"] && seen["body"] == ["n": 7], "\(answer)")
        #expect(seen["query"] == ["a": "1", "b": "x y"])
        #expect(seen["headers"]?["accept-language"] == "de")
        #expect(seen["user"]?["organisation"] == "alpha" && seen["user"]?["role"] == "developer" && seen["user"]?["name"] == "developer")
        for text in ["cookie", "csrf", "planted-header", world.who(.developer).cookie ?? "-"] {
            #expect(!answer.text.lowercased().contains(text.lowercased()), "\(text) in \(answer)")
        }
    }

    @Test func `a token has no higher role for a plugin than its rights ask for, and none without the right to see plugins`() async throws {
        let world = try await World.shared()
        for (scopes, role) in [
            ([.pluginRead], "viewer"), ([.pluginRead, .pluginCall], "developer"), ([.pluginRead, .adminPlugins], "platform-admin"),
        ] as [([HubAction], String)] {
            let token = try await world.hub.token(of: world.admin, scopes: scopes)
            let answer = try await world.hub.ask("GET", "/plugins/lab.probe/routes/echo/x", as: token)
            #expect(answer.status == 200 && answer.json["user"]?["role"] == .string(role), "\(answer)")
        }
        let bare = try await world.hub.token(of: world.admin, scopes: [.dataRead])
        for person in [bare, world.outsider] {
            for method in ["GET", "POST", "DELETE"] {
                let answer = try await world.hub.ask(method, "/plugins/lab.probe/routes/echo/x", as: person)
                #expect(answer.status == 403 && answer.json["message"] == "Missing permission: plugin:read", "\(answer)")
            }
        }
    }

    @Test func `a token made for reading changes nothing through a plugin's route`() async throws {
        let world = try await World.shared()
        let reader = try await world.hub.token(of: world.admin, scopes: [.pluginRead])
        let caller = try await world.hub.token(of: world.admin, scopes: [.pluginRead, .pluginCall])
        for method in ["POST", "DELETE"] {
            let refused = try await world.hub.ask(method, "/plugins/lab.probe/routes/echo/x", as: reader)
            #expect(refused.status == 403 && refused.json["message"] == "Missing permission: plugin:call", "\(refused)")
            #expect(try await world.hub.ask(method, "/plugins/lab.probe/routes/echo/x", as: caller).status == 200)
        }
        // People do what the plugin lets them: it is told their role.
        let viewer = try await world.hub.ask("POST", "/plugins/lab.probe/routes/echo/x", as: world.who(.viewer), ["n": 7])
        #expect(viewer.status == 200 && viewer.json["user"]?["role"] == "viewer", "\(viewer)")
    }

    @Test func `an answer of a route cannot run as the hub or set what is the hub's`() async throws {
        let world = try await World.shared()
        let page = try await world.hub.ask("GET", "/plugins/lab.probe/routes/page", as: world.admin)
        #expect(page.status == 201 && page.text == "<script>1</script>", "\(page)")
        #expect(page["content-type"]?.hasPrefix("text/plain") == true && page["x-content-type-options"] == "nosniff", "\(page)")
        #expect(page["set-cookie"] == nil && page["x-evil"] == nil && page["etag"] == "\"7\"")
        let script = try await world.hub.ask("GET", "/plugins/lab.probe/routes/script", as: world.admin)
        #expect(
            script["content-type"]?.hasPrefix("text/plain") == true && script["content-security-policy"]?.contains("sandbox") == true,
            "\(script)")
        let status = try await world.hub.ask("GET", "/plugins/lab.probe/routes/status", as: world.admin)
        #expect(status.status == 502 && status.code == "plugin.bad-answer", "\(status)")
        let none = try await world.hub.ask("GET", "/plugins/lab.probe/routes/nosuch", as: world.admin)
        #expect(none.status == 404 && none.code == "plugin.no-such-route", "\(none)")
        let method = try await world.hub.ask("DELETE", "/plugins/lab.probe/routes/status", as: world.admin)
        #expect(method.status == 404, "\(method)")
        let bytes = try await world.hub.ask(
            "POST", "/plugins/lab.probe/routes/echo/x", as: world.admin, headers: [("Content-Type", "text/plain")], body: [0xff, 0xfe])
        #expect(bytes.status == 415 && bytes.code == "request.not-text", "\(bytes)")
        #expect(try await world.hub.ask("GET", "/plugins/lab.probe/routes/guarded", as: world.who(.templateAdmin)).status == 403)
        #expect(try await world.hub.ask("GET", "/plugins/lab.probe/routes/guarded", as: world.admin).json == ["fine": true])
        #expect(try await world.hub.ask("GET", "/plugins/lab.probe/routes/guarded").status == 401)
    }

    @Test func `a page is listed with its own origin, framed by the hub alone, with a policy`() async throws {
        let world = try await World.shared()
        let pages = try await world.hub.ask("GET", "/pages", as: world.who(.viewer)).json.arrayValue ?? []
        let page = try #require(pages.first { $0["plugin"] == "lab.probe" })
        #expect(page["frame"]?["origin"] == .string("http://\(Self.host):\(world.hub.port)"))
        let url = try #require(page["frame"]?["url"]?.stringValue)
        let target = "/" + (url.split(separator: "/", maxSplits: 2).last.map(String.init) ?? "")
        let shown = try await Self.frame(world, target)
        let own = "http://127.0.0.1:\(world.hub.port)"
        #expect(shown.status == 200 && shown["content-type"]?.hasPrefix("text/html") == true, "\(shown)")
        let policy = shown["content-security-policy"] ?? ""
        for part in [
            "default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors \(own)", "form-action 'none'",
            "base-uri 'none'",
        ] {
            #expect(policy.contains(part), "\(part) in \(policy)")
        }
        #expect(!policy.contains("unsafe-eval") && !policy.contains("script-src 'self' 'unsafe"))
        #expect(shown.text.contains("/frame.js") && shown.text.contains("content=\"\(own)\"") && shown["set-cookie"] == nil)
        for around in ["http://evil.test", "", "http://127.0.0.1:1", "\(own)/", "javascript:1"] {
            let refused = try await Self.frame(world, "/pages/main?hub=\(PercentCoding.encode(around))")
            #expect(refused.status == 400, "\(around): \(refused)")
        }
        #expect(try await Self.frame(world, "/pages/main").status == 400)
        #expect(try await Self.frame(world, "/pages/other?hub=\(PercentCoding.encode(own))").status == 404)
        #expect(try await Self.frame(world, "/frame.js").text == "/* the bridge */")
        let file = try await Self.frame(world, "/assets/ui/page.js")
        #expect(
            file.status == 200 && file["content-type"]?.contains("javascript") == true && file["x-content-type-options"] == "nosniff",
            "\(file)")
        let again = try await Self.frame(world, "/assets/ui/page.js", headers: [("If-None-Match", file["etag"] ?? "")])
        #expect(again.status == 304)
        for path in ["nosuch.js", "..%2f..%2fhub.sqlite", "%2fetc%2fpasswd", ".env"] {
            let answer = try await Self.frame(world, "/assets/\(path)")
            #expect([400, 404, 422].contains(answer.status), "\(path): \(answer)")
        }
    }

    @Test func `nothing of the hub is on a plugin's origin, whatever cookie comes along`() async throws {
        let world = try await World.shared()
        for target in [
            "/api/v1/session", "/api/v1/plugins", "/api/v1/openapi.json", "/healthz", "/metrics", "/", "/plugins", "/ui/app.js", "/setup",
        ] {
            let answer = try await Self.frame(
                world, target, headers: world.admin.headers(isChange: false) + [("Authorization", "Bearer \(world.admin.cookie ?? "")")])
            #expect(answer.status == 404, "\(target): \(answer)")
        }
        for method in ["GET", "POST"] {
            let answer = try await Self.frame(world, "/routes/echo/x", method: method, headers: world.admin.headers(isChange: true))
            #expect(answer.status == 401, "\(answer)")
        }
        let other = try await Self.frame(world, "/frame.js", host: "p-lab--2enosuch-x.localhost")
        #expect(other.status == 421, "\(other)")
    }

    @Test func `a page's token opens its own plugin's routes and nothing else`() async throws {
        let world = try await World.shared()
        let token = try await Self.token(world, as: world.who(.developer))
        let answer = try await Self.frame(world, "/routes/echo/x", method: "POST", token: token, json: ["n": 1])
        #expect(answer.status == 200 && answer.json["user"]?["name"] == "developer" && answer.json["body"] == ["n": 1], "\(answer)")
        #expect(!answer.text.contains(token))
        #expect(try await Self.frame(world, "/routes/guarded", token: token).status == 403)
        let elsewhere = try await Self.frame(world, "/routes/entries", token: token, host: "p-patchbay--2eguestbook-x.localhost")
        #expect(elsewhere.status == 403 && elsewhere.code == "page.other-plugin", "\(elsewhere)")
        for wrong in ["pbp_" + String(repeating: "0", count: 64), "pbp_", "x", token + "0", world.admin.cookie ?? ""] {
            #expect(try await Self.frame(world, "/routes/echo/x", token: wrong).status == 401)
        }
        // It is no token of the API.
        let person = Person(id: "", email: "", bearer: token)
        for target in ["/session", "/plugins", "/plugins/lab.probe/routes/echo/x"] {
            #expect(try await world.hub.ask("GET", target, as: person).status == 401, "\(target)")
        }
        let api = try await world.hub.token(of: world.admin, scopes: [.adminPlugins, .pluginRead])
        #expect(try await Self.frame(world, "/routes/echo/x", token: api.bearer).status == 401, "nor the other way round")
    }

    @Test func `a page's token ends with its time, its session, its person and its membership`() async throws {
        let world = try await World(plain: true)
        let hub = world.hub
        func opens(_ token: String) async throws -> Int { try await Self.frame(world, "/routes/echo/x", token: token).status }
        let leaving = try await Self.token(world, as: world.who(.viewer))
        #expect(try await opens(leaving) == 200)
        #expect(try await hub.ask("DELETE", "/session", as: world.who(.viewer)).status == 204)
        #expect(try await opens(leaving) == 401)
        let disabled = try await Self.token(world, as: world.who(.developer))
        #expect(try await hub.ask("PATCH", "/users/\(world.who(.developer).id)", as: world.admin, ["isDisabled": true]).status == 200)
        #expect(try await opens(disabled) == 401)
        let removed = try await Self.token(world, as: world.who(.teamAdmin))
        #expect(
            try await hub.ask("DELETE", "/organisations/alpha/members/\(world.who(.teamAdmin).id)", as: world.admin).status == 204)
        #expect(try await opens(removed) == 403)
        let program = try await hub.token(of: world.admin, scopes: [.pluginRead])
        let byProgram = try await Self.token(world, as: program)
        #expect(try await opens(byProgram) == 200)
        #expect(try await hub.ask("DELETE", "/account/tokens/\(program.tokenID)", as: world.admin).status == 204)
        #expect(try await opens(byProgram) == 401)
        let old = try await Self.token(world, as: world.admin)
        #expect(try await opens(old) == 200)
        hub.clock.advance(by: PageTokens.age)
        #expect(try await opens(old) == 401)
        let fresh = try await Self.token(world, as: world.admin)
        #expect(try await hub.ask("PATCH", "/admin/plugins/lab.probe", as: world.admin, ["enabled": false]).status == 200)
        let off = try await Self.frame(world, "/routes/echo/x", token: fresh)
        #expect(off.status == 409 && off.code == "plugin.disabled", "\(off)")
        #expect(try await Self.frame(world, "/pages/main?hub=\(PercentCoding.encode("http://127.0.0.1:\(hub.port)"))").status == 409)
        await hub.stop()
    }

    @Test(arguments: ["acme", "acme.weather", "a-b.c-d", "a--b", "x.y--2ez", "0"]) func `an origin is one plugin's`(_ text: String) throws {
        let id = try PluginID(text)
        let label = try #require(FrameOrigin.label(of: id))
        #expect(FrameOrigin.id(of: label) == id)
        #expect(
            label.utf8.count <= 63 && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
                && label == label.lowercased())
        #expect(label.first != "-" && label.last != "-")
    }
}
