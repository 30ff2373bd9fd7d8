import HTTPServer
import HostCalls
import HubCore
import JSON
import OIDC
import PluginModel
import TestServers
import Testing

@testable import HubAPI

/// Signing in at a provider, from the hub's address to the hub's session.
@Suite(.everyDatabase, .namingTheDatabase) struct OutsideTests {
    private static func hub(_ provider: SignInProvider, _ loop: HostLoop, client: String, first: FirstSignIn) async throws -> TestHub {
        try await TestHub(outside: { publicURL in
            let configuration = ProviderConfiguration(
                issuer: provider.issuer, clientID: client, clientSecret: Secret("s&cr=t"),
                redirectAddress: OutsideSignIn.Place.returnAddress("acme", publicURL: publicURL),
                privateNetworks: [try Permission(parsing: "network:private:127.0.0.1/32@127.0.0.1")])
            let place = OutsideSignIn.Place(
                id: "acme", name: "Acme", issuer: provider.issuer, provider: Provider(configuration, service: HTTPService(loop: loop)),
                first: first)
            return OutsideSignIn(places: [place])
        })
    }

    /// Leaves with a browser; gives its sealed cookie, and the way back as the provider names it.
    private static func leave(_ hub: TestHub, _ provider: SignInProvider, returnTo: String = "/plugins") async throws
        -> (cookie: String, target: String)
    {
        let start = try await hub.ask("GET", "/session/oidc/acme/start?returnTo=\(returnTo)")
        let place = start["location"] ?? ""
        guard start.status == 303, place.hasPrefix("\(provider.issuer)/authorize?"),
            let cookie = start["set-cookie"]?.split(separator: ";").first
        else { throw Trouble(description: "\(start)") }
        let back = try await Client.ask(port: provider.port, "GET", String(place.dropFirst(provider.issuer.count))).json
        let (code, state) = (back["code"]?.stringValue ?? "", back["state"]?.stringValue ?? "")
        return (String(cookie), "/session/oidc/acme/callback?code=\(code)&state=\(state)")
    }

    private static func session(_ answer: Answer) -> String? {
        answer.all("set-cookie").compactMap { $0.split(separator: ";").first }.first { $0.hasPrefix("pb_session=") }.map(String.init)
    }

    @Test func `whoever comes back from where they left for is signed in, once, and as nobody more than they are`() async throws {
        let (provider, loop) = (try SignInProvider(), HostLoop(name: "tests-oidc"))
        defer { loop.stop() }
        let hub = try await Self.hub(provider, loop, client: "verified-client", first: .domains(["acme.test"]))
        let admin = try await hub.setUp()
        #expect(try await hub.ask("GET", "/session/oidc").json == [["id": "acme", "name": "Acme"]])
        let (cookie, target) = try await Self.leave(hub, provider)
        for (what, headers) in [("no cookie", []), ("a made-up one", [("Cookie", "pb_departure=AAAA")])] as [(String, [(String, String)])] {
            let refused = try await hub.ask("GET", target, headers: headers)
            #expect(refused["location"] == "/?problem=oidc.bad-return" && Self.session(refused) == nil, "\(what): \(refused.fields)")
        }
        let back = try await hub.ask("GET", target, headers: [("Cookie", cookie)])
        #expect(back.status == 303 && back["location"] == "/plugins", "\(back.fields)")
        let grace = try await hub.ask("GET", "/session", headers: [("Cookie", try #require(Self.session(back)))])
        #expect(grace.json["user"]?["email"] == "grace@acme.test" && grace.json["user"]?["isHubAdministrator"] == false, "\(grace)")
        #expect(grace.json["organisations"] == [], "a domain gives no role")
        let twice = try await hub.ask("GET", target, headers: [("Cookie", cookie)])
        #expect(Self.session(twice) == nil && twice["location"]?.hasPrefix("/?problem=oidc.") == true, "\(twice.fields)")
        let audit = try await hub.ask("GET", "/audit?limit=200", as: admin)
        #expect(
            audit.text.contains("grace@acme.test") || audit.json.arrayValue?.contains { $0["actorName"] == "Grace" } == true, "\(audit)")
        #expect(!audit.text.contains("s&cr=t") && !hub.log.contains { $0.contains("s&cr=t") })
        await hub.stop()
    }

    @Test(arguments: [
        ("verified-client", "strangers"), ("unverified-client", "an address nobody verified"), ("wrong-nonce", "a replayed token"),
    ])
    func `others stay out`(_ client: String, _ what: String) async throws {
        let (provider, loop) = (try SignInProvider(), HostLoop(name: "tests-oidc"))
        defer { loop.stop() }
        let hub = try await Self.hub(
            provider, loop, client: client, first: client == "verified-client" ? .invited : .domains(["acme.test"]))
        _ = try await hub.setUp()
        let (cookie, target) = try await Self.leave(hub, provider)
        let back = try await hub.ask("GET", target, headers: [("Cookie", cookie)])
        #expect(back.status == 303 && Self.session(back) == nil, "\(what): \(back.fields)")
        let code = client == "wrong-nonce" ? "oidc." : "account.not-invited"
        #expect(back["location"]?.hasPrefix("/?problem=\(code)") == true, "\(what): \(back.fields)")
        let other = try await hub.ask("GET", "/session/oidc/nosuch/start")
        #expect(other.status == 404 && other.code == "oidc.not-found", "\(other)")
        await hub.stop()
    }
}
