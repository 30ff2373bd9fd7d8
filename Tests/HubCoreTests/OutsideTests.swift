import HubCore
import PluginModel
import Testing

struct OutsideTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let email: String?, isVerified: Bool, first: FirstSignIn, isIn: Bool
    }

    private static let acme = FirstSignIn.domains(["acme.test"])

    @Test(arguments: [
        Case(testDescription: "invited", email: "Invited@acme.test", isVerified: true, first: .invited, isIn: true),
        Case(testDescription: "invited, where a domain is let in", email: "invited@acme.test", isVerified: true, first: acme, isIn: true),
        Case(testDescription: "invited, address not verified", email: "invited@acme.test", isVerified: false, first: .invited, isIn: false),
        Case(testDescription: "invited, nobody new is let in", email: "invited@acme.test", isVerified: true, first: .off, isIn: false),
        Case(testDescription: "somebody with a password", email: "ada@acme.test", isVerified: true, first: .invited, isIn: false),
        Case(testDescription: "the same, of a domain", email: "ada@acme.test", isVerified: true, first: acme, isIn: false),
        Case(testDescription: "unknown, only the invited", email: "new@acme.test", isVerified: true, first: .invited, isIn: false),
        Case(testDescription: "unknown, of the domain", email: "new@acme.test", isVerified: true, first: acme, isIn: true),
        Case(testDescription: "not verified, of the domain", email: "new@acme.test", isVerified: false, first: acme, isIn: false),
        Case(testDescription: "of a domain that ends alike", email: "new@evilacme.test", isVerified: true, first: acme, isIn: false),
        Case(testDescription: "of a domain below", email: "new@x.acme.test", isVerified: true, first: acme, isIn: false),
        Case(testDescription: "no address", email: nil, isVerified: true, first: acme, isIn: false),
    ]) func `a first sign-in from a provider`(c: Case) async throws {
        let house = try await House()
        _ = try await house.accounts.createUser(
            email: "invited@acme.test", name: "I", memberships: [house.organisation.id: .developer], by: house.administrator)
        let person = OutsidePerson(issuer: "https://id.acme.test", subject: "s-1", email: c.email, isEmailVerified: c.isVerified)
        let code = await faultCode { _ = try await house.accounts.signIn(outside: person, first: c.first, visitor: house.visitor) }
        #expect(code == (c.isIn ? nil : "account.not-invited"))
        guard c.isIn else { return }
        // The second time issuer and subject say who it is, whatever the address says and whoever is let in.
        var again = person
        (again.email, again.isEmailVerified) = ("other@elsewhere.test", false)
        let signedIn = try await house.accounts.signIn(outside: again, first: .off, visitor: house.visitor)
        #expect(signedIn.user.email == c.email?.lowercased())
        #expect(await house.isGood(signedIn))
        try await house.accounts.updateUser(signedIn.user.id, UserChange(isDisabled: true), by: house.administrator)
        let disabled = await faultCode { _ = try await house.accounts.signIn(outside: again, first: .off, visitor: house.visitor) }
        #expect(disabled == "account.not-invited")
    }

    @Test func `another subject with the same address is somebody else`() async throws {
        let house = try await House()
        let one = OutsidePerson(issuer: "https://id.acme.test", subject: "s-1", email: "new@acme.test", isEmailVerified: true)
        _ = try await house.accounts.signIn(outside: one, first: Self.acme, visitor: house.visitor)
        for (issuer, subject) in [("https://id.acme.test", "s-2"), ("https://id.evil.test", "s-1")] {
            let two = OutsidePerson(issuer: issuer, subject: subject, email: "new@acme.test", isEmailVerified: true)
            let code = await faultCode { _ = try await house.accounts.signIn(outside: two, first: Self.acme, visitor: house.visitor) }
            #expect(code == "account.not-invited")
        }
    }

    @Test func `roles of a claim are taken, for organisations there are`() async throws {
        let house = try await House()
        let person = OutsidePerson(
            issuer: "https://id.acme.test", subject: "s-1", email: "new@acme.test", isEmailVerified: true,
            roles: [house.organisation.id: .developer, Organisation.ID("none"): .platformAdmin])
        let signedIn = try await house.accounts.signIn(outside: person, first: Self.acme, visitor: house.visitor)
        let principal = try await house.requester(signedIn).principal
        #expect(principal.memberships.map(\.role) == [.developer] && !principal.user.isHubAdministrator)
    }
}
