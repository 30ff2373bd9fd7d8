import HubCore
import PluginModel
import Testing

struct SignInTests {
    @Test func `the right password begins a session that authenticates`() async throws {
        let house = try await House()
        let signedIn = try await house.signIn(" ADA@acme.test")
        let text = try #require(signedIn.token.text)
        #expect(text.hasPrefix("pbs_") && text.utf8.count == 47)
        let authenticated = try await house.accounts.authenticate(session: text)
        #expect(authenticated.principal.user.email == "ada@acme.test" && authenticated.principal.kind == .session)
        #expect(authenticated.principal.memberships.map(\.role) == [.platformAdmin])
        #expect(!house.store.dump.contains(text), "the token itself is stored nowhere")
        #expect(!house.store.dump.contains(String(text.dropFirst(4))))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String, email: String, password: String
    }

    /// Each costs one hashing, whoever it is: time tells nobody who has an account.
    @Test(arguments: [
        Refusal(testDescription: "a wrong password", email: "ada@acme.test", password: "seven quiet lantern"),
        Refusal(testDescription: "nobody's address", email: "nobody@acme.test", password: "seven quiet lanterns"),
        Refusal(testDescription: "somebody disabled", email: "off@acme.test", password: "seven quiet lanterns"),
        Refusal(testDescription: "somebody without a password", email: "invited@acme.test", password: "seven quiet lanterns"),
        Refusal(testDescription: "no address at all", email: "", password: "seven quiet lanterns"),
    ]) func `every refusal has the same words and the same cost`(c: Refusal) async throws {
        let house = try await House()
        let off = try await house.join("off", .viewer)
        try await house.accounts.updateUser(off.user.id, UserChange(isDisabled: true), by: house.administrator)
        _ = try await house.accounts.createUser(email: "invited@acme.test", name: "I", by: house.administrator)
        let before = house.accounts.hashings
        do throws(Fault) {
            _ = try await house.signIn(c.email, Secret(c.password))
            Issue.record("signed in")
        } catch {
            #expect(error.code == "account.sign-in-failed" && error.details == nil)
            #expect(!error.description.contains(c.email) || c.email.isEmpty)
        }
        #expect(house.accounts.hashings == before + 1)
        let entry = try #require(try await house.audit("session.begin").first)
        #expect(entry.outcome == .refused && entry.address == "192.0.2.7")
        #expect(!String(reflecting: entry).contains("nobody@"), "what was typed may be a password")
    }

    @Test func `an overlong password is refused without work`() async throws {
        let house = try await House()
        let before = house.accounts.hashings
        let code = await faultCode {
            _ = try await house.signIn("ada@acme.test", Secret([UInt8](repeating: 65, count: 1025)))
        }
        #expect(code == "account.sign-in-failed" && house.accounts.hashings == before)
    }

    @Test func `too many tries are refused until the time has passed`() async throws {
        let house = try await House()
        for _ in 0..<SignInLimiter.perAccount.burst {
            #expect(
                await faultCode { _ = try await house.signIn("ada@acme.test", Secret("wrong")) }
                    == "account.sign-in-failed")
        }
        let before = house.accounts.hashings
        #expect(await faultCode { _ = try await house.signIn("ada@acme.test") } == "account.too-many-tries")
        #expect(house.accounts.hashings == before)
        house.clock.advance(SignInLimiter.perAccount.interval)
        _ = try await house.signIn("ada@acme.test")
        #expect(try await house.audit("session.begin").count { $0.outcome == .refused } == SignInLimiter.perAccount.burst)
    }

    @Test func `signing in rightly costs no tries`() async throws {
        let house = try await House()
        for _ in 0..<40 { _ = try await house.signIn("ada@acme.test") }
    }

    @Test func `a session the browser sent along ends, so that a planted one is worth nothing`() async throws {
        let house = try await House()
        let first = try await house.signIn("ada@acme.test")
        let second = try await house.accounts.signIn(
            email: "ada@acme.test", password: goodPassword, visitor: house.visitor, replacing: first.token.text)
        #expect(await !house.isGood(first))
        #expect(await house.isGood(second) && first.token != second.token)
    }

    @Test func `a password of an older cost is renewed at the next sign-in`() async throws {
        let house = try await House()
        let dearer = Accounts(
            store: house.store, hasher: PasswordHasher(cost: PasswordCost(memoryBytes: 16_384, passes: 1)), clock: house.clock.read)
        let before = house.ada.user.passwordHash
        _ = try await dearer.signIn(email: "ada@acme.test", password: goodPassword, visitor: house.visitor)
        let after = try await house.store.read { (records) throws(Fault) in try records.user(house.ada.user.id)?.passwordHash }
        #expect(after != before && after?.contains("m=16,") == true)
        _ = try await dearer.signIn(email: "ada@acme.test", password: goodPassword, visitor: house.visitor)
    }

    // MARK: Sessions

    @Test func `an idle session ends, a used one lives until its age`() async throws {
        let house = try await House()
        let idle = try await house.signIn("ada@acme.test")
        let used = try await house.signIn("ada@acme.test")
        for _ in 0..<(13 * 24) {
            house.clock.advance(.seconds(3600))
            #expect(await house.isGood(used))
        }
        #expect(await !house.isGood(idle))
        house.clock.advance(.seconds(24 * 3600 + 1))
        #expect(await !house.isGood(used))
        let left = try await house.store.read { (records) throws(Fault) in try records.sessions(of: house.ada.user.id).count }
        #expect(left == 1, "Ada's of the setup, not asked for since")
        #expect(try await house.accounts.sweep() == 1)
    }

    @Test func `the last use is written once a minute at most`() async throws {
        let house = try await House()
        let signedIn = try await house.signIn("ada@acme.test")
        let seen = { () async throws(Fault) -> Timestamp? in
            try await house.store.read { (records) throws(Fault) in try records.session(tokenHash: signedIn.session.tokenHash)?.lastSeenAt }
        }
        house.clock.advance(.seconds(59))
        #expect(await house.isGood(signedIn))
        #expect(try await seen() == signedIn.session.lastSeenAt)
        house.clock.advance(.seconds(2))
        #expect(await house.isGood(signedIn))
        #expect(try await seen() == house.clock.moment)
    }

    @Test(arguments: [
        "", "pbs_", "pbt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "pbs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "pbs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' --", String(repeating: "a", count: 100_000),
    ]) func `what is no session authenticates nobody`(text: String) async throws {
        let house = try await House()
        #expect(await faultCode { _ = try await house.accounts.authenticate(session: text) } == "account.not-signed-in")
        #expect(await faultCode { _ = try await house.accounts.authenticate(bearer: text) } == "account.not-signed-in")
    }

    @Test func `one's sessions can be listed and ended, alone or all`() async throws {
        let house = try await House()
        let (one, two) = (try await house.signIn("ada@acme.test"), try await house.signIn("ada@acme.test"))
        let ada = try await house.administrator
        #expect(try await house.accounts.sessions(of: ada).count == 3)
        #expect(!String(reflecting: try await house.accounts.sessions(of: ada)).contains("tokenHash"))
        try await house.accounts.endSession(SessionSummary.id(of: one.session.tokenHash), by: ada)
        #expect(await !house.isGood(one))
        #expect(try await house.accounts.endSessions(except: two.session, by: ada) == 1)
        #expect(await house.isGood(two))
        try await house.accounts.signOut(Authenticated(principal: ada.principal, session: two.session), address: nil)
        #expect(await !house.isGood(two))
        #expect(
            await faultCode { try await house.accounts.endSession("0011223344556677", by: ada) } == "account.not-found")
    }

    @Test func `nobody ends another's session`() async throws {
        let house = try await House()
        let bob = try await house.join("bob", .viewer)
        let id = SessionSummary.id(of: house.ada.session.tokenHash)
        let asBob = try await house.requester(bob)
        #expect(await faultCode { try await house.accounts.endSession(id, by: asBob) } == "account.not-found")
        #expect(await house.isGood(house.ada))
    }

    @Test func `more sessions than anybody needs end the oldest`() async throws {
        let house = try await House()
        var all: [SignedIn] = []
        for _ in 0..<51 {
            house.clock.advance(.seconds(7))
            all.append(try await house.signIn("ada@acme.test"))
        }
        #expect(await !house.isGood(all[0]))
        #expect(await house.isGood(all[1]))
        #expect(await house.isGood(all[50]))
    }

    @Test func `a page must show the session's own proof`() async throws {
        let house = try await House()
        let (one, two) = (try await house.signIn("ada@acme.test"), try await house.signIn("ada@acme.test"))
        try house.accounts.checkCSRF(one.session.csrfToken, for: one.session)
        for wrong in [nil, "", two.session.csrfToken, one.session.csrfToken + "x", one.token.text] {
            #expect(await faultCode { try house.accounts.checkCSRF(wrong, for: one.session) } == "account.csrf")
        }
    }
}
