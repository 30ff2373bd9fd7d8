import Glibc
import JSON
import PatchbayCLI
import Testing

/// Signing in at a provider, through a hub that runs, against the provider of the tests of OIDC.
@Suite(.serialized) struct OIDCServeTests {
    let program: Program
    let provider: RunningProgram
    let issuer: String

    init() async throws {
        program = try Program()
        let folder = "\(Program.repository)/Tests/OIDCTests/Fixtures"
        // It lives until its standard input ends; `sleep` holds that open for as long as the test may take.
        provider = try RunningProgram(
            "/bin/sh", ["-c", "sleep 300 | exec node provider.mjs"], folder: folder, environment: ["PATH=/usr/bin:/bin"], input: nil)
        let running = provider
        _ = await blocking { running.read { $0.output.contains("\n") } }
        issuer = "http://127.0.0.1:\(provider.output.split(separator: "\n").first ?? "0")"
    }

    private func start(client: String, first: String = "domains:acme.test", more: [String] = []) async throws -> ServedHub {
        try await ServedHub.start(
            program,
            environment: [
                "PATCHBAY_OIDC_ISSUER=\(issuer)", "PATCHBAY_OIDC_CLIENT_ID=\(client)", "PATCHBAY_OIDC_NAME=Acme",
                "PATCHBAY_OIDC_FIRST_SIGN_IN=\(first)", "PATCHBAY_OIDC_PRIVATE_NETWORK=127.0.0.1/32",
            ] + (more.isEmpty ? ["PATCHBAY_OIDC_CLIENT_SECRET=s&cr=t"] : more))
    }

    private func end(_ hub: ServedHub) async {
        #expect(await hub.end() == 0)
        kill(-provider.pid, SIGKILL)
    }

    /// Leaves the hub with a browser; gives the sealed cookie and what the provider sends back.
    private func leave(_ hub: ServedHub, returnTo: String = "/plugins?q=a") async throws -> (browser: HTTPVisitor, back: JSONValue) {
        let path = returnTo.replacing("?", with: "%3F").replacing("=", with: "%3D")
        let start = try await hub.visitor.ask("GET", "/api/v1/session/oidc/oidc/start?returnTo=\(path)")
        #expect(start.status == 303, "\(start.text)")
        let place = try #require(start.header("location"))
        #expect(place.hasPrefix("\(issuer)/authorize?") && place.contains("code_challenge_method=S256"), "\(place)")
        #expect(place.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A\(hub.port)%2Fapi%2Fv1%2Fsession%2Foidc%2Foidc%2Fcallback"))
        let cookie = try #require(start.header("set-cookie"))
        #expect(cookie.contains("; HttpOnly; SameSite=Lax") && cookie.contains("Max-Age=600; "), "\(cookie)")
        #expect(cookie.contains("Path=/api/v1/session/oidc/oidc;"))
        let port = try #require(UInt16(issuer.split(separator: ":")[2]))
        let back = try await HTTPVisitor(port: port).ask("GET", String(place.dropFirst(issuer.count)))
        return (hub.visitor.with(cookies: start.cookies), back.json)
    }

    private func arrive(_ browser: HTTPVisitor, _ back: JSONValue, more: String = "") async throws -> HTTPVisitor.Answer {
        try await browser.ask(
            "GET",
            "/api/v1/session/oidc/oidc/callback?code=\(back["code"]?.stringValue ?? "")&state=\(back["state"]?.stringValue ?? "")\(more)")
    }

    @Test func `somebody of a known domain comes in, and lands where they wanted to go`() async throws {
        let hub = try await start(client: "verified-client")
        let ada = try await hub.setUp()
        #expect(try await hub.visitor.ask("GET", "/api/v1/session/oidc").json == [["id": "oidc", "name": "Acme"]])
        let settings = try await ada.ask("GET", "/api/v1/settings")
        #expect(settings.json["oidc"] == [["id": "oidc", "name": "Acme", "issuer": .string(issuer)]] && !settings.text.contains("s&cr=t"))
        let (browser, back) = try await leave(hub)
        let answer = try await arrive(browser, back, more: "&session_state=x&iss=\(issuer)")
        #expect(answer.status == 303 && answer.header("location") == "/plugins?q=a", "\(answer.headers) \(hub.running.error)")
        #expect(answer.cookies["pb_departure"] == "", "the way back is used up")
        let session = try #require(answer.cookies["pb_session"])
        let grace = try await hub.visitor.with(cookies: ["pb_session": session]).ask("GET", "/api/v1/session")
        #expect(grace.json["user"]?["email"] == "grace@acme.test" && grace.json["user"]?["isHubAdministrator"] == false, "\(grace.text)")
        #expect(grace.json["organisations"] == [], "a domain gives no role")
        let twice = try await arrive(browser, back)
        #expect(twice.header("location") == "/?problem=oidc.unreachable", "the provider takes a code once: \(twice.headers)")
        #expect(twice.cookies["pb_session"] == nil)
        await end(hub)
    }

    @Test func `who did not leave from this browser, or with something else, is not signed in`() async throws {
        let hub = try await start(client: "verified-client")
        _ = try await hub.setUp()
        let (browser, back) = try await leave(hub)
        let (other, _) = try await leave(hub)
        func refused(_ answer: HTTPVisitor.Answer, _ what: String) {
            #expect(answer.status == 303 && answer.header("location") == "/?problem=oidc.bad-return", "\(what): \(answer.headers)")
            #expect(answer.cookies["pb_session"] == nil, "\(what)")
        }
        refused(try await arrive(hub.visitor, back), "no cookie")
        refused(try await arrive(other, back), "the cookie of another departure")
        refused(try await arrive(browser, ["code": "x", "state": "y"]), "another state")
        refused(try await arrive(browser, ["state": back["state"] ?? .null], more: "&error=access_denied"), "refused there")
        refused(try await arrive(browser, back, more: "&iss=https://evil.test"), "another issuer")
        var sealed = browser.cookies["pb_departure"] ?? ""
        sealed = String(sealed.dropLast()) + (sealed.hasSuffix("A") ? "B" : "A")
        refused(try await arrive(hub.visitor.with(cookies: ["pb_departure": sealed]), back), "a changed cookie")
        refused(try await arrive(hub.visitor.with(cookies: ["pb_departure": "AAAA"]), back), "a made-up cookie")
        #expect(try await arrive(browser, back).cookies["pb_session"] != nil, "none of these took anything from whoever did leave")
        await end(hub)
    }

    @Test(
        "only paths of the hub are places to return to",
        arguments: ["//evil.test", "https://evil.test/", "/%5Cevil.test", "plugins", "/a%0d%0aSet-Cookie:%20x=y", "/%20x"])
    func returnPaths(_ path: String) async throws {
        let hub = try await start(client: "verified-client")
        let answer = try await hub.visitor.ask("GET", "/api/v1/session/oidc/oidc/start?returnTo=\(path)")
        #expect(answer.status == 400 && answer.json["code"] == "request.bad-query", "\(answer.status) \(answer.headers)")
        #expect(try await hub.visitor.ask("GET", "/api/v1/session/oidc/other/start").status == 404)
        await end(hub)
    }

    @Test func `strangers stay out, invited people come in with the secret from the vault`() async throws {
        #expect(try await ServedHub.refusal(program) == nil)
        let kept = try await program.run(["admin", "oidc-secret", "--data", "\(program.home)/data"], input: "s&cr=t\n")
        #expect(kept.exit == 0, "\(kept)")
        let hub = try await start(client: "verified-client", first: "invited", more: ["PATCHBAY_OIDC_CLIENT_SECRET="])
        _ = try await hub.setUp()
        let (browser, back) = try await leave(hub)
        #expect(try await arrive(browser, back).header("location") == "/?problem=account.not-invited")
        let made = try await program.run(["admin", "create-user", "grace@acme.test", "--data", "\(program.home)/data"])
        #expect(made.exit == 0, "\(made)")
        let (second, again) = try await leave(hub, returnTo: "/")
        let answer = try await arrive(second, again)
        #expect(answer.header("location") == "/" && answer.cookies["pb_session"] != nil, "\(answer.headers) \(hub.running.error)")
        await end(hub)
    }

    @Test func `an address the provider has not verified opens nothing`() async throws {
        let hub = try await start(client: "unverified-client")
        _ = try await hub.setUp()
        let (browser, back) = try await leave(hub)
        #expect(try await arrive(browser, back).header("location") == "/?problem=account.not-invited")
        await end(hub)
    }

    @Test func `a provider that is down does not keep the hub from starting, and is logged`() async throws {
        kill(-provider.pid, SIGKILL)
        let hub = try await start(client: "verified-client")
        let answer = try await hub.visitor.ask("GET", "/api/v1/session/oidc/oidc/start")
        #expect(answer.status == 409 && answer.json["code"] == "oidc.unreachable", "\(answer.text)")
        let looked = try await hub.visitor.ask("GET", "/api/v1/session/oidc/oidc/start", headers: ["Accept": "text/html,*/*;q=0.8"])
        #expect(looked.status == 303 && looked.header("location") == "/?problem=oidc.unreachable", "\(looked.headers)")
        await end(hub)
    }

    struct Setting: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let variables: [String]
        let place: String
    }

    @Test(
        "what is set wrongly is told before the hub starts",
        arguments: [
            Setting(testDescription: "no issuer", variables: ["CLIENT_ID=x"], place: "CLIENT_ID"),
            Setting(testDescription: "no client", variables: ["ISSUER=https://id.test"], place: "CLIENT_ID"),
            Setting(testDescription: "no address", variables: ["ISSUER=id.test", "CLIENT_ID=x"], place: "ISSUER"),
            Setting(
                testDescription: "another policy", variables: ["ISSUER=https://id.test", "CLIENT_ID=x", "FIRST_SIGN_IN=everybody"],
                place: "FIRST_SIGN_IN"),
            Setting(
                testDescription: "no domains", variables: ["ISSUER=https://id.test", "CLIENT_ID=x", "FIRST_SIGN_IN=domains:"],
                place: "FIRST_SIGN_IN"),
            Setting(
                testDescription: "no range", variables: ["ISSUER=https://id.test", "CLIENT_ID=x", "PRIVATE_NETWORK=home"],
                place: "PRIVATE_NETWORK"),
        ]) func settings(_ c: Setting) async throws
    {
        kill(-provider.pid, SIGKILL)
        let refusal = try #require(
            try await ServedHub.refusal(program, environment: c.variables.map { "PATCHBAY_OIDC_\($0)" }))
        #expect(refusal.exit == 2 && refusal.error.contains("error[oidc.bad-settings]"), "\(refusal)")
        #expect(refusal.error.contains("PATCHBAY_OIDC_\(c.place)"), "\(refusal)")
    }
}
