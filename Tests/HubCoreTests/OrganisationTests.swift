import HubCore
import PluginModel
import Testing

struct OrganisationTests {
    @Test func `an organisation is made, renamed, and found by those in it`() async throws {
        let house = try await House()
        let admin = try await house.administrator
        let made = try await house.accounts.createOrganisation(slug: "labs", name: "Labs", by: admin)
        #expect(
            await faultCode { _ = try await house.accounts.createOrganisation(slug: "labs", name: "L", by: admin) }
                == "account.slug-taken")
        let lead = try await house.requester(house.join("lead", .teamAdmin))
        #expect(try await house.accounts.organisations(PageRequest(), by: lead).map(\.slug) == ["acme"])
        #expect(try await house.accounts.organisations(PageRequest(), by: admin).count == 2)
        let renamed = try await house.accounts.renameOrganisation(house.organisation.id, name: "Acme Works", by: lead)
        #expect(renamed.name == "Acme Works" && renamed.slug == "acme")
        let elsewhere = await faultCode {
            _ = try await house.accounts.renameOrganisation(made.id, name: "Mine", by: lead)
        }
        #expect(elsewhere == "account.not-allowed")
    }

    @Test func `a request is about the organisation it names, if that is theirs, and else about their own; changes count at once`()
        async throws
    {
        let house = try await House()
        let accounts = house.accounts
        let admin = try await house.administrator
        let labs = try await accounts.createOrganisation(slug: "labs", name: "Labs", by: admin)
        let bob = try await house.join("bob", .viewer)
        var person = try await house.requester(bob).principal
        // Each is asked twice: the second answer is remembered.
        for _ in 0..<2 {
            #expect(try await accounts.organisation(named: "acme", for: person)?.id == house.organisation.id)
            #expect(try await accounts.organisation(named: nil, for: person)?.id == house.organisation.id)
            #expect(try await accounts.organisation(named: "labs", for: person) == nil, "not theirs")
            #expect(try await accounts.organisation(named: "nowhere", for: person) == nil)
            #expect(try await accounts.organisation(named: String(repeating: "a", count: 41), for: admin.principal) == nil)
            #expect(try await accounts.organisation(named: "labs", for: admin.principal) == labs, "administrators reach all")
            #expect(try await accounts.organisations(of: person).map(\.slug) == ["acme"])
            #expect(Set(try await accounts.organisations(of: admin.principal).map(\.slug)) == ["acme", "labs"])
        }
        person.onlyIn = labs.id
        #expect(try await accounts.organisation(named: "acme", for: person) == nil, "a token of another organisation")
        #expect(try await accounts.organisations(of: person).isEmpty)
        _ = try await accounts.renameOrganisation(house.organisation.id, slug: "works", by: admin)
        person = try await house.requester(bob).principal
        #expect(try await accounts.organisation(named: "acme", for: person) == nil)
        #expect(try await accounts.organisation(named: "works", for: person)?.slug == "works")
        #expect(try await accounts.organisation(named: nil, for: person)?.slug == "works")
        let contents = try await accounts.contents(of: labs.id, by: admin)
        try await accounts.removeOrganisation(labs.id, expecting: contents, by: admin)
        #expect(try await accounts.organisation(named: "labs", for: admin.principal) == nil)
        #expect(try await accounts.organisations(of: admin.principal).map(\.slug) == ["works"])
    }

    @Test(arguments: ["", "-a", "a-", "A", "a b", "ä", "a/b", String(repeating: "a", count: 41)]) func `a bad short name is refused`(
        slug: String
    ) async throws {
        let house = try await House()
        let admin = try await house.administrator
        #expect(
            await faultCode { _ = try await house.accounts.createOrganisation(slug: slug, name: "L", by: admin) }
                == "account.invalid")
    }

    @Test func `a removal takes what the dry run showed, and nothing when that has changed`() async throws {
        let house = try await House()
        let admin = try await house.administrator
        let id = house.organisation.id
        let vault = try await Vault.start(store: house.store, keyRing: KeyRing(active: .make()))
        try await vault.set(Secret("x"), at: SecretPlace(organisation: id.rawValue, owner: "acme.weather", field: "key"), by: admin)
        _ = try await house.accounts.makeToken(name: "t", scopes: [.pluginRead], organisation: id, by: admin)
        let shown = try await house.accounts.contents(of: id, by: admin)
        #expect(shown == OrganisationContents(members: 1, tokens: 1, settings: 0, secrets: 1, enablement: 0))
        let bob = try await house.join("bob", .viewer)
        let changed = await faultCode { try await house.accounts.removeOrganisation(id, expecting: shown, by: admin) }
        #expect(changed == "account.changed-meanwhile")
        let again = try await house.accounts.contents(of: id, by: admin)
        #expect(again.members == 2)
        try await house.accounts.removeOrganisation(id, expecting: again, by: admin)
        #expect(try await vault.status().keys.map(\.secrets) == [0])
        #expect(try await house.accounts.tokens(of: admin).isEmpty)
        #expect(try await house.requester(bob).principal.memberships.isEmpty, "the person stays")
        #expect(await faultCode { _ = try await house.accounts.contents(of: id, by: admin) } == "account.not-found")
    }

    struct RoleCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let by: Role, from: Role?, to: Role, code: String?
    }

    @Test(arguments: [
        RoleCase(testDescription: "a team's administrator makes a developer", by: .teamAdmin, from: nil, to: .developer, code: nil),
        RoleCase(testDescription: "and an equal", by: .teamAdmin, from: .viewer, to: .teamAdmin, code: nil),
        RoleCase(testDescription: "but nobody higher", by: .teamAdmin, from: .viewer, to: .templateAdmin, code: "account.role-too-high"),
        RoleCase(
            testDescription: "nor takes down somebody higher", by: .teamAdmin, from: .platformAdmin, to: .viewer,
            code: "account.role-too-high"),
        RoleCase(testDescription: "a developer gives no roles", by: .developer, from: .viewer, to: .viewer, code: "account.not-allowed"),
        RoleCase(testDescription: "the platform's gives any", by: .platformAdmin, from: .viewer, to: .platformAdmin, code: nil),
    ]) func `roles are given up to one's own`(c: RoleCase) async throws {
        let house = try await House()
        let (by, target) = (try await house.requester(house.join("by", c.by)), try await house.join("target", c.from))
        let code = await faultCode {
            try await house.accounts.addMember(email: "target@acme.test", role: c.to, to: house.organisation.id, by: by)
        }
        #expect(code == c.code)
        let role = try await house.requester(target).principal.memberships.first?.role
        #expect(role == (c.code == nil ? c.to : c.from))
    }

    @Test func `everybody may leave, and nobody is put out by somebody lower`() async throws {
        let house = try await House()
        let id = house.organisation.id
        let (lead, bob) = (try await house.requester(house.join("lead", .teamAdmin)), try await house.join("bob", .viewer))
        let up = await faultCode { try await house.accounts.removeMember(house.ada.user.id, from: id, by: lead) }
        #expect(up == "account.role-too-high")
        try await house.accounts.removeMember(bob.user.id, from: id, by: house.requester(bob))
        let twice = await faultCode { try await house.accounts.removeMember(bob.user.id, from: id, by: lead) }
        #expect(twice == "account.not-found")
        #expect(try await house.accounts.members(of: id, PageRequest(), by: lead).map(\.role).sorted() == [.teamAdmin, .platformAdmin])
    }
}
