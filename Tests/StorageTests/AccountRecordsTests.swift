import HubCore
import JSON
import PluginModel
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(3))) struct TheAccounts {
    @Test(arguments: Backend.allCases) func `a person comes back as they were put`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            var ada = person("u1")
            #expect(try await store.read { (r) throws(Fault) in try r.userCount() } == 0)
            try await store.put(ada)
            #expect(try await store.read { (r) throws(Fault) in try r.user(User.ID("u1")) } == ada)
            ada.name = "Ada → \u{1f600} é e\u{301} 'quoted' \\ \"double\" $1 ?1"
            ada.email = "ada@elsewhere.test"
            ada.passwordHash = "$argon2id$v=19$m=65536"
            (ada.isDisabled, ada.isHubAdministrator) = (true, true)
            ada.createdAt = at(.max)
            try await store.put(ada)
            let (byID, byEmail, old, count) = try await store.read { (r) throws(Fault) in
                (
                    try r.user(User.ID("u1")), try r.user(email: "ada@elsewhere.test"), try r.user(email: "u1@acme.test"),
                    try r.userCount()
                )
            }
            #expect(byID == ada)
            #expect(byEmail == ada)
            #expect(old == nil)
            #expect(count == 1)
            #expect(try await store.write { (r) throws(Fault) in try r.removeUser(User.ID("u1")) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removeUser(User.ID("u1")) } == false)
        }
    }

    @Test(arguments: Backend.allCases) func `an e-mail address belongs to one person, and a refusal leaves the body free to go on`(
        _ backend: Backend
    ) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.put(person("u1", email: "a@acme.test"))
            #expect(await code { try await store.put(person("u2", email: "a@acme.test")) } == "account.email-taken")
            let found = try await store.write { (r) throws(Fault) -> String? in
                do throws(Fault) { try r.put(person("u3", email: "a@acme.test")) } catch {
                    try r.put(person("u3", email: "b@acme.test"))
                    return error.code
                }
                return nil
            }
            #expect(found == "account.email-taken")
            #expect(
                try await store.read { (r) throws(Fault) in try r.users(PageRequest()).map(\.email) } == ["a@acme.test", "b@acme.test"])
        }
    }

    @Test(arguments: Backend.allCases) func `people and organisations are listed page by page`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.write { (r) throws(Fault) in
                for number in 0..<250 {
                    try r.put(person("u\(number + 1000)"))
                    try r.put(organisation("o\(number + 1000)"))
                    try r.put(Membership(organisation: Organisation.ID("o1000"), user: User.ID("u\(number + 1000)"), role: .viewer))
                }
            }
            let pages = try await store.read { (r) throws(Fault) in
                (
                    try r.users(PageRequest(limit: 200)), try r.users(PageRequest(after: "u1199", limit: 10_000)),
                    try r.users(PageRequest(after: "u1249")), try r.users(PageRequest(limit: -5)),
                    try r.organisations(PageRequest(after: "o1010", limit: 2)),
                    try r.memberships(in: Organisation.ID("o1000"), PageRequest(after: "u1247", limit: 50))
                )
            }
            #expect(pages.0.map(\.id.rawValue) == (1000..<1200).map { "u\($0)" })
            #expect(pages.1.map(\.id.rawValue) == (1200..<1250).map { "u\($0)" })
            #expect(pages.2.isEmpty)
            #expect(pages.3.count == 1)
            #expect(pages.4.map(\.id.rawValue) == ["o1011", "o1012"])
            #expect(pages.5.map(\.user.rawValue) == ["u1248", "u1249"])
        }
    }

    @Test(arguments: Backend.allCases) func `an organisation has a short name of its own`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            var acme = organisation("o1", slug: "acme")
            try await store.put(acme)
            #expect(await code { try await store.put(organisation("o2", slug: "acme")) } == "account.slug-taken")
            acme.name = "Acme & Söhne"
            try await store.put(acme)
            let found = try await store.read { (r) throws(Fault) in
                (try r.organisation(Organisation.ID("o1")), try r.organisation(slug: "acme"), try r.organisation(slug: "ACME"))
            }
            #expect(found.0 == acme)
            #expect(found.1 == acme)
            #expect(found.2 == nil)
        }
    }

    @Test(arguments: Backend.allCases) func `memberships and outside identities belong to whom they name`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.put(person("u1"), person("u2"))
            try await store.put(organisation("o1"), organisation("o2"))
            let (one, two) = (User.ID("u1"), Organisation.ID("o2"))
            try await store.write { (r) throws(Fault) in
                try r.put(Membership(organisation: Organisation.ID("o1"), user: one, role: .viewer))
                try r.put(Membership(organisation: two, user: one, role: .developer))
                try r.put(Membership(organisation: two, user: one, role: .platformAdmin))
                try r.put(ExternalIdentity(issuer: "https://id.test/", subject: "é/1", user: one))
                try r.put(ExternalIdentity(issuer: "https://id.test/", subject: "é/1", user: User.ID("u2")))
            }
            let found = try await store.read { (r) throws(Fault) in
                (
                    try r.memberships(of: one), try r.identity(issuer: "https://id.test/", subject: "é/1"),
                    try r.identity(issuer: "https://id.test", subject: "é/1")
                )
            }
            #expect(found.0.map(\.role) == [.viewer, .platformAdmin])
            #expect(found.1?.user == User.ID("u2"))
            #expect(found.2 == nil)
            #expect(try await store.write { (r) throws(Fault) in try r.removeMembership(of: one, in: two) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removeMembership(of: one, in: two) } == false)
            for orphan in [
                Membership(organisation: two, user: User.ID("u9"), role: .viewer),
                Membership(organisation: Organisation.ID("o9"), user: one, role: .viewer),
            ] {
                #expect(await code { try await store.write { (r) throws(Fault) in try r.put(orphan) } } == "storage.unknown-reference")
            }
        }
    }

    static func session(_ hash: UInt8, of user: String, expires: Int64 = 100, seen: Int64 = 2) -> Session {
        Session(
            tokenHash: [hash, 0, 255], user: User.ID(user), csrfToken: "csrf", createdAt: at(1), lastSeenAt: at(seen),
            expiresAt: at(expires),
            userAgent: "Browser/1.0 (é)", address: "127.0.0.1")
    }

    @Test(arguments: Backend.allCases) func `sessions are found by the hash of their token, and removed`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.put(person("u1"), person("u2"))
            try await store.write { (r) throws(Fault) in
                for number in 1...4 { try r.put(Self.session(UInt8(number), of: "u1", expires: Int64(number * 100), seen: Int64(number))) }
                try r.put(Self.session(9, of: "u2", expires: 1000))
                try r.put(Self.session(4, of: "u1", expires: 500, seen: 50))
            }
            let found = try await store.read { (r) throws(Fault) in
                (
                    try r.session(tokenHash: [4, 0, 255]), try r.session(tokenHash: [4, 0]), try r.session(tokenHash: []),
                    try r.sessions(of: User.ID("u1"))
                )
            }
            #expect(found.0 == Self.session(4, of: "u1", expires: 500, seen: 50))
            #expect(found.1 == nil)
            #expect(found.2 == nil)
            #expect(found.3.map(\.tokenHash.first) == [4, 3, 2, 1])
            let removed = try await store.write { (r) throws(Fault) in
                (
                    try r.removeSessions(expiredBefore: at(200)), try r.removeSession(tokenHash: [2, 0, 255]),
                    try r.removeSession(tokenHash: [2, 0, 255]), try r.removeSessions(of: User.ID("u1"), except: [4, 0, 255]),
                    try r.removeSessions(of: User.ID("u1"), except: nil), try r.sessions(of: User.ID("u2")).count
                )
            }
            #expect(removed.0 == 1)
            #expect(removed.1)
            #expect(!removed.2)
            #expect(removed.3 == 1)
            #expect(removed.4 == 1)
            #expect(removed.5 == 1)
            #expect(
                await code { try await store.write { (r) throws(Fault) in try r.put(Self.session(1, of: "u9")) } }
                    == "storage.unknown-reference")
        }
    }

    static func token(_ id: String, of user: String, hash: [UInt8], organisation: String? = nil) -> APIToken {
        APIToken(
            id: APIToken.ID(id), tokenHash: hash, hint: "pbt_1a", name: "CI", user: User.ID(user),
            organisation: organisation.map { Organisation.ID($0) }, scopes: [.pluginRead, .journalRead], createdAt: at(1), expiresAt: at(99)
        )
    }

    @Test(arguments: Backend.allCases) func `tokens keep their scopes and their one place`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.put(person("u1"), person("u2"))
            try await store.put(organisation("o1"))
            var token = Self.token("t1", of: "u1", hash: [1], organisation: "o1")
            try await store.write { [token] (r) throws(Fault) in
                try r.put(token)
                try r.put(Self.token("t2", of: "u1", hash: [2]))
            }
            #expect(try await store.read { (r) throws(Fault) in try r.token(hash: [1]) } == token)
            #expect(try await store.read { (r) throws(Fault) in try r.token(hash: [3]) } == nil)
            #expect(try await store.read { (r) throws(Fault) in try r.token(APIToken.ID("t9")) } == nil)
            (token.scopes, token.lastUsedAt, token.expiresAt) = ([], at(7), nil)
            try await store.write { [token] (r) throws(Fault) in try r.put(token) }
            #expect(try await store.read { (r) throws(Fault) in try r.token(APIToken.ID("t1")) } == token)
            #expect(
                await code { try await store.write { (r) throws(Fault) in try r.put(Self.token("t3", of: "u2", hash: [2])) } }
                    == "storage.conflict")
            #expect(try await store.read { (r) throws(Fault) in try r.tokens(of: User.ID("u1")).map(\.id.rawValue) } == ["t1", "t2"])
            #expect(try await store.write { (r) throws(Fault) in try r.removeToken(APIToken.ID("t2")) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removeToken(APIToken.ID("t2")) } == false)
        }
    }

    @Test(arguments: Backend.allCases) func `with a person goes all that lets them in`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            try await store.put(person("u1"), person("u2"))
            try await store.put(organisation("o1"))
            try await store.write { (r) throws(Fault) in
                try r.put(Membership(organisation: Organisation.ID("o1"), user: User.ID("u1"), role: .viewer))
                try r.put(ExternalIdentity(issuer: "i", subject: "s", user: User.ID("u1")))
                try r.put(Self.session(1, of: "u1"))
                try r.put(Self.token("t1", of: "u1", hash: [1]))
                try r.put(Self.token("t2", of: "u2", hash: [2]))
                _ = try r.removeUser(User.ID("u1"))
            }
            let found = try await store.read { (r) throws(Fault) in
                (
                    try r.memberships(in: Organisation.ID("o1"), PageRequest()).count, try r.identity(issuer: "i", subject: "s"),
                    try r.session(tokenHash: [1, 0, 255]), try r.token(hash: [1]), try r.token(hash: [2])
                )
            }
            #expect(found.0 == 0)
            #expect(found.1 == nil)
            #expect(found.2 == nil)
            #expect(found.3 == nil)
            #expect(found.4 != nil)
        }
    }

    /// A token that lost its organisation would be good everywhere; so it goes.
    @Test(arguments: Backend.allCases) func `with an organisation go its members, settings, secrets, enablement and tokens`(
        _ backend: Backend
    ) async throws {
        let weather = try plugin()
        try await withStore(backend) { (store) async throws in
            try await store.put(person("u1"))
            try await store.put(organisation("o1"), organisation("o2"))
            let (one, two) = (Organisation.ID("o1"), Organisation.ID("o2"))
            try await store.write { (r) throws(Fault) in
                for (place, id) in [one, two].enumerated() {
                    try r.put(Membership(organisation: id, user: User.ID("u1"), role: .viewer))
                    try r.put(PluginSettings(plugin: weather, organisation: id, values: ["a": 1], revision: 1, changedAt: at(1)))
                    try r.put(
                        SealedSecret(
                            place: SecretPlace(organisation: id.rawValue, owner: "acme.weather", field: "key"), keyID: "k", wrappedKey: [1],
                            sealed: [2], changedAt: at(1)))
                    try r.setEnablement(of: weather, in: id, true)
                    try r.put(Self.token("t\(place)", of: "u1", hash: [UInt8(place)], organisation: id.rawValue))
                }
            }
            #expect(try await store.write { (r) throws(Fault) in try r.removeWhole(one) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removeWhole(one) } == false)
            let left = try await store.read { (r) throws(Fault) in
                (
                    try r.memberships(of: User.ID("u1")).map(\.organisation), try r.settings(of: weather).map(\.organisation),
                    try r.secretCounts(), try r.enablement(of: weather), try r.tokens(of: User.ID("u1")).map(\.organisation)
                )
            }
            #expect(left.0 == [two])
            #expect(left.1 == [two])
            #expect(left.2 == ["k": 1])
            #expect(left.3 == [two: true])
            #expect(left.4 == [two])
        }
    }
}
