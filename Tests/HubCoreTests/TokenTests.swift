import HubCore
import PluginModel
import Testing

struct TokenTests {
    @Test func `a token does what its scopes say, as its owner`() async throws {
        let house = try await House()
        let bob = try await house.join("bob", .developer)
        let made = try await house.accounts.makeToken(name: " ci ", scopes: [.pluginRead, .pluginCall], by: house.requester(bob))
        let text = try #require(made.text.text)
        #expect(text.hasPrefix("pbt_") && made.token.hint == text.prefix(10) && made.token.name == "ci")
        #expect(!house.store.dump.contains(text))
        let principal = try await house.accounts.authenticate(bearer: text).principal
        #expect(principal.kind == .token(made.token.id))
        #expect(principal.may(.pluginCall, in: house.organisation.id) && !principal.may(.ruleWrite, in: house.organisation.id))
    }

    @Test func `a token loses what its owner loses`() async throws {
        let house = try await House()
        let bob = try await house.join("bob", .developer)
        let made = try await house.accounts.makeToken(name: "ci", scopes: [.pluginRead, .pluginCall], by: house.requester(bob))
        _ = try await house.accounts.authenticate(bearer: made.text.text ?? "")
        try await house.accounts.setRole(.viewer, of: bob.user.id, in: house.organisation.id, by: house.administrator)
        let principal = try await house.accounts.authenticate(bearer: made.text.text ?? "").principal
        #expect(principal.may(.pluginRead, in: house.organisation.id) && !principal.may(.pluginCall, in: house.organisation.id))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String, scopes: Set<HubAction>, age: Duration?, code: String
    }

    @Test(arguments: [
        Refusal(
            testDescription: "more than the owner may", scopes: [.pluginRead, .adminPlugins], age: nil, code: "account.scope-too-wide"),
        Refusal(testDescription: "nothing at all", scopes: [], age: nil, code: "account.invalid"),
        Refusal(testDescription: "over before it begins", scopes: [.pluginRead], age: .seconds(-1), code: "account.invalid"),
    ]) func `a token is refused`(c: Refusal) async throws {
        let house = try await House()
        let bob = try await house.requester(house.join("bob", .developer))
        #expect(
            await faultCode { _ = try await house.accounts.makeToken(name: "x", scopes: c.scopes, age: c.age, by: bob) }
                == c.code)
    }

    @Test func `a token of one organisation is nothing in another`() async throws {
        let house = try await House()
        let other = try await house.accounts.createOrganisation(slug: "other", name: "Other", by: house.administrator)
        let bob = try await house.join("bob", .developer)
        try await house.accounts.setRole(.viewer, of: bob.user.id, in: other.id, by: house.administrator)
        let asBob = try await house.requester(bob)
        let tooWide = await faultCode {
            _ = try await house.accounts.makeToken(name: "x", scopes: [.pluginCall], organisation: other.id, by: asBob)
        }
        #expect(tooWide == "account.scope-too-wide", "a developer here is a viewer there")
        let made = try await house.accounts.makeToken(name: "x", scopes: [.pluginRead], organisation: other.id, by: asBob)
        let principal = try await house.accounts.authenticate(bearer: made.text.text ?? "").principal
        #expect(principal.may(.pluginRead, in: other.id) && !principal.may(.pluginRead, in: house.organisation.id))
        let asToken = Requester(principal)
        #expect(try await house.accounts.organisations(PageRequest(), by: asToken).map(\.id) == [other.id])
    }

    @Test func `a token ends when its time is over, and its last use is written once a minute`() async throws {
        let house = try await House()
        let ada = try await house.administrator
        let made = try await house.accounts.makeToken(name: "x", scopes: [.pluginRead], age: .seconds(3600), by: ada)
        let text = made.text.text ?? ""
        let used = { () async throws(Fault) -> Timestamp? in try await house.accounts.tokens(of: ada).first?.lastUsedAt }
        #expect(try await used() == nil)
        _ = try await house.accounts.authenticate(bearer: text)
        let first = house.clock.moment
        house.clock.advance(.seconds(59))
        _ = try await house.accounts.authenticate(bearer: text)
        #expect(try await used() == first)
        house.clock.advance(.seconds(2))
        _ = try await house.accounts.authenticate(bearer: text)
        #expect(try await used() == house.clock.moment)
        house.clock.advance(.seconds(3600))
        #expect(await faultCode { _ = try await house.accounts.authenticate(bearer: text) } == "account.not-signed-in")
    }

    /// Even with every scope of an administrator: it could make a person without its limits.
    @Test func `a token changes nobody's credentials`() async throws {
        let house = try await House()
        let made = try await house.accounts.makeToken(name: "all", scopes: Set(HubAction.allCases), by: house.administrator)
        let token = Requester(try await house.accounts.authenticate(bearer: made.text.text ?? "").principal)
        let (ada, id) = (house.ada.user.id, house.organisation.id)
        let tries: [@Sendable () async throws -> Void] = [
            { _ = try await house.accounts.makeToken(name: "more", scopes: [.pluginRead], by: token) },
            { _ = try await house.accounts.createUser(email: "x@acme.test", name: "X", by: token) },
            { _ = try await house.accounts.makePasswordCode(for: ada, by: token) },
            { try await house.accounts.updateUser(ada, UserChange(name: "E"), by: token) },
            { try await house.accounts.removeUser(ada, by: token) },
            { try await house.accounts.setRole(.viewer, of: ada, in: id, by: token) },
            { try await house.accounts.removeMember(ada, from: id, by: token) },
            { _ = try await house.accounts.endSessions(except: nil, by: token) },
            {
                try await house.accounts.changePassword(from: goodPassword, to: Secret("other quiet lanterns"), keeping: nil, by: token)
            },
        ]
        for one in tries { #expect(await faultCode(one) == "account.token-by-token") }
        try await house.accounts.revokeToken(made.token.id, by: token)
        #expect(
            await faultCode { _ = try await house.accounts.authenticate(bearer: made.text.text ?? "") }
                == "account.not-signed-in")
    }

    @Test func `nobody takes back another's token but an administrator`() async throws {
        let house = try await House()
        let (bob, eve) = (
            try await house.requester(house.join("bob", .developer)), try await house.requester(house.join("eve", .teamAdmin))
        )
        let made = try await house.accounts.makeToken(name: "x", scopes: [.pluginRead], by: bob)
        #expect(await faultCode { try await house.accounts.revokeToken(made.token.id, by: eve) } == "account.not-found")
        try await house.accounts.revokeToken(made.token.id, by: house.administrator)
        #expect(try await house.accounts.tokens(of: bob).isEmpty)
    }
}
