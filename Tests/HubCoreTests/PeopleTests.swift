import HubCore
import PluginModel
import Testing

struct PeopleTests {
    @Test func `an invitation is good once`() async throws {
        let house = try await House()
        let (user, invitation) = try await house.accounts.createUser(
            email: "Bob@Acme.test", name: " Bob ", memberships: [house.organisation.id: .developer], by: house.administrator)
        #expect(user.email == "bob@acme.test" && user.name == "Bob" && user.passwordHash == nil)
        let text = try #require(invitation.text)
        #expect(text.hasPrefix("pbc_") && !house.store.dump.contains(text))
        let weak = await faultCode {
            _ = try await house.accounts.redeem(code: text, password: Secret("short"), visitor: house.visitor)
        }
        #expect(weak == "account.bad-password", "and the code is still good")
        let signedIn = try await house.accounts.redeem(code: text, password: goodPassword, visitor: house.visitor)
        #expect(await house.isGood(signedIn))
        let again = await faultCode {
            _ = try await house.accounts.redeem(code: text, password: goodPassword, visitor: house.visitor)
        }
        #expect(again == "account.bad-code")
        _ = try await house.signIn("bob@acme.test")
    }

    @Test func `a code is good for its time, and the last one made is the good one`() async throws {
        let house = try await House()
        let bob = try await house.join("bob", .viewer)
        let first = try await house.accounts.makePasswordCode(for: bob.user.id, by: house.administrator)
        let second = try await house.accounts.makePasswordCode(for: bob.user.id, by: house.administrator)
        let redeem = { (code: Secret) async -> String? in
            await faultCode {
                _ = try await house.accounts.redeem(code: code.text ?? "", password: Secret("other quiet lanterns"), visitor: house.visitor)
            }
        }
        #expect(await redeem(first) == "account.bad-code")
        house.clock.advance(.seconds(24 * 3600))
        #expect(await redeem(second) == "account.bad-code")
        _ = try await house.signIn("bob@acme.test")
    }

    @Test func `a reset ends all sessions of that person`() async throws {
        let house = try await House()
        let bob = try await house.join("bob", .viewer)
        let code = try await house.accounts.makePasswordCode(for: bob.user.id, by: house.administrator)
        #expect(await house.isGood(bob), "until it is used")
        _ = try await house.accounts.redeem(code: code.text ?? "", password: Secret("other quiet lanterns"), visitor: house.visitor)
        #expect(await !house.isGood(bob))
        #expect(await faultCode { _ = try await house.signIn("bob@acme.test") } == "account.sign-in-failed")
    }

    @Test func `changing one's password needs the present one and ends other sessions`() async throws {
        let house = try await House()
        let (here, there) = (try await house.join("bob", .viewer), try await house.signIn("bob@acme.test"))
        let bob = try await house.requester(here)
        let new = Secret("other quiet lanterns")
        let wrong = await faultCode {
            try await house.accounts.changePassword(from: Secret("no"), to: new, keeping: here.session, by: bob)
        }
        #expect(wrong == "account.wrong-password")
        try await house.accounts.changePassword(from: goodPassword, to: new, keeping: here.session, by: bob)
        #expect(await house.isGood(here))
        #expect(await !house.isGood(there))
        _ = try await house.signIn("bob@acme.test", new)
    }

    @Test func `disabling ends sessions at once, and tokens open nothing`() async throws {
        let house = try await House()
        let bob = try await house.join("bob", .developer)
        let token = try await house.accounts.makeToken(name: "ci", scopes: [.pluginRead], by: house.requester(bob))
        let text = try #require(token.text.text)
        #expect(await house.isGood(bob), "remembered now")
        _ = try await house.accounts.authenticate(bearer: text)
        try await house.accounts.updateUser(bob.user.id, UserChange(isDisabled: true), by: house.administrator)
        #expect(await !house.isGood(bob))
        #expect(await faultCode { _ = try await house.accounts.authenticate(bearer: text) } == "account.not-signed-in")
        try await house.accounts.updateUser(bob.user.id, UserChange(isDisabled: false), by: house.administrator)
        #expect(await !house.isGood(bob), "a session does not come back")
        _ = try await house.accounts.authenticate(bearer: text)
    }

    @Test func `the last administrator can be neither removed nor disabled nor demoted`() async throws {
        let house = try await House()
        let (ada, admin) = (house.ada.user.id, try await house.administrator)
        let tries: [@Sendable () async throws -> Void] = [
            { try await house.accounts.removeUser(ada, by: admin) },
            { try await house.accounts.updateUser(ada, UserChange(isDisabled: true), by: admin) },
            { try await house.accounts.updateUser(ada, UserChange(isHubAdministrator: false), by: admin) },
        ]
        for one in tries { #expect(await faultCode(one) == "account.last-administrator") }
        // An invited administrator who never came could not administer anything.
        _ = try await house.accounts.createUser(email: "new@acme.test", name: "N", isHubAdministrator: true, by: admin)
        for one in tries { #expect(await faultCode(one) == "account.last-administrator") }
        let eve = try await house.join("eve", nil, isHubAdministrator: true)
        try await house.accounts.updateUser(eve.user.id, UserChange(isDisabled: true), by: admin)
        for one in tries { #expect(await faultCode(one) == "account.last-administrator") }
        try await house.accounts.updateUser(eve.user.id, UserChange(isDisabled: false), by: admin)
        try await house.accounts.updateUser(ada, UserChange(isHubAdministrator: false), by: admin)
    }

    @Test func `two administrators who remove each other at once leave one`() async throws {
        let house = try await House()
        let eve = try await house.join("eve", nil, isHubAdministrator: true)
        let (asAda, asEve) = (try await house.administrator, try await house.requester(eve))
        async let one = faultCode { try await house.accounts.removeUser(eve.user.id, by: asAda) }
        async let two = faultCode { try await house.accounts.removeUser(house.ada.user.id, by: asEve) }
        #expect([await one, await two].count { $0 == nil } == 1)
    }

    @Test func `who may not is refused, and nothing is written`() async throws {
        let house = try await House()
        let bob = try await house.join("bob", .platformAdmin)
        let asBob = try await house.requester(bob)
        let before = house.store.dump.count
        let tries: [@Sendable () async throws -> Void] = [
            { _ = try await house.accounts.users(PageRequest(), by: asBob) },
            { _ = try await house.accounts.createUser(email: "x@acme.test", name: "X", by: asBob) },
            { try await house.accounts.removeUser(house.ada.user.id, by: asBob) },
            { try await house.accounts.updateUser(bob.user.id, UserChange(isHubAdministrator: true), by: asBob) },
            { try await house.accounts.updateUser(house.ada.user.id, UserChange(name: "Eve"), by: asBob) },
            { _ = try await house.accounts.makePasswordCode(for: house.ada.user.id, by: asBob) },
        ]
        for one in tries { #expect(await faultCode(one) == "account.not-allowed") }
        let made = await faultCode {
            _ = try await house.accounts.createOrganisation(slug: "new", name: "New", by: asBob)
        }
        let id = house.organisation.id
        let removed = await faultCode {
            try await house.accounts.removeOrganisation(id, expecting: OrganisationContents(), by: asBob)
        }
        #expect(made == "account.not-allowed" && removed == "account.not-allowed")
        #expect(house.store.dump.count == before)
        try await house.accounts.updateUser(bob.user.id, UserChange(name: "Robert"), by: asBob)
    }

    @Test func `an address belongs to one person`() async throws {
        let house = try await House()
        let bob = try await house.join("bob", .viewer)
        let admin = try await house.administrator
        let made = await faultCode {
            _ = try await house.accounts.createUser(email: "ADA@acme.test", name: "A", by: admin)
        }
        let moved = await faultCode {
            try await house.accounts.updateUser(bob.user.id, UserChange(email: "ada@acme.test"), by: admin)
        }
        #expect(made == "account.email-taken" && moved == "account.email-taken")
    }

    @Test(arguments: ["", "a", "a@", "@b", "a@b@c.test", "a b@c.test", "a@c.te\u{0}st", String(repeating: "a", count: 250) + "@b.test"])
    func `what is no e-mail address is refused`(text: String) async throws {
        let house = try await House()
        let admin = try await house.administrator
        #expect(
            await faultCode { _ = try await house.accounts.createUser(email: text, name: "A", by: admin) }
                == "account.invalid")
    }

    @Test func `nothing secret is in the audit or the journal`() async throws {
        let house = try await House()
        let bob = try await house.join("bob", .developer)
        let token = try await house.accounts.makeToken(name: "ci", scopes: [.pluginRead], by: house.requester(bob))
        let code = try await house.accounts.makePasswordCode(for: bob.user.id, by: house.administrator)
        let text = try await house.store.read { (records) throws(Fault) in
            String(reflecting: try records.audit(AuditFilter(), before: nil, limit: 1000))
                + String(reflecting: try records.events(after: 0, types: [], organisation: nil, limit: 1000))
        }
        for secret in [token.text.text, code.text, bob.token.text, goodPassword.text, bob.session.csrfToken] {
            #expect(!text.contains(try #require(secret)))
        }
        #expect(!text.contains("argon2id"))
        for action in ["hub.set-up", "session.begin", "user.create", "user.redeem-code", "token.create", "user.make-code"] {
            #expect(try await !house.audit(action).isEmpty, "\(action)")
        }
    }
}
