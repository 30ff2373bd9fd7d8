import HTTPServer
import HubCore
import JSON
import Testing

@testable import HubAPI

/// What machines ask of the hub, and the interface's own files.
@Suite(.everyDatabase, .namingTheDatabase) struct HubPageTests {
    @Test func `health is for everybody, and readiness names what it looked at`() async throws {
        let world = try await World.shared()
        let health = try await world.hub.ask("GET", "//healthz")
        #expect(health.status == 200 && health.text == "ok\n")
        let ready = try await world.hub.ask("GET", "//readyz")
        #expect(
            ready.status == 200 && ready.json == ["ready": true, "checks": ["database": "ok", "vault": "ok", "sandbox": "ok"]], "\(ready)")
    }

    @Test func `numbers are open to this machine, and not through a proxy on it`() async throws {
        let world = try await World.shared()
        let local = try await world.hub.ask("GET", "//metrics")
        #expect(local.status == 200 && local["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        #expect(local.text.contains("patchbay_plugin_calls_total{plugin=\"lab.probe\"} "))
        for line in local.text.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(line.wholeMatch(of: #/[a-z_]+(\{[^}]*\})? -?[0-9.e+-]+/#) != nil, "\(line)")
        }
        let forwarded = [("X-Forwarded-For", "203.0.113.7")]
        #expect(try await world.hub.ask("GET", "//metrics", headers: forwarded).status == 401)
        let reader = try await world.hub.token(of: world.admin, scopes: [.pluginRead])
        #expect(try await world.hub.ask("GET", "//metrics", as: reader, headers: forwarded).status == 403)
        let scraper = try await world.hub.token(of: world.admin, scopes: [.adminSettings])
        #expect(try await world.hub.ask("GET", "//metrics", as: scraper, headers: forwarded).status == 200)
    }

    @Test(arguments: [
        "//", "//plugins", "//plugins/lab.probe", "//settings/people", "//pages/lab.probe/main", "//setup", "//redeem", "//journal",
    ])
    func `every address of the interface is its one document, with a policy`(_ target: String) async throws {
        let world = try await World.shared()
        let page = try await world.hub.ask("GET", target)
        #expect(
            page.status == 200 && page.text.contains("The interface") && page["content-type"]?.hasPrefix("text/html") == true, "\(page)")
        let policy = page["content-security-policy"] ?? ""
        for part in ["default-src 'none'", "script-src 'self';", "connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"] {
            #expect(policy.contains(part), "\(part) in \(policy)")
        }
        #expect(page["x-frame-options"] == "DENY" && page["set-cookie"] == nil)
    }

    struct Unknown: Sendable, CustomTestStringConvertible {
        let method: String, target: String, accept: String?, isPage: Bool
        var testDescription: String { "\(method) \(target), \(accept ?? "no Accept")" }
        static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    }

    @Test(arguments: [
        Unknown(method: "GET", target: "//nowhere/at/all", accept: Unknown.browser, isPage: true),
        Unknown(method: "HEAD", target: "//nowhere", accept: Unknown.browser, isPage: true),
        Unknown(method: "GET", target: "//apis", accept: Unknown.browser, isPage: true),
        Unknown(method: "GET", target: "//nowhere", accept: nil, isPage: false),
        Unknown(method: "GET", target: "//nowhere", accept: "application/json", isPage: false),
        Unknown(method: "GET", target: "//nowhere", accept: "*/*", isPage: false),
        Unknown(method: "POST", target: "//nowhere", accept: Unknown.browser, isPage: false),
        Unknown(method: "GET", target: "/nowhere", accept: Unknown.browser, isPage: false),
        Unknown(method: "GET", target: "//api", accept: Unknown.browser, isPage: false),
        Unknown(method: "GET", target: "//ui/nosuch.js", accept: Unknown.browser, isPage: false),
    ]) func `nothing is at an unknown address: a page for browsers, a problem for programs`(_ c: Unknown) async throws {
        let world = try await World.shared()
        let headers = c.accept.map { [("Accept", $0), ("If-None-Match", "*"), ("Range", "bytes=0-3")] } ?? []
        let answer = try await world.hub.ask(c.method, c.target, headers: headers)
        #expect(answer.status == 404, "\(answer)")
        guard c.isPage else {
            #expect(answer["content-type"] == "application/problem+json" && answer.code == "request.no-such-route", "\(answer)")
            return
        }
        #expect(answer["content-type"] == "text/html; charset=utf-8" && answer["x-frame-options"] == "DENY", "\(answer)")
        #expect(answer["content-security-policy"]?.contains("default-src 'none'") == true && answer["etag"] == nil)
        #expect(c.method == "HEAD" || answer.text == "<!doctype html><title>The interface</title>", "\(answer)")
    }

    @Test func `files of the interface are its own folder's, and nothing above`() async throws {
        let world = try await World.shared()
        #expect(try await world.hub.ask("GET", "//ui/frame.js").text == "/* the bridge */")
        for path in ["..%2fhub.sqlite", "%2e%2e/vault.key", "nosuch.js", ".hidden", "%2fetc%2fpasswd"] {
            let answer = try await world.hub.ask("GET", "//ui/\(path)")
            #expect([400, 404].contains(answer.status), "\(path): \(answer)")
        }
    }

    @Test func `a plugin is held, let go and started anew`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        try await hub.begin("lab.held", code: "let n = 0; export const count = () => ++n;", as: world.admin)
        func count() async throws -> JSONValue? {
            try await hub.ask("POST", "/plugins/lab.held/call", as: world.admin, ["export": "count"]).json["result"]
        }
        #expect(try await count() == 1)
        #expect(try await count() == 2)
        let restarted = try await hub.ask("POST", "/plugins/lab.held/restart", as: world.admin)
        #expect(restarted.status == 200, "\(restarted)")
        #expect(try await count() == 1, "another worker counts from the beginning")
        let pinned = try await hub.ask("POST", "/plugins/lab.held/pin", as: world.admin, ["version": "1.0.0"])
        #expect(pinned.status == 200 && pinned.json["pinned"]?.stringValue != nil, "\(pinned)")
        _ = try await hub.install(try hub.write("lab.held", version: "2.0.0", code: "export const count = () => 100;"), as: world.admin)
        #expect(try await hub.ask("GET", "/plugins/lab.held", as: world.admin).json["version"] == "1.0.0")
        let free = try await hub.ask("POST", "/plugins/lab.held/pin", as: world.admin, ["version": nil])
        #expect(free.status == 200 && free.json["pinned"] == .null, "\(free)")
    }

    @Test func `the store offers what is in its folders, and says what is installed`() async throws {
        let world = try await World.shared()
        let offers = try await world.hub.ask("GET", "/store?q=guestbook", as: world.admin).json.arrayValue ?? []
        #expect(offers.count == 1 && offers.first?["id"] == "patchbay.guestbook" && offers.first?["installed"] == "1.0.0", "\(offers)")
        let integrations = try await world.hub.ask("GET", "/integrations", as: world.who(.viewer)).json.arrayValue ?? []
        #expect(integrations.contains { $0["signals"]?.arrayValue?.isEmpty == false }, "\(integrations)")
    }

    @Test func `what people search for is found, and people only by who may see them`() async throws {
        let world = try await World.shared()
        let hits = try await world.hub.ask("GET", "/search?q=stranger", as: world.admin).json.arrayValue ?? []
        #expect(hits.contains { $0["kind"] == "user" && $0["title"] == "stranger" }, "\(hits)")
        let none = try await world.hub.ask("GET", "/search?q=stranger", as: world.who(.platformAdmin))
        #expect(none.json == [], "\(none)")
    }
}
